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
        ]
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
    condition     = [for name, statements in local.statements : name if anytrue([for action in flatten(statements[*].actions) : startswith(action, "iam:")])] == ["scheduler-api"]
    error_message = "scheduler-api alone passes a role."
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
    condition     = local.statements["pricing-scan-pages"][*].actions == [["sqs:SendMessage"], ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]]
    error_message = "The scanner takes pages from its queue and sends readings to another: nothing else."
  }

  assert {
    condition     = alltrue([for name, row in local.functions : row.private if row.mongodb || row.valkey])
    error_message = "Whoever meets a store is in the private network."
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
