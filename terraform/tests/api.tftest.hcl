# Who may call what without a token, and how often.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environment   = "dev"
  artifacts_dir = "tests/artifacts"
}

run "public_routes" {
  command = plan

  assert {
    condition = toset(keys(aws_apigatewayv2_route.public)) == toset(concat(
      ["GET /auth/keys", "POST /auth/refresh", "POST /auth/sign-in", "POST /auth/sign-out", "POST /auth/token"],
      flatten([for house in ["assistant", "auth", "pricing", "products", "scheduler"] : [
        "GET /${house}/docs", "GET /${house}/docs/{proxy+}", "GET /${house}/health", "GET /${house}/openapi.json",
      ]]),
    ))
    error_message = "The routes without a token are exactly the listed ones."
  }

  assert {
    condition     = length(aws_apigatewayv2_route.protected) == length(local.methods) * length(local.houses) && alltrue([for route in aws_apigatewayv2_route.protected : route.authorization_type == "CUSTOM"])
    error_message = "Every other route asks the authorizer."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.this.enable_simple_responses && aws_apigatewayv2_authorizer.this.authorizer_payload_format_version == "2.0" && aws_apigatewayv2_authorizer.this.authorizer_result_ttl_in_seconds == 300
    error_message = "The authorizer answers simply and is remembered for five minutes."
  }

  assert {
    condition     = alltrue([for integration in aws_apigatewayv2_integration.this : integration.timeout_milliseconds <= 30000])
    error_message = "An HTTP API waits 30 s at most."
  }

  assert {
    condition     = alltrue([for house in local.houses : local.functions["${house}-api"].timeout_s < 30])
    error_message = "A house gives up before the HTTP API does."
  }
}

run "throttling" {
  command = plan

  assert {
    condition     = aws_apigatewayv2_stage.this.default_route_settings[0].throttling_rate_limit == 100 && aws_apigatewayv2_stage.this.default_route_settings[0].throttling_burst_limit == 200
    error_message = "Every route has a limit."
  }

  assert {
    condition     = { for route in aws_apigatewayv2_stage.this.route_settings : route.route_key => route.throttling_rate_limit } == { "POST /auth/refresh" = 10, "POST /auth/sign-in" = 10, "POST /auth/token" = 10 }
    error_message = "Signing in has a lower limit."
  }
}

run "no_browser_by_default" {
  command = plan

  assert {
    condition     = length(aws_apigatewayv2_api.this.cors_configuration) == 0 && !aws_apigatewayv2_api.this.disable_execute_api_endpoint
    error_message = "No page may call the API until one is named."
  }
}

run "named_pages" {
  command = plan

  variables {
    cors_origins = ["https://prices.example.com"]
  }

  assert {
    condition     = aws_apigatewayv2_api.this.cors_configuration[0].allow_origins == toset(["https://prices.example.com"])
    error_message = "The named page may call the API."
  }
}

run "any_page_is_refused" {
  command = plan

  variables {
    cors_origins = ["*"]
  }

  expect_failures = [var.cors_origins]
}

run "own_domain" {
  command = apply

  variables {
    custom_domain = {
      name            = "api.example.com"
      certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
    }
  }

  assert {
    condition     = output.api_url == "https://api.example.com" && aws_apigatewayv2_api.this.disable_execute_api_endpoint
    error_message = "With a domain of its own the API answers there only."
  }

  assert {
    condition     = local.environments["auth-api"].TOKEN_ISSUER == "https://api.example.com"
    error_message = "Tokens name the domain as their issuer."
  }

  assert {
    condition     = length(aws_route53_record.api) == 0
    error_message = "Without a zone no record is written."
  }
}
