# One row is one queue: who consumes it, how many messages at once, how many copies of the consumer.

locals {
  queues = {
    "pricing-products"      = { consumer = "pricing-record-products", batch_size = 10, maximum_concurrency = 5 }
    "pricing-scan-requests" = { consumer = "pricing-plan-scan", batch_size = 1, maximum_concurrency = 5 }
    # One message is up to 1000 pages of many hosts and may take most of the timeout; one copy reads one lane.
    "pricing-pages.fifo"  = { consumer = "pricing-scan-pages", batch_size = 1, maximum_concurrency = var.scanner_lanes }
    "pricing-pages-later" = { consumer = "pricing-return-pages", batch_size = 10, maximum_concurrency = 2 }
    "pricing-observed"    = { consumer = "pricing-record-observations", batch_size = 10, maximum_concurrency = 10 }
    # One page each; few at once, because each costs a question to a language model.
    "pricing-unread"  = { consumer = "pricing-read-unread", batch_size = 1, maximum_concurrency = 2 }
    "pricing-decide"  = { consumer = "pricing-decide", batch_size = 1, maximum_concurrency = 10 }
    "pricing-publish" = { consumer = "pricing-publish", batch_size = 1, maximum_concurrency = 5 }
    "pricing-deliver" = { consumer = "pricing-deliver", batch_size = 1, maximum_concurrency = 10 }
    # As many at once as SES lets a new account send in a second.
    "pricing-mail"      = { consumer = "pricing-send-mail", batch_size = 1, maximum_concurrency = 2 }
    "pricing-delivered" = { consumer = "pricing-record-deliveries", batch_size = 10, maximum_concurrency = 2 }
    "pricing-rates"     = { consumer = "pricing-record-rates", batch_size = 10, maximum_concurrency = 2 }
    "pricing-runs-due"  = { consumer = "pricing-start-run", batch_size = 10, maximum_concurrency = 2 }
    "pricing-reports"   = { consumer = "pricing-write-report", batch_size = 1, maximum_concurrency = 2 }
    # A part reads a thousand products' looks at once; more copies only wait for the database.
    "pricing-roll-ups"    = { consumer = "pricing-roll-up", batch_size = 1, maximum_concurrency = 4 }
    "pricing-simulations" = { consumer = "pricing-simulate", batch_size = 1, maximum_concurrency = 2 }
    "pricing-jobs-ended"  = { consumer = "pricing-close-work", batch_size = 10, maximum_concurrency = 2 }
    "products-pulls"      = { consumer = "products-pull-file", batch_size = 1, maximum_concurrency = 2 }
    "products-pulled"     = { consumer = "products-import-file", batch_size = 1, maximum_concurrency = 2 }
    "products-retell"     = { consumer = "products-retell", batch_size = 1, maximum_concurrency = 2 }
    "scheduler-due"       = { consumer = "scheduler-start-job", batch_size = 10, maximum_concurrency = 10 }
    "scheduler-progress"  = { consumer = "scheduler-record-progress", batch_size = 10, maximum_concurrency = 10 }
    "scheduler-owners"    = { consumer = "scheduler-remove-owner", batch_size = 10, maximum_concurrency = 2 }
    "assistant-questions" = { consumer = "assistant-answer", batch_size = 1, maximum_concurrency = 5 }
  }
}

module "queue" {
  source   = "./modules/queue"
  for_each = local.queues

  name               = local.queue_names[each.key]
  arn                = local.queue_arns[each.key]
  consumer_timeout_s = local.table[each.value.consumer].timeout_s
  sent_by_rules      = [for name, rule in local.rules : local.rule_arns[name] if rule.queue == each.key]
  alarm_actions      = [aws_sns_topic.alarms.arn]
}

resource "aws_lambda_event_source_mapping" "this" {
  for_each = local.queues

  event_source_arn        = module.queue[each.key].arn
  function_name           = module.function[each.value.consumer].arn
  batch_size              = each.value.batch_size
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = min(each.value.maximum_concurrency, var.worker_concurrency)
  }
}
