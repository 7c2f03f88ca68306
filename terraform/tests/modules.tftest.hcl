# Each module by itself: what it refuses and what it always sets.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "queue" {
  command = apply

  module {
    source = "./modules/queue"
  }

  variables {
    name               = "omnipricex-dev-pages.fifo"
    arn                = "arn:aws:sqs:us-east-1:123456789012:omnipricex-dev-pages.fifo"
    consumer_timeout_s = 60
    sent_by_rules      = ["arn:aws:events:us-east-1:123456789012:rule/omnipricex-dev/one"]
    alarm_actions      = []
  }

  assert {
    condition     = aws_sqs_queue.this.visibility_timeout_seconds == 360
    error_message = "A message is hidden for six timeouts."
  }

  assert {
    condition     = aws_sqs_queue.dead_letter.message_retention_seconds == 1209600 && aws_sqs_queue.dead_letter.message_retention_seconds >= aws_sqs_queue.this.message_retention_seconds
    error_message = "Dead letters are kept for 14 days."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.this.redrive_policy).maxReceiveCount == 5
    error_message = "A message is tried five times."
  }

  assert {
    condition     = aws_sqs_queue.this.sqs_managed_sse_enabled && aws_sqs_queue.dead_letter.sqs_managed_sse_enabled
    error_message = "Messages are encrypted at rest."
  }

  assert {
    condition     = aws_sqs_queue.this.fifo_queue && aws_sqs_queue.dead_letter.fifo_queue && aws_sqs_queue.dead_letter.name == "omnipricex-dev-pages-dlq.fifo"
    error_message = "A FIFO queue's dead letters are FIFO too."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.this.policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == ["arn:aws:events:us-east-1:123456789012:rule/omnipricex-dev/one"]
    error_message = "Only the named rule may send."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.dead_letter.redrive_allow_policy).sourceQueueArns == ["arn:aws:sqs:us-east-1:123456789012:omnipricex-dev-pages.fifo"]
    error_message = "Only its own queue may use the dead letter queue."
  }
}

run "queue_hides_too_briefly" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    name                 = "omnipricex-dev-work"
    arn                  = "arn:aws:sqs:us-east-1:123456789012:omnipricex-dev-work"
    consumer_timeout_s   = 60
    visibility_timeout_s = 300
    sent_by_rules        = []
    alarm_actions        = []
  }

  expect_failures = [aws_sqs_queue.this]
}

run "queue_tries_too_rarely" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    name               = "omnipricex-dev-work"
    arn                = "arn:aws:sqs:us-east-1:123456789012:omnipricex-dev-work"
    consumer_timeout_s = 60
    max_receive_count  = 3
    sent_by_rules      = []
    alarm_actions      = []
  }

  expect_failures = [var.max_receive_count]
}

run "function" {
  command = apply

  module {
    source = "./modules/function"
  }

  variables {
    name               = "omnipricex-dev-one"
    description        = "One"
    handler            = "auth.handlers.one.handler"
    memory_mb          = 512
    timeout_s          = 5
    environment        = { SET = "yes", ABSENT = null }
    statements         = [{ actions = ["sqs:SendMessage"], resources = ["arn:aws:sqs:us-east-1:123456789012:one"] }]
    architecture       = "arm64"
    layer_arn          = "arn:aws:lambda:us-east-1:123456789012:layer:shared:1"
    code               = { bucket = "artifacts", key = "auth.zip", hash = "aGFzaA==" }
    log_level          = "INFO"
    log_retention_days = 7
    alarm_actions      = []
    scaled_by_queue    = false
    network            = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }

  assert {
    condition     = aws_lambda_function.this.architectures == tolist(["arm64"]) && aws_lambda_function.this.runtime == "python3.13" && aws_lambda_function.this.logging_config[0].log_format == "JSON"
    error_message = "A function is Python 3.13 on arm64 and logs JSON."
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables == tomap({ SET = "yes" })
    error_message = "A variable without a value is left out."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 7 && keys(aws_cloudwatch_metric_alarm.this) == ["errors", "throttles"]
    error_message = "Its log ends and its failures are heard."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Effect] == ["Allow", "Allow", "Allow", "Deny"]
    error_message = "It may log, do what its row says and join the network, which its own code may not."
  }
}

run "function_with_a_wildcard" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    name               = "omnipricex-dev-one"
    description        = "One"
    handler            = "auth.handlers.one.handler"
    memory_mb          = 512
    timeout_s          = 5
    environment        = {}
    statements         = [{ actions = ["sqs:*"], resources = ["arn:aws:sqs:us-east-1:123456789012:one"] }]
    architecture       = "arm64"
    layer_arn          = "arn:aws:lambda:us-east-1:123456789012:layer:shared:1"
    code               = { bucket = "artifacts", key = "auth.zip", hash = "aGFzaA==" }
    log_level          = "INFO"
    log_retention_days = 7
    alarm_actions      = []
    scaled_by_queue    = false
  }

  expect_failures = [var.statements]
}

run "function_limited_twice" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    name                 = "omnipricex-dev-one"
    description          = "One"
    handler              = "auth.handlers.one.handler"
    memory_mb            = 512
    timeout_s            = 5
    environment          = {}
    statements           = []
    architecture         = "arm64"
    layer_arn            = "arn:aws:lambda:us-east-1:123456789012:layer:shared:1"
    code                 = { bucket = "artifacts", key = "auth.zip", hash = "aGFzaA==" }
    log_level            = "INFO"
    log_retention_days   = 7
    alarm_actions        = []
    scaled_by_queue      = true
    reserved_concurrency = 5
  }

  expect_failures = [aws_lambda_function.this]
}

run "schedule" {
  command = apply

  module {
    source = "./modules/schedule"
  }

  variables {
    name               = "omnipricex-dev-relay"
    group              = "omnipricex-dev"
    expression         = "rate(1 minute)"
    enabled            = true
    function_arn       = "arn:aws:lambda:us-east-1:123456789012:function:omnipricex-dev-relay"
    function_name      = "omnipricex-dev-relay"
    dead_letter_arn    = "arn:aws:sqs:us-east-1:123456789012:dlq"
    assume_role_policy = "{}"
  }

  assert {
    condition     = aws_scheduler_schedule.this.target[0].retry_policy[0].maximum_event_age_in_seconds == 60 && aws_scheduler_schedule.this.target[0].dead_letter_config[0].arn == "arn:aws:sqs:us-east-1:123456789012:dlq"
    error_message = "A late run is dropped into the dead letter queue."
  }
}

run "schedule_that_never_rests" {
  command = plan

  module {
    source = "./modules/schedule"
  }

  variables {
    name               = "omnipricex-dev-relay"
    group              = "omnipricex-dev"
    expression         = "rate(0 minutes)"
    enabled            = true
    function_arn       = "arn:aws:lambda:us-east-1:123456789012:function:omnipricex-dev-relay"
    function_name      = "omnipricex-dev-relay"
    dead_letter_arn    = "arn:aws:sqs:us-east-1:123456789012:dlq"
    assume_role_policy = "{}"
  }

  expect_failures = [var.expression]
}
