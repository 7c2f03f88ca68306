"""Lambda: the assistant's HTTP API (API Gateway HTTP API → FastAPI)."""

from assistant.api.app import build_app
from assistant.bootstrap import bootstrap
from assistant.settings import ApiSettings
from shared.runtime.edge import Edge
from shared.runtime.lambda_http import http_handler

settings = ApiSettings()
edge = Edge.of(settings)
app = build_app(bootstrap(settings, edge), edge)

handler = http_handler(app)
