"""Lambda: the assistant's HTTP API (API Gateway HTTP API → FastAPI)."""

from assistant.api.app import build_app
from assistant.bootstrap import bootstrap
from shared.runtime.lambda_http import http_handler

handler = http_handler(build_app(bootstrap()))
