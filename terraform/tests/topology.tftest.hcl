# What must hold in every environment, whatever the table says.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environment   = "dev"
  artifacts_dir = "tests/artifacts"
}

run "permissions" {
  command = apply

  assert {
    condition     = length(distinct([for name in local.function_names : name])) == length(local.table) && alltrue([for name in values(local.function_names) : length(name) <= 64])
    error_message = "Each row has a name, and so a role, of its own."
  }

  assert {
    condition = alltrue(flatten([
      for name, statements in local.statements : [
        for statement in statements : [
          for word in concat(statement.actions, statement.resources) : !startswith(word, "*") && !endswith(word, ":*")
        ] if join(",", statement.actions) != "scheduler:ListSchedules"
      ]
    ]))
    error_message = "A row grants a wildcard."
  }

  assert {
    condition = alltrue([
      for name, row in local.functions :
      row.mongodb == contains(flatten(local.statements[name][*].actions), "secretsmanager:GetSecretValue")
    ])
    error_message = "Who has a database may read its secret, and nobody else."
  }

  assert {
    condition     = [for name, statements in local.statements : name if contains(flatten(statements[*].actions), "kms:Sign")] == ["auth-api"]
    error_message = "auth-api alone signs tokens."
  }

  assert {
    condition     = [for name, statements in local.statements : name if anytrue([for action in flatten(statements[*].actions) : startswith(action, "iam:")])] == ["scheduler-api", "scheduler-tick"]
    error_message = "Who sets schedules passes their role, and nobody else."
  }

  assert {
    condition     = [for name, statements in local.statements : name if contains(flatten(statements[*].actions), "events:PutEvents")] == [for name, row in local.functions : name if row.events]
    error_message = "A row without events may not put any."
  }

  assert {
    condition     = alltrue([for name, row in local.functions : local.environments[name].MONGODB_DATABASE == "omnipricex_${row.house}" if row.mongodb])
    error_message = "Each house has its own database."
  }

  assert {
    condition     = length(local.statements["auth-authorize"]) == 0
    error_message = "The authorizer needs no permission: it verifies with public keys."
  }
}

run "scanner" {
  command = plan

  assert {
    condition     = !local.functions["pricing-scan-pages"].private
    error_message = "The scanner meets untrusted pages: it stays outside the private network."
  }

  assert {
    condition     = length([for name in keys(local.environments["pricing-scan-pages"]) : name if can(regex("SECRET|MONGODB|KEY|TOKEN|VALKEY|BUS", name))]) == 0
    error_message = "The scanner knows of a store or a secret."
  }

  assert {
    condition = toset(flatten([for statement in local.statements["pricing-scan-pages"] : setproduct(statement.actions, statement.resources)])) == toset([
      "sqs:SendMessage", "sqs:SendMessageBatch", local.queue_arns["pricing-observed"], local.queue_arns["pricing-pages-later"], local.dead_letter_arns["pricing-pages.fifo"],
      "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility", "sqs:ChangeMessageVisibilityBatch", local.queue_arns["pricing-pages.fifo"],
      "s3:GetObject", "${local.work_arn}/stopped/*", "s3:ListBucket", local.work_arn,
      "s3:PutObject", "${local.work_arn}/snapshots/*", "${local.work_arn}/lanes/*",
    ])
    error_message = "The scanner takes pages from its queue, sends readings and what it cannot read to others, keeps pages and a lane's memory, and asks whether to stop: nothing else."
  }

  assert {
    condition     = !contains(flatten([for statement in local.statements["pricing-scan-pages"] : statement.resources if contains(statement.actions, "s3:GetObject")]), "${local.work_arn}/snapshots/*")
    error_message = "The scanner puts pages away and reads none of them again."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this["pricing-pages.fifo"].scaling_config[0].maximum_concurrency == tonumber(local.environments["pricing-plan-scan"].SCANNER_LANES)
    error_message = "Each lane that the planner fills has a scanner."
  }

  assert {
    condition     = !local.functions["pricing-return-pages"].private && !contains(keys(local.environments["pricing-return-pages"]), "MONGODB_DATABASE")
    error_message = "Pages that wait come from where untrusted pages are read: who gives them back meets no store."
  }

  assert {
    condition = alltrue([
      for name in ["pricing-read-unread", "assistant-read-page"] :
      !local.functions[name].private && length([for variable in keys(local.environments[name]) : variable if can(regex("MONGODB|TOKEN|VALKEY|BUS", variable))]) == 0
    ])
    error_message = "Whoever shows a page to the language model meets a stranger's text: it stays outside and knows of no store."
  }

  assert {
    condition     = !local.functions["pricing-deliver"].private && length([for variable in keys(local.environments["pricing-deliver"]) : variable if can(regex("MONGODB|TOKEN|VALKEY|BUS", variable))]) == 0
    error_message = "Whoever meets a receiver stays outside and knows of no store."
  }

  assert {
    condition = alltrue([
      !local.functions["pricing-send-mail"].private,
      length([for variable in keys(local.environments["pricing-send-mail"]) : variable if can(regex("MONGODB|TOKEN|VALKEY|BUS|KEY", variable))]) == 0,
      length([for statement in local.statements["pricing-send-mail"] : true if contains(statement.actions, "ses:SendEmail")]) == 0,
      length([for name, statements in local.statements : name if length([for one in statements : true if anytrue([for action in one.actions : startswith(action, "ses:")])]) > 0]) == 0,
    ])
    error_message = "Without an address to send from nobody may send e-mail; who sends knows of no store and no key."
  }

  assert {
    condition     = [for name, row in local.functions : name if row.opens_sealed] == ["pricing-ask-deliveries", "pricing-deliver", "pricing-write-shop"] && [for name, row in local.functions : name if row.seals] == ["pricing-api"]
    error_message = "Who shuts secrets cannot open them, and only who sends can."
  }

  assert {
    condition     = !local.functions["pricing-write-shop"].private && length([for variable in keys(local.environments["pricing-write-shop"]) : variable if can(regex("MONGODB|TOKEN|VALKEY|BUS|QUEUE|BUCKET", variable))]) == 0
    error_message = "Whoever meets a connected shop stays outside and knows of no store."
  }

  assert {
    condition     = alltrue([for name, row in local.functions : row.private if row.mongodb || row.valkey])
    error_message = "Whoever meets a store is in the private network."
  }
}

