# What Terraform refuses, and what an option changes.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environment   = "dev"
  artifacts_dir = "tests/artifacts"
}

run "the_market_is_local_only" {
  command = plan

  variables {
    scanner_connect_to = "127.0.0.1:8099"
  }

  expect_failures = [var.scanner_connect_to]
}

run "the_market_in_local" {
  command = plan

  variables {
    environment               = "local"
    scanner_connect_to        = "127.0.0.1:8099"
    scanner_min_delay_seconds = 0
    valkey_url                = "redis://127.0.0.1:6379"
  }

  assert {
    condition     = local.environments["pricing-scan-pages"].SCANNER_CONNECT_TO == "127.0.0.1:8099"
    error_message = "The scanner is told where the market is."
  }
}

run "hosts_get_a_pause" {
  command = plan

  variables {
    scanner_min_delay_seconds = 0
  }

  expect_failures = [var.scanner_min_delay_seconds]
}

run "other_groups_are_local_only" {
  command = plan

  variables {
    extra_schedule_groups = ["default"]
  }

  expect_failures = [var.extra_schedule_groups]
}

run "the_cache_speaks_tls" {
  command = plan

  variables {
    valkey_url = "redis://cache.example.com:6379"
  }

  expect_failures = [var.valkey_url]
}

run "a_cache_is_needed" {
  command = plan

  variables {
    create_valkey = false
  }

  expect_failures = [var.create_valkey]
}

run "long_names_are_refused" {
  command = plan

  variables {
    environment = "averyverylongname"
  }

  expect_failures = [var.environment]
}

run "the_signing_key_is_known" {
  command = plan

  variables {
    signing_keys = ["second"]
  }

  expect_failures = [var.signing_key]
}

run "reserved_copies_of_an_api" {
  command = plan

  variables {
    reserved_concurrency = { "auth-api" = 5 }
  }

  assert {
    condition     = !contains(values(local.queues)[*].consumer, "auth-api")
    error_message = "A function that no queue feeds may be reserved."
  }
}

run "no_way_out" {
  command = plan

  variables {
    nat_gateway_count = 0
    private_endpoints = ["sqs"]
  }

  expect_failures = [aws_vpc.this]
}

run "private_endpoints_only" {
  command = plan

  variables {
    nat_gateway_count = 0
    private_endpoints = ["events", "kms", "lambda", "scheduler", "secretsmanager", "sqs"]
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_internet_gateway.this) == 0 && length(aws_vpc_endpoint.this) == 6
    error_message = "Nothing leaves the private network."
  }
}

run "gemini" {
  command = apply

  variables {
    gemini_enabled = true
  }

  assert {
    condition     = local.environments["assistant-answer"].GEMINI_SECRET_ARN == aws_secretsmanager_secret.gemini[0].arn
    error_message = "The assistant is told where its key is."
  }

  assert {
    condition     = [for name, environment in local.environments : name if contains(keys(environment), "GEMINI_SECRET_ARN")] == ["assistant-answer", "assistant-read-page"]
    error_message = "Nobody but the assistant's two doors to the model is."
  }
}

run "connection_strings_given" {
  command = plan

  variables {
    mongodb_uris = { auth = "mongodb://127.0.0.1" }
  }

  assert {
    condition     = length(aws_secretsmanager_secret_version.mongodb) == 1
    error_message = "A given connection string is put into its secret."
  }
}

run "more_lanes_than_scanners" {
  command = plan

  variables {
    scanner_lanes      = 6
    worker_concurrency = 5
  }

  expect_failures = [var.scanner_lanes]
}

run "one_lane" {
  command = plan

  variables {
    scanner_lanes = 1
  }

  expect_failures = [var.scanner_lanes]
}
