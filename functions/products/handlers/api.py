"""Lambda: the catalogue's HTTP API (API Gateway HTTP API → FastAPI)."""

from products.api.app import build_app
from products.bootstrap import bootstrap
from shared.runtime.lambda_http import http_handler

handler = http_handler(build_app(bootstrap()))
