# The group holds the users' schedules (made by scheduler-api) and the platform's own (below).

locals {
  # What runs each minute: the relays, the sweeper of jobs, the starter of runs that follow new prices, and what is due in pricing.
  relays = toset([
    "assistant-relay",
    "auth-relay",
    "pricing-ask-deliveries",
    "pricing-follow-prices",
    "pricing-keep-time",
    "pricing-raise-alerts",
    "pricing-relay",
    "products-relay",
    "scheduler-tick",
  ])

  # A schedule acts only for this account's group: another account's schedule cannot borrow the role.
  scheduler_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.account
          "aws:SourceArn"     = "arn:${local.partition}:scheduler:${var.region}:${local.account}:schedule-group/${local.prefix}"
        }
      }
    }]
  })
}

resource "aws_scheduler_schedule_group" "this" {
  name = local.prefix
}

resource "aws_sqs_queue" "schedules_dlq" {
  name                      = "${local.prefix}-schedules-dlq"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_iam_role" "schedules" {
  name               = "${local.prefix}-schedules"
  description        = "What a user's schedule may do: ask for a job"
  assume_role_policy = local.scheduler_trust
}

resource "aws_iam_role_policy" "schedules" {
  name = "this"
  role = aws_iam_role.schedules.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = [local.queue_arns["scheduler-due"], aws_sqs_queue.schedules_dlq.arn]
    }]
  })
}

# The bank publishes about 16:00 in Frankfurt; what was not to be had then is fetched in the morning. Days without
# new rates are asked too: so a day on which nothing could be fetched is seen.
module "rates" {
  source = "./modules/schedule"

  name               = local.function_names["pricing-fetch-rates"]
  group              = aws_scheduler_schedule_group.this.name
  expression         = "cron(30 7,16 * * ? *)"
  timezone           = "Europe/Berlin"
  enabled            = var.schedules_enabled
  function_arn       = module.function["pricing-fetch-rates"].arn
  function_name      = module.function["pricing-fetch-rates"].name
  dead_letter_arn    = aws_sqs_queue.schedules_dlq.arn
  assume_role_policy = local.scheduler_trust
}

module "relay" {
  source   = "./modules/schedule"
  for_each = local.relays

  name               = local.function_names[each.key]
  group              = aws_scheduler_schedule_group.this.name
  expression         = "rate(1 minute)"
  enabled            = var.schedules_enabled
  function_arn       = module.function[each.key].arn
  function_name      = module.function[each.key].name
  dead_letter_arn    = aws_sqs_queue.schedules_dlq.arn
  assume_role_policy = local.scheduler_trust
}
