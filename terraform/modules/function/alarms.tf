resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = {
    errors    = "Errors"
    throttles = "Throttles"
  }

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${var.name}: ${each.key}"
  namespace           = "AWS/Lambda"
  metric_name         = each.value
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
}
