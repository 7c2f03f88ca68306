"""Lambda: the scheduler's HTTP API (API Gateway HTTP API → FastAPI)."""

from scheduler.api.app import build_app
from scheduler.bootstrap import bootstrap
from scheduler.settings import ApiSettings
from shared.runtime.edge import Edge
from shared.runtime.lambda_http import http_handler

settings = ApiSettings()
edge = Edge.of(settings)
app = build_app(bootstrap(settings, edge), edge)

handler = http_handler(app)
