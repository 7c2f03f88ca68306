# What wakes a person. A function's and a queue's own alarms are in their modules.

resource "aws_sns_topic" "alarms" {
  name = "${local.prefix}-alarms"
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

# A house answers a crash with 500, which Lambda counts as a success: the API's count is the one that tells.
resource "aws_cloudwatch_metric_alarm" "api_5xx" {
  alarm_name          = "${local.prefix}-api-5xx"
  alarm_description   = "The API answered with 5xx: look at the houses' logs by request id"
  namespace           = "AWS/ApiGateway"
  metric_name         = "5xx"
  dimensions          = { ApiId = aws_apigatewayv2_api.this.id }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = {
    events    = aws_sqs_queue.events_dlq.name
    schedules = aws_sqs_queue.schedules_dlq.name
  }

  alarm_name          = "${each.value}-depth"
  alarm_description   = "EventBridge could not deliver: read the message's error attributes, mend, send again"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "api_latency" {
  alarm_name          = "${local.prefix}-api-latency"
  alarm_description   = "One request in twenty takes longer than three seconds: look at the slowest route and what it waits for"
  namespace           = "AWS/ApiGateway"
  metric_name         = "Latency"
  dimensions          = { ApiId = aws_apigatewayv2_api.this.id }
  extended_statistic  = "p95"
  period              = 300
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold           = 3000
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "outbox" {
  for_each = local.houses

  alarm_name          = "${local.prefix}-${each.key}-outbox"
  alarm_description   = "${each.key}: a stored message waits for its queue or bus for more than five minutes"
  namespace           = "OmniPriceX"
  metric_name         = "OutboxOldest"
  dimensions          = { service = each.key }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  threshold           = 300
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "parked" {
  for_each = local.houses

  alarm_name          = "${local.prefix}-${each.key}-outbox-parked"
  alarm_description   = "${each.key}: a stored message was refused too often and is tried no more"
  namespace           = "OmniPriceX"
  metric_name         = "OutboxParked"
  dimensions          = { service = each.key }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "pages_failing" {
  alarm_name          = "${local.prefix}-pages-failing"
  alarm_description   = "More than three pages in ten bring no price: GET /pricing/data-health says whose and why"
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold           = 30
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "share"
    expression  = "IF(read + failed >= 100, 100 * failed / (read + failed), 0)"
    label       = "Pages without a price, in percent"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { read = "LooksRead", failed = "LooksFailed" }

    content {
      id = metric_query.key

      metric {
        namespace   = "OmniPriceX"
        metric_name = metric_query.value
        dimensions  = { service = "pricing" }
        stat        = "Sum"
        period      = 900
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "prices_doubted" {
  alarm_name          = "${local.prefix}-prices-doubted"
  alarm_description   = "More than one price in ten is not believed: a reader or a shop's page changed; look at GET /pricing/quarantine"
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold           = 10
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "share"
    expression  = "IF(read >= 100, 100 * doubted / read, 0)"
    label       = "Prices that are not believed, in percent"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { read = "LooksRead", doubted = "LooksSuspicious" }

    content {
      id = metric_query.key

      metric {
        namespace   = "OmniPriceX"
        metric_name = metric_query.value
        dimensions  = { service = "pricing" }
        stat        = "Sum"
        period      = 900
      }
    }
  }
}

# Looks go on without it, so nothing else tells.
resource "aws_cloudwatch_metric_alarm" "pages_not_kept" {
  alarm_name          = "${local.prefix}-pages-not-kept"
  alarm_description   = "Pages that were read could not be kept: their readings cannot be repeated, and recipes not be tried on them"
  namespace           = "OmniPriceX"
  metric_name         = "SnapshotsLost"
  dimensions          = { service = "pricing" }
  statistic           = "Sum"
  period              = 900
  evaluation_periods  = 2
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

# Rates are fetched each day, so a day without their age is one on which nothing was fetched.
resource "aws_cloudwatch_metric_alarm" "rates_old" {
  for_each = var.schedules_enabled ? toset(["this"]) : toset([])

  alarm_name          = "${local.prefix}-rates-old"
  alarm_description   = "The newest exchange rates are more than six days old or could not be fetched for two days: after seven nothing is converted"
  namespace           = "OmniPriceX"
  metric_name         = "RatesAge"
  dimensions          = { service = "pricing" }
  statistic           = "Maximum"
  period              = 86400
  evaluation_periods  = 2
  threshold           = 518400
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

# What should happen each minute and does not is seen by nobody else.
resource "aws_cloudwatch_metric_alarm" "heartbeat" {
  for_each = var.schedules_enabled ? local.relays : toset([])

  alarm_name          = "${local.function_names[each.key]}-heartbeat"
  alarm_description   = "${each.key} was not started for ten minutes: schedules, retries and deadlines stand still"
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = { FunctionName = local.function_names[each.key] }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 2
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}
