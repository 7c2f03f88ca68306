# One HTTP API for the five houses. A route needs a caller unless it is in local.public_routes.

locals {
  api_functions = { for house in local.houses : house => "${house}-api" }

  # Methods are named, not ANY: an ANY route with an authorizer would refuse the browser's preflight.
  methods = toset(["DELETE", "GET", "PATCH", "POST", "PUT"])

  protected_routes = {
    for route in setproduct(local.methods, local.houses) :
    "${route[0]} /${route[1]}/{proxy+}" => route[1]
  }
  public_routes = merge(
    {
      "POST /auth/sign-in"  = "auth"
      "POST /auth/refresh"  = "auth"
      "POST /auth/sign-out" = "auth"
      "POST /auth/token"    = "auth"
      "GET /auth/keys"      = "auth"
    },
    [for house in local.houses : {
      "GET /${house}/health"        = house
      "GET /${house}/openapi.json"  = house
      "GET /${house}/docs"          = house
      "GET /${house}/docs/{proxy+}" = house
    }]...
  )

  # Guessing a password must stay slow however fast the rest may be.
  slow_routes = ["POST /auth/sign-in", "POST /auth/refresh", "POST /auth/token"]

  api_url      = coalesce(var.public_url, local.domain_url, trimsuffix(aws_apigatewayv2_stage.this.invoke_url, "/"))
  token_issuer = coalesce(var.public_url, local.domain_url, aws_apigatewayv2_api.this.api_endpoint)
}

resource "aws_apigatewayv2_api" "this" {
  name                         = local.prefix
  description                  = "OmniPriceX"
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = var.custom_domain != null

  dynamic "cors_configuration" {
    for_each = length(var.cors_origins) > 0 ? [true] : []

    content {
      allow_origins  = var.cors_origins
      allow_methods  = local.methods
      allow_headers  = ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "traceparent"]
      expose_headers = ["etag", "idempotent-replayed", "location", "ratelimit-limit", "ratelimit-policy", "ratelimit-remaining", "ratelimit-reset", "retry-after", "traceparent"]
      max_age        = 3600
    }
  }

  tags = var.api_tags
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    format = jsonencode({
      request_id  = "$context.requestId"
      route       = "$context.routeKey"
      status      = "$context.status"
      ip          = "$context.identity.sourceIp"
      user_agent  = "$context.identity.userAgent"
      caller      = "$context.authorizer.user_id"
      house_error = "$context.integrationErrorMessage"
      latency_ms  = "$context.responseLatency"
      house_ms    = "$context.integrationLatency"
      bytes       = "$context.responseLength"
    })
  }

  default_route_settings {
    detailed_metrics_enabled = true
    throttling_burst_limit   = var.throttling_burst
    throttling_rate_limit    = var.throttling_rate
  }

  dynamic "route_settings" {
    for_each = local.slow_routes

    content {
      route_key                = aws_apigatewayv2_route.public[route_settings.value].route_key
      detailed_metrics_enabled = true
      throttling_burst_limit   = var.sign_in_throttling_burst
      throttling_rate_limit    = var.sign_in_throttling_rate
    }
  }
}

# The /aws/vendedlogs/ prefix keeps the account's log resource policy from growing with each API.
resource "aws_cloudwatch_log_group" "api" {
  name              = "/aws/vendedlogs/apigateway/${local.prefix}"
  retention_in_days = var.log_retention_days
}

resource "aws_apigatewayv2_integration" "this" {
  for_each = local.api_functions

  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = module.function[each.value].invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = (local.functions[each.value].timeout_s + 1) * 1000
}

resource "aws_apigatewayv2_authorizer" "this" {
  api_id                            = aws_apigatewayv2_api.this.id
  name                              = "${local.prefix}-authorize"
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = module.function["auth-authorize"].invoke_arn
  authorizer_payload_format_version = "2.0"
  authorizer_result_ttl_in_seconds  = 300
  enable_simple_responses           = true
  identity_sources                  = ["$request.header.Authorization"]
}

resource "aws_apigatewayv2_route" "protected" {
  for_each = local.protected_routes

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.this[each.value].id}"
  authorization_type = "CUSTOM"
  authorizer_id      = aws_apigatewayv2_authorizer.this.id
}

resource "aws_apigatewayv2_route" "public" {
  for_each = local.public_routes

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.this[each.value].id}"
  authorization_type = "NONE"
}

resource "aws_lambda_permission" "api" {
  for_each = local.api_functions

  statement_id  = "api"
  action        = "lambda:InvokeFunction"
  function_name = module.function[each.value].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/*/${each.key}/*"
}

resource "aws_lambda_permission" "authorizer" {
  statement_id  = "api"
  action        = "lambda:InvokeFunction"
  function_name = module.function["auth-authorize"].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.this.id}"
}
