"""Lambda: pricing's HTTP API (API Gateway HTTP API → FastAPI)."""

from pricing.api.app import build_app
from pricing.bootstrap.api import bootstrap
from pricing.settings import ApiSettings
from shared.runtime.edge import Edge
from shared.runtime.lambda_http import http_handler

settings = ApiSettings()
edge = Edge.of(settings)
app = build_app(bootstrap(settings, edge), edge)

handler = http_handler(app)
