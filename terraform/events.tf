# Facts go from house to house by these rules; a queue receives the envelope itself, not EventBridge's wrapping.

locals {
  rules = {
    "products-changed" = {
      sources = ["products"]
      types   = ["products.products-changed"]
      queue   = "pricing-products"
    }
    # Pricing asks for what it has lost of the catalogue.
    "facts-wanted" = {
      sources = ["pricing"]
      types   = ["pricing.facts-wanted"]
      queue   = "products-retell"
    }
    # Every house that works for a job tells how far it is.
    "job-facts" = {
      sources = ["assistant", "pricing", "products"]
      types   = ["jobs.job-ended", "jobs.job-opened", "jobs.job-planned", "jobs.job-progressed"]
      queue   = "scheduler-progress"
    }
    # The scheduler ends jobs that nobody finished; the house that works for one closes what it keeps of it.
    "jobs-ended" = {
      sources = ["scheduler"]
      types   = ["jobs.job-ended"]
      queue   = "pricing-jobs-ended"
    }
    # What of the catalogue could not be taken in is told to who wants to know.
    "imports-ended" = {
      sources = ["products"]
      types   = ["products.import-ended"]
      queue   = "pricing-jobs-ended"
    }
    "user-removed" = {
      sources = ["auth"]
      types   = ["auth.user-removed"]
      queue   = "scheduler-owners"
    }
  }
}

resource "aws_cloudwatch_event_bus" "this" {
  name = local.prefix
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name           = "${local.prefix}-${each.key}"
  description    = "${join(", ", each.value.types)} to ${each.value.queue}"
  event_bus_name = aws_cloudwatch_event_bus.this.name
  event_pattern  = jsonencode({ source = each.value.sources, detail-type = each.value.types })
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
