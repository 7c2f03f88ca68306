"""Lambda: pricing's HTTP API (API Gateway HTTP API → FastAPI)."""

from pricing.api.app import build_app
from pricing.bootstrap import bootstrap
from shared.runtime.lambda_http import http_handler

handler = http_handler(build_app(bootstrap()))
