# What each word of a row in functions.tf means: the variables it sets and the permissions it gives.

locals {
  common_environment = {
    for name, row in local.functions : name => {
      OMNIPRICEX_ENVIRONMENT       = var.environment
      POWERTOOLS_SERVICE_NAME      = row.house
      POWERTOOLS_METRICS_NAMESPACE = "OmniPriceX"
      POWERTOOLS_LOG_LEVEL         = var.log_level
      PYDANTIC_DISABLE_PLUGINS     = "__all__"
      OTEL_EXPORTER_OTLP_ENDPOINT  = var.otlp_endpoint
    }
  }

  capabilities = {
    for name, row in local.functions : name => {
      mongodb = {
        environment = {
          MONGODB_SECRET_ARN = aws_secretsmanager_secret.mongodb[row.house].arn
          MONGODB_DATABASE   = "omnipricex_${row.house}"
        }
        statements = [{
          actions   = ["secretsmanager:GetSecretValue"]
          resources = [aws_secretsmanager_secret.mongodb[row.house].arn]
        }]
      }
      events = {
        environment = {
          EVENT_BUS_NAME = local.prefix
        }
        statements = [{
          actions   = ["events:PutEvents"]
          resources = [local.bus_arn]
        }]
      }
      signs_tokens = {
        environment = {
          SIGNING_KEY_ARN = aws_kms_key.signing[var.signing_key].arn
        }
        statements = [{
          actions   = ["kms:Sign"]
          resources = [aws_kms_key.signing[var.signing_key].arn]
        }]
      }
      seals = {
        environment = {
          SEALING_KEY_ARN = aws_kms_key.sealing.arn
        }
        statements = [{
          actions   = ["kms:Encrypt"]
          resources = [aws_kms_key.sealing.arn]
        }]
      }
      opens_sealed = {
        environment = {
          SEALING_KEY_ARN = aws_kms_key.sealing.arn
        }
        statements = [{
          actions   = ["kms:Decrypt"]
          resources = [aws_kms_key.sealing.arn]
        }]
      }
      sends_mail = {
        environment = {
          MAIL_FROM = var.mail_from
        }
        statements = concat(
          # The address may be verified by itself or with its whole domain.
          [for address in compact([var.mail_from]) : {
            actions   = ["ses:SendEmail"]
            resources = [for name in [address, split("@", address)[1]] : "arn:${local.partition}:ses:${var.region}:${local.account}:identity/${name}"]
            condition = { StringEquals = { "ses:FromAddress" = address } }
          }],
          # An emulator asks for the resource named «*», one character, and tells no address.
          [for address in compact([var.mail_from]) : {
            actions   = ["ses:SendEmail"]
            resources = ["?"]
          } if var.environment == "local"],
        )
      }
      verifies_tokens = {
        environment = {
          SIGNING_KEYS = jsonencode(local.published_keys)
          TOKEN_ISSUER = local.token_issuer
        }
        statements = []
      }
      valkey = {
        environment = {
          VALKEY_URL  = local.valkey_url
          RATE_LIMITS = jsonencode(var.rate_limits)
        }
        statements = []
      }
      manages_schedules = {
        environment = {
          SCHEDULE_GROUP    = aws_scheduler_schedule_group.this.name
          SCHEDULE_ROLE_ARN = aws_iam_role.schedules.arn
          SCHEDULE_DLQ_ARN  = aws_sqs_queue.schedules_dlq.arn
          DUE_QUEUE_ARN     = local.queue_arns["scheduler-due"]
        }
        statements = [
          {
            actions   = ["scheduler:CreateSchedule", "scheduler:GetSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"]
            resources = [for group in concat([local.prefix], sort(tolist(var.extra_schedule_groups))) : "arn:${local.partition}:scheduler:${var.region}:${local.account}:schedule/${group}/*"]
          },
          {
            actions   = ["iam:PassRole"]
            resources = [aws_iam_role.schedules.arn]
            condition = { StringEquals = { "iam:PassedToService" = "scheduler.amazonaws.com" } }
          },
        ]
      }
      claims = {
        environment = {
          WORK_BUCKET = local.work_bucket
        }
        statements = [{
          actions   = ["s3:PutObject"]
          resources = ["${local.work_arn}/claims/*"]
        }]
      }
      stops = {
        environment = {
          WORK_BUCKET = local.work_bucket
        }
        statements = [{
          actions   = ["s3:PutObject"]
          resources = ["${local.work_arn}/stopped/*"]
        }]
      }
      heeds_stops = {
        environment = {
          WORK_BUCKET = local.work_bucket
        }
        statements = [
          {
            actions   = ["s3:GetObject"]
            resources = ["${local.work_arn}/stopped/*"]
          },
          {
            # Without it S3 answers «forbidden» where a mark is absent.
            actions   = ["s3:ListBucket"]
            resources = [local.work_arn]
            condition = { StringLike = { "s3:prefix" = "stopped/*" } }
          },
        ]
      }
      keeps_pages = {
        environment = {
          WORK_BUCKET = local.work_bucket
        }
        statements = [
          {
            actions   = ["s3:PutObject"]
            resources = ["${local.work_arn}/snapshots/*", "${local.work_arn}/lanes/*"]
          },
          {
            actions   = ["s3:GetObject"]
            resources = ["${local.work_arn}/lanes/*"]
          },
          {
            # Without it S3 answers «forbidden» where a lane remembers nothing.
            actions   = ["s3:ListBucket"]
            resources = [local.work_arn]
            condition = { StringLike = { "s3:prefix" = "lanes/*" } }
          },
        ]
      }
      reads_pages = {
        environment = {
          WORK_BUCKET = local.work_bucket
        }
        statements = [
          {
            actions   = ["s3:GetObject"]
            resources = ["${local.work_arn}/snapshots/*"]
          },
          {
            # Without it S3 answers «forbidden» where a page is no longer kept.
            actions   = ["s3:ListBucket"]
            resources = [local.work_arn]
            condition = { StringLike = { "s3:prefix" = "snapshots/*" } }
          },
        ]
      }
      redrives = {
        environment = {
          QUEUE_URL_PREFIX = trimsuffix(module.queue["scheduler-due"].url, "scheduler-due")
          REDRIVEN_QUEUES  = jsonencode(keys(local.queues))
        }
        statements = [
          {
            actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
            resources = values(local.dead_letter_arns)
          },
          {
            actions   = ["sqs:ReceiveMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
            resources = [aws_sqs_queue.events_dlq.arn, aws_sqs_queue.schedules_dlq.arn]
          },
          {
            actions   = ["sqs:SendMessage"]
            resources = values(local.queue_arns)
          },
        ]
      }
      writes_reports = {
        environment = {
          WORK_BUCKET = local.work_bucket
        }
        statements = [{
          actions   = ["s3:PutObject"]
          resources = ["${local.work_arn}/reports/*"]
        }]
      }
      links_reports = {
        environment = {
          WORK_BUCKET = local.work_bucket
        }
        # A link carries the right of the function that signed it.
        statements = [{
          actions   = ["s3:GetObject"]
          resources = ["${local.work_arn}/reports/*"]
        }]
      }
      drops_files = {
        environment = {
          WORK_BUCKET = local.work_bucket
        }
        statements = [{
          actions   = ["s3:PutObject"]
          resources = ["${local.work_arn}/pulled/*"]
        }]
      }
      takes_files = {
        environment = {
          WORK_BUCKET = local.work_bucket
        }
        statements = [{
          actions   = ["s3:GetObject"]
          resources = ["${local.work_arn}/pulled/*"]
        }]
      }
      consumes = {
        environment = {
          DEAD_LETTER_QUEUE_URL = try(module.queue[local.queue_of[name]].dead_letter_url, null)
          WORK_BUCKET           = local.work_bucket
        }
        statements = concat(
          [for queue, settings in local.queues : {
            # As with a batch that is sent: the last name is an emulator's.
            actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility", "sqs:ChangeMessageVisibilityBatch"]
            resources = [local.queue_arns[queue]]
          } if settings.consumer == name],
          [for queue, settings in local.queues : {
            actions   = ["sqs:SendMessage"]
            resources = [local.dead_letter_arns[queue]]
          } if settings.consumer == name],
          row.private ? [{
            actions   = ["s3:GetObject"]
            resources = ["${local.work_arn}/claims/*"]
          }] : [],
        )
      }
      lists_schedules = {
        environment = {}
        # AWS knows no resource for it.
        statements = [{
          actions   = ["scheduler:ListSchedules"]
          resources = ["*"]
        }]
      }
      gemini = {
        environment = {
          GEMINI_SECRET_ARN = one(aws_secretsmanager_secret.gemini[*].arn)
        }
        statements = [for arn in aws_secretsmanager_secret.gemini[*].arn : {
          actions   = ["secretsmanager:GetSecretValue"]
          resources = [arn]
        }]
      }
    }
  }

  environments = {
    for name, row in local.functions : name => merge(concat(
      [local.common_environment[name], row.environment],
      [for capability, grant in local.capabilities[name] : grant.environment if row[capability]],
      [{ for variable, queue in row.sends_to : variable => module.queue[queue].url }],
      [{ for variable, target in row.invokes : variable => local.function_names[target] }],
    )...)
  }

  statements = {
    for name, row in local.functions : name => concat(
      flatten([for capability, grant in local.capabilities[name] : grant.statements if row[capability]]),
      [for queue in values(row.sends_to) : {
        # In AWS the first covers both, and IAM ignores the second; an emulator asks for a batch by its own name.
        actions   = ["sqs:SendMessage", "sqs:SendMessageBatch"]
        resources = [local.queue_arns[queue]]
      }],
      [for target in values(row.invokes) : {
        actions   = ["lambda:InvokeFunction"]
        resources = [local.function_arns[target]]
      }],
    )
  }
}