run "mail" {
  command = plan

  variables {
    mail_from = "alerts@shop.example"
  }

  assert {
    condition = [for statement in local.statements["pricing-send-mail"] : statement if contains(statement.actions, "ses:SendEmail")] == [{
      actions   = ["ses:SendEmail"]
      resources = [for name in ["alerts@shop.example", "shop.example"] : "arn:${local.partition}:ses:${var.region}:${local.account}:identity/${name}"]
      condition = { StringEquals = { "ses:FromAddress" = "alerts@shop.example" } }
    }]
    error_message = "Who sends e-mail may send it from the one address."
  }

  assert {
    condition     = [for name, statements in local.statements : name if length([for one in statements : true if anytrue([for action in one.actions : startswith(action, "ses:")])]) > 0] == ["pricing-send-mail"]
    error_message = "Nobody else may send e-mail."
  }

  assert {
    condition     = local.environments["pricing-api"].MAIL_FROM == "alerts@shop.example"
    error_message = "The API takes e-mail addresses where there is one to send from."
  }
}

run "queues" {
  command = plan

  assert {
    condition     = alltrue([for name, queue in local.queues : aws_lambda_event_source_mapping.this[name].function_response_types == toset(["ReportBatchItemFailures"])])
    error_message = "A consumer must be able to fail one message of a batch."
  }

  assert {
    condition     = alltrue([for name, queue in local.queues : aws_lambda_event_source_mapping.this[name].scaling_config[0].maximum_concurrency >= 2])
    error_message = "Each consumer has an upper limit."
  }

  assert {
    condition     = length(distinct(values(local.queues)[*].consumer)) == length(local.queues)
    error_message = "One function consumes one queue."
  }

  assert {
    condition     = aws_sqs_queue.events_dlq.message_retention_seconds == 1209600 && aws_sqs_queue.schedules_dlq.message_retention_seconds == 1209600
    error_message = "Dead letters are kept for 14 days."
  }

  assert {
    condition     = alltrue([for rule in values(local.rules) : contains(keys(local.queues), rule.queue)])
    error_message = "A rule sends to a queue that is not there."
  }

  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.this : target.input_path == "$.detail"])
    error_message = "A queue receives the envelope itself."
  }
}

