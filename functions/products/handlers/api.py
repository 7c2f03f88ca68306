"""Lambda: the catalogue's HTTP API (API Gateway HTTP API → FastAPI)."""

from products.api.app import build_app
from products.bootstrap import bootstrap
from products.settings import ApiSettings
from shared.runtime.edge import Edge
from shared.runtime.lambda_http import http_handler

settings = ApiSettings()
edge = Edge.of(settings)
app = build_app(bootstrap(settings, edge), edge)

handler = http_handler(app)
