"""Lambda: auth's HTTP API (API Gateway HTTP API → FastAPI)."""

from auth.api.app import build_app
from auth.bootstrap import bootstrap
from auth.settings import ApiSettings
from shared.runtime.edge import Edge
from shared.runtime.lambda_http import http_handler

settings = ApiSettings()
edge = Edge.of(settings)
app = build_app(bootstrap(settings, edge), edge)

handler = http_handler(app)
