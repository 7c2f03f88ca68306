"""Lambda: auth's HTTP API (API Gateway HTTP API → FastAPI)."""

from auth.api.app import build_app
from auth.bootstrap import bootstrap
from shared.runtime.lambda_http import http_handler

handler = http_handler(build_app(bootstrap()))
