locals {
  fifo             = endswith(var.name, ".fifo")
  stem             = trimsuffix(var.name, ".fifo")
  dead_letter_name = local.fifo ? "${local.stem}-dlq.fifo" : "${local.stem}-dlq"
}

# Policies are inline: each SQS resource of its own costs 25 s of waiting at every apply.
resource "aws_sqs_queue" "this" {
  name                       = var.name
  fifo_queue                 = local.fifo
  deduplication_scope        = local.fifo ? "messageGroup" : null
  fifo_throughput_limit      = local.fifo ? "perMessageGroupId" : null
  visibility_timeout_seconds = var.visibility_timeout_s == null ? 6 * var.consumer_timeout_s : var.visibility_timeout_s
  message_retention_seconds  = var.retention_s
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = true

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter.arn
    maxReceiveCount     = var.max_receive_count
  })

  policy = length(var.sent_by_rules) == 0 ? null : jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = var.arn
      Condition = { ArnEquals = { "aws:SourceArn" = var.sent_by_rules } }
    }]
  })

  lifecycle {
    precondition {
      condition     = coalesce(var.visibility_timeout_s, 6 * var.consumer_timeout_s) >= 6 * var.consumer_timeout_s
      error_message = "${var.name} must hide a message for 6 times its consumer's timeout (${6 * var.consumer_timeout_s} s), or throttled batches are delivered twice."
    }
    precondition {
      condition     = var.retention_s <= aws_sqs_queue.dead_letter.message_retention_seconds
      error_message = "${var.name}'s dead letters must outlive its messages: SQS counts their age from the first day."
    }
  }
}

resource "aws_sqs_queue" "dead_letter" {
  name                      = local.dead_letter_name
  fifo_queue                = local.fifo
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [var.arn]
  })
}
