"""The one line of each request: a log line and its metrics in one document of the embedded metric format.

Written here and not by the logger, which needs as many instructions for it as the framework for the whole request.
Nothing in it comes from the caller but the method: ids are the authorizer's, the route is a template.
"""

import sys
import time
from datetime import UTC, datetime

import orjson

from shared.runtime.metrics import NAMESPACE
from shared.runtime.observability import logger

CLIENT_ERROR, SERVER_ERROR = 400, 500
DIRECTIVE = [
    {
        "Namespace": NAMESPACE,
        "Dimensions": [["service", "route_class"]],
        "Metrics": [
            {"Name": "Latency", "Unit": "Milliseconds"},
            {"Name": "ClientErrors", "Unit": "Count"},
            {"Name": "ServerErrors", "Unit": "Count"},
        ],
    },
]


def write(*, method: str, route: str, route_class: str, status: int, elapsed_ms: float) -> None:
    """Write the line of a request, with the keys that its unit of work has bound."""
    now = time.time()
    line = {
        "level": "INFO",
        "message": "request",
        "timestamp": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
        "service": logger.service,
        **logger.thread_safe_get_current_keys(),
        "method": method,
        "route": route,
        "route_class": route_class,
        "status": status,
        "Latency": round(elapsed_ms, 1),
        "ClientErrors": int(CLIENT_ERROR <= status < SERVER_ERROR),
        "ServerErrors": int(status >= SERVER_ERROR),
        "_aws": {"Timestamp": int(now * 1000), "CloudWatchMetrics": DIRECTIVE},
    }
    sys.stdout.write(orjson.dumps(line, default=str).decode() + "\n")
