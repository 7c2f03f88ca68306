# One page for the whole platform: what users feel, what waits, what fails, what it decides.

locals {
  # title, unit of the axis, statistic, and the metrics: either named one by one or searched, so that a new row of
  # functions.tf or queues.tf stands on the page by itself.
  widgets = [
    {
      title = "API: requests and errors", stat = "Sum", label = "in a minute",
      metrics = [
        for name, label in { Count = "requests", "4xx" = "4xx", "5xx" = "5xx" } :
        ["AWS/ApiGateway", name, "ApiId", aws_apigatewayv2_api.this.id, { label = label }]
      ]
    },
    {
      title = "API: latency", stat = "p95", label = "ms",
      metrics = concat(
        [for stat in ["p50", "p95", "p99"] : ["AWS/ApiGateway", "Latency", "ApiId", aws_apigatewayv2_api.this.id, { stat = stat, label = stat }]],
        [[{ expression = "SEARCH('{OmniPriceX,service,route_class} MetricName=\"Latency\"', 'p95', 60)", label = "p95" }]],
      )
    },
    {
      title = "Functions: errors, throttles", stat = "Sum", label = "in a minute",
      metrics = [
        for name in ["Errors", "Throttles"] :
        [{ expression = "SEARCH('{AWS/Lambda,FunctionName} MetricName=\"${name}\" \"${local.prefix}\"', 'Sum', 60)", label = name }]
      ]
    },
    {
      title   = "Functions: running at once (saturation)", stat = "Maximum", label = "environments",
      metrics = [[{ expression = "SEARCH('{AWS/Lambda,FunctionName} MetricName=\"ConcurrentExecutions\" \"${local.prefix}\"', 'Maximum', 60)", label = "" }]]
    },
    {
      title   = "Queues: age of the oldest message", stat = "Maximum", label = "s",
      metrics = [for name in keys(local.queues) : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", local.queue_names[name], { label = name }]]
    },
    {
      title   = "Queues: waiting", stat = "Maximum", label = "messages",
      metrics = [for name in keys(local.queues) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", local.queue_names[name], { label = name }]]
    },
    {
      title   = "Dead letters", stat = "Maximum", label = "messages",
      metrics = [for name in keys(local.queues) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", module.queue[name].dead_letter_name, { label = name }]]
    },
    {
      title = "Messages: done, failed, quarantined", stat = "Sum", label = "in a minute",
      metrics = [
        for name in ["Messages", "MessagesFailed", "MessagesQuarantined"] :
        [{ expression = "SEARCH('Namespace=\"OmniPriceX\" MetricName=\"${name}\"', 'Sum', 60)", label = name }]
      ]
    },
    {
      title   = "Outbox: oldest waiting message", stat = "Maximum", label = "s",
      metrics = [for house in sort(tolist(local.houses)) : ["OmniPriceX", "OutboxOldest", "service", house, { label = house }]]
    },
    {
      title   = "Jobs: ended, by outcome", stat = "Sum", label = "in a minute",
      metrics = [[{ expression = "SEARCH('{OmniPriceX,service,kind,outcome} MetricName=\"JobsEnded\"', 'Sum', 60)", label = "" }]]
    },
    {
      title   = "Decisions by reason", stat = "Sum", label = "in a minute",
      metrics = [[{ expression = "SEARCH('{OmniPriceX,service,reason} MetricName=\"Decisions\"', 'Sum', 60)", label = "" }]]
    },
    {
      title   = "Competitor pages by outcome", stat = "Sum", label = "in a minute",
      metrics = [[{ expression = "SEARCH('{OmniPriceX,service,outcome} MetricName=\"Looks\"', 'Sum', 60)", label = "" }]]
    },
    {
      title = "Looks: read, failed, doubted", stat = "Sum", label = "in a minute",
      metrics = [
        for name, label in { LooksRead = "read", LooksFailed = "failed", LooksSuspicious = "doubted" } :
        ["OmniPriceX", name, "service", "pricing", { label = label }]
      ]
    },
    {
      title   = "Freshness: from the look at a page to its record", stat = "p95", label = "s",
      metrics = [["OmniPriceX", "LookAge", "service", "pricing", { stat = "p95" }], ["OmniPriceX", "LookAge", "service", "pricing", { stat = "Maximum" }]]
    },
    {
      title = "Dependencies: failures, and calls not made", stat = "Sum", label = "in a minute",
      metrics = [
        for name in ["DependencyFailures", "DependencyRefusals"] :
        [{ expression = "SEARCH('{OmniPriceX,service,dependency} MetricName=\"${name}\"', 'Sum', 60)", label = name }]
      ]
    },
    {
      title   = "Limits: requests turned away", stat = "Sum", label = "in a minute",
      metrics = [[{ expression = "SEARCH('Namespace=\"OmniPriceX\" MetricName=\"RequestsLimited\"', 'Sum', 60)", label = "" }]]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.prefix

  dashboard_body = jsonencode({
    start          = "-PT6H"
    periodOverride = "inherit"
    widgets = [
      for place, widget in local.widgets : {
        type   = "metric"
        x      = place % 3 * 8
        y      = floor(place / 3) * 6
        width  = 8
        height = 6
        properties = {
          title   = widget.title
          view    = "timeSeries"
          region  = var.region
          stat    = widget.stat
          period  = 60
          metrics = widget.metrics
          yAxis   = { left = { label = widget.label, min = 0, showUnits = false } }
        }
      }
    ]
  })
}
