resource "aws_lambda_function" "this" {
  function_name                  = var.name
  description                    = var.description
  role                           = aws_iam_role.this.arn
  runtime                        = "python3.13"
  architectures                  = [var.architecture]
  handler                        = var.handler
  memory_size                    = var.memory_mb
  timeout                        = var.timeout_s
  layers                         = [var.layer_arn]
  s3_bucket                      = var.code.bucket
  s3_key                         = var.code.key
  source_code_hash               = var.code.hash
  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)

  environment {
    variables = { for name, value in var.environment : name => value if value != null }
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = var.log_level
    system_log_level      = "WARN"
    log_group             = aws_cloudwatch_log_group.this.name
  }

  dynamic "vpc_config" {
    for_each = var.network[*]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  # Lambda makes the network interface with this role, and logs from the first call.
  depends_on = [aws_iam_role_policy.this]

  lifecycle {
    precondition {
      condition     = length(var.name) <= 64
      error_message = "${var.name} has ${length(var.name)} characters; Lambda and IAM take 64."
    }
    precondition {
      condition     = !(var.scaled_by_queue && var.reserved_concurrency != null)
      error_message = "${var.name} is limited by its queue's maximum concurrency: a reservation as well would throw its messages back."
    }
  }
}

# Lambda stops a message after it went through a function sixteen times, and calls it a runaway. Some messages come
# back on purpose, and end by a count of their own.
resource "aws_lambda_function_recursion_config" "this" {
  count = var.repeats ? 1 : 0

  function_name  = aws_lambda_function.this.function_name
  recursive_loop = "Allow"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}
