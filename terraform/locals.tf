data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  prefix    = "omnipricex-${var.environment}"
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  houses    = toset(["assistant", "auth", "pricing", "products", "scheduler"])

  # ARNs built from names keep the tables free of resources, so that no two tables wait for each other.
  function_names = { for name in keys(local.functions) : name => "${local.prefix}-${name}" }
  function_arns = {
    for name, full in local.function_names :
    name => "arn:${local.partition}:lambda:${var.region}:${local.account}:function:${full}"
  }
  queue_names = { for name in keys(local.queues) : name => "${local.prefix}-${name}" }
  queue_arns = {
    for name, full in local.queue_names :
    name => "arn:${local.partition}:sqs:${var.region}:${local.account}:${full}"
  }
  dead_letter_arns = {
    for name, arn in local.queue_arns :
    name => endswith(name, ".fifo") ? "${trimsuffix(arn, ".fifo")}-dlq.fifo" : "${arn}-dlq"
  }
  queue_of    = { for name, queue in local.queues : queue.consumer => name }
  work_bucket = "${local.prefix}-work-${local.account}"
  work_arn    = "arn:${local.partition}:s3:::${local.work_bucket}"
  bus_arn     = "arn:${local.partition}:events:${var.region}:${local.account}:event-bus/${local.prefix}"
  rule_arns = {
    for name in keys(local.rules) :
    name => "arn:${local.partition}:events:${var.region}:${local.account}:rule/${local.prefix}/${local.prefix}-${name}"
  }
}
