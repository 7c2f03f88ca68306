"""Lambda: the scheduler's HTTP API (API Gateway HTTP API → FastAPI)."""

from scheduler.api.app import build_app
from scheduler.bootstrap import bootstrap
from shared.runtime.lambda_http import http_handler

handler = http_handler(build_app(bootstrap()))
