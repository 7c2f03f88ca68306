resource "aws_scheduler_schedule" "this" {
  name                = var.name
  group_name          = var.group
  schedule_expression = var.expression

  schedule_expression_timezone = var.timezone

  state = var.enabled ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.function_arn
    role_arn = aws_iam_role.this.arn

    # A run that is late is worth nothing: the next one does its work.
    retry_policy {
      maximum_event_age_in_seconds = 60
      maximum_retry_attempts       = 1
    }

    dead_letter_config {
      arn = var.dead_letter_arn
    }
  }
}

resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = var.function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}

resource "aws_iam_role" "this" {
  name               = "${var.name}-schedule"
  description        = "Lets the schedule invoke ${var.name}"
  assume_role_policy = var.assume_role_policy
}

resource "aws_iam_role_policy" "this" {
  name = "this"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = [var.function_arn] },
      { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [var.dead_letter_arn] },
    ]
  })
}