run "scheduler" {
  command = plan

  assert {
    condition     = contains(keys(module.relay), "scheduler-tick") && var.schedules_enabled
    error_message = "The sweeper runs each minute, like the relays."
  }

  assert {
    condition     = [for name, statements in local.statements : name if contains(flatten(statements[*].actions), "scheduler:ListSchedules")] == ["scheduler-tick"]
    error_message = "The sweeper alone lists schedules: the one permission that AWS gives for all of them only."
  }

  assert {
    condition     = [for name, row in local.functions : name if row.stops] == ["scheduler-api", "scheduler-start-job", "scheduler-tick"]
    error_message = "Who ends jobs marks them, and nobody else."
  }

  assert {
    condition     = local.rules["user-removed"] == { sources = ["auth"], types = ["auth.user-removed"], queue = "scheduler-owners" } && local.queues["scheduler-owners"].consumer == "scheduler-remove-owner"
    error_message = "Schedules go with their owner."
  }

  assert {
    condition     = strcontains(aws_iam_role.schedules.assume_role_policy, "aws:SourceArn") && strcontains(aws_iam_role.schedules.assume_role_policy, "aws:SourceAccount")
    error_message = "Only schedules of this account's group may borrow the role."
  }
}

run "consumers" {
  command = plan

  assert {
    condition = alltrue([
      for name, queue in local.queues :
      contains(flatten([for statement in local.statements[queue.consumer] : statement.resources if contains(statement.actions, "sqs:SendMessage")]), local.dead_letter_arns[name])
    ])
    error_message = "A consumer can put what can never succeed on its own dead letter queue."
  }

  assert {
    condition = alltrue([
      for name, queue in local.queues :
      contains(keys(local.environments[queue.consumer]), "DEAD_LETTER_QUEUE_URL") && contains(keys(local.environments[queue.consumer]), "WORK_BUCKET")
    ])
    error_message = "A consumer knows its dead letter queue and the bucket of large messages."
  }

  assert {
    condition     = alltrue([for name, queue in local.queues : lookup(var.reserved_concurrency, queue.consumer, null) == null])
    error_message = "A consumer is limited by its queue; reserved concurrency below that would throttle it into its dead letters."
  }
}

run "redrive" {
  command = plan

  assert {
    condition     = [for name, row in local.functions : name if row.redrives] == ["scheduler-redrive"]
    error_message = "One function redrives."
  }

  assert {
    condition = alltrue([
      for arn in values(local.dead_letter_arns) :
      contains(flatten([for statement in local.statements["scheduler-redrive"] : statement.resources if contains(statement.actions, "sqs:DeleteMessage")]), arn)
    ])
    error_message = "The redrive takes letters from each dead letter queue."
  }

  assert {
    condition     = length(local.environments["scheduler-redrive"].REDRIVEN_QUEUES) < 2000
    error_message = "Lambda takes 4 KB of environment."
  }
}

run "work_bucket" {
  command = apply

  assert {
    condition     = aws_s3_bucket_public_access_block.work.block_public_acls && aws_s3_bucket_public_access_block.work.block_public_policy && aws_s3_bucket_public_access_block.work.ignore_public_acls && aws_s3_bucket_public_access_block.work.restrict_public_buckets
    error_message = "The work bucket is nobody else's."
  }

  assert {
    condition     = { for rule in aws_s3_bucket_lifecycle_configuration.work.rule : rule.filter[0].prefix => rule.expiration[0].days } == { "claims/" = 15, "stopped/" = 30, "reports/" = 90, "pulled/" = 7, "lanes/" = 2, "snapshots/" = 30 }
    error_message = "A claimed body outlives its message in a dead letter queue, and nothing stays for ever."
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.work[0].policy).Statement[0].Effect == "Deny" && jsondecode(aws_s3_bucket_policy.work[0].policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "The work bucket speaks TLS only."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.work.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "What lies in the work bucket is encrypted."
  }
}

run "logs_and_alarms" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.api.retention_in_days == var.log_retention_days
    error_message = "The access log has a retention."
  }

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.dead_letters) == ["events", "schedules"]
    error_message = "Both of EventBridge's dead letter queues have an alarm."
  }
}

run "stores" {
  command = plan

  assert {
    condition     = aws_s3_bucket_public_access_block.artifacts.block_public_acls && aws_s3_bucket_public_access_block.artifacts.block_public_policy && aws_s3_bucket_public_access_block.artifacts.ignore_public_acls && aws_s3_bucket_public_access_block.artifacts.restrict_public_buckets
    error_message = "The artifacts are nobody else's."
  }

  assert {
    condition     = toset(keys(aws_secretsmanager_secret.mongodb)) == local.houses && length(aws_secretsmanager_secret_version.mongodb) == 0
    error_message = "Each house has a secret, and without mongodb_uris its value is not in this state."
  }

  assert {
    condition     = aws_kms_key.signing["first"].customer_master_key_spec == "RSA_2048" && aws_kms_key.signing["first"].key_usage == "SIGN_VERIFY"
    error_message = "Tokens are signed with RS256."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.valkey.cidr_ipv4 == null
    error_message = "The cache answers the functions, not an address range."
  }
}
