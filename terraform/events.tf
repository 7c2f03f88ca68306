# Facts go from house to house by these rules; a queue receives the envelope itself, not EventBridge's wrapping.

locals {
  rules = {
    "products-changed" = { source = "products", type = "products.products-changed", queue = "pricing-products" }
    "scan-planned"     = { source = "pricing", type = "pricing.scan-planned", queue = "scheduler-progress" }
    "scan-progressed"  = { source = "pricing", type = "pricing.scan-progressed", queue = "scheduler-progress" }
  }
}

resource "aws_cloudwatch_event_bus" "this" {
  name = local.prefix
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name           = "${local.prefix}-${each.key}"
  description    = "${each.value.type} to ${each.value.queue}"
  event_bus_name = aws_cloudwatch_event_bus.this.name
  event_pattern  = jsonencode({ source = [each.value.source], detail-type = [each.value.type] })
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.rules

  event_bus_name = aws_cloudwatch_event_bus.this.name
  rule           = aws_cloudwatch_event_rule.this[each.key].name
  target_id      = each.value.queue
  arn            = module.queue[each.value.queue].arn
  input_path     = "$.detail"

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = aws_sqs_queue.events_dlq.arn
  }
}

resource "aws_sqs_queue" "events_dlq" {
  name                      = "${local.prefix}-events-dlq"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "arn:${local.partition}:sqs:${var.region}:${local.account}:${local.prefix}-events-dlq"
      Condition = { ArnEquals = { "aws:SourceArn" = values(local.rule_arns) } }
    }]
  })
}
