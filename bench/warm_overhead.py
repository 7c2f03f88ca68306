"""Print what the edge of an API costs each warm request, as a share of a plain FastAPI call under Mangum.

Each figure is the difference of two runs under callgrind that differ in their number of requests only, so that
start and imports cancel out. Seconds on a shared machine say little; instructions repeat to a thousandth.
"""

import os
import re
import subprocess
import sys

from rich.console import Console
from rich.table import Table

FEW, MANY = 40, 100
GOAL = 0.6
COUNTED = re.compile(r"Collected : (\d+)")
PLAIN = "plain FastAPI + Mangum"
BARE = "our app without its edge"
SUBJECTS = (PLAIN, BARE, "ours, read", "ours, write with a body", "ours, anonymous")

# What each subject runs in a process of its own.
PROGRAM = """
import asyncio, json, sys
sys.path[:0] = ["functions", "layers", "."]
from typing import Any
from fastapi import APIRouter, FastAPI, Request, Response
from mangum import Mangum
from shared.runtime.answers import answer
subject, times = sys.argv[1], int(sys.argv[2])

class Context:
    function_name = "omnipricex-bench"
    aws_request_id = "5c6f1f9e-0000-4000-8000-000000000001"
    def get_remaining_time_in_millis(self):
        return 29_000

proved = {"organisation_id": "org_1", "user_id": "usr_1", "roles": "analyst", "scopes": "prices:read"}
def event(method, body=None, known=True):
    from tests.builders.events import http_request
    return http_request(method, "/bench/hello", proved=proved if known else None, body=body)

async def hello(request: Request) -> Response:
    return answer({"hello": "world"})

if subject == "plain FastAPI + Mangum":
    app = FastAPI()
    app.add_api_route("/bench/hello", hello, methods=["GET", "POST"])
    asyncio.set_event_loop(asyncio.new_event_loop())
    handler = Mangum(app, lifespan="off")
    asked = event("GET")
else:
    from shared.runtime.edge import Edge
    from shared.runtime.http_api import build_api
    from shared.runtime.lambda_http import http_handler
    from shared.runtime.limits import Limiter
    from shared.runtime.loop import the_loop
    from shared.runtime.mongo import Mongo
    from shared.runtime.rates import Limits
    from shared.runtime.valkey import Valkey
    free = {"read": 10**7, "write": 10**7, "costly": 1}
    limits = Limits(caller=free, address=free,
        organisation=free)
    # Under callgrind everything takes fifty times as long.
    valkey = Valkey(sys.argv[3], timeout_seconds=60)
    edge = Edge(Mongo("", "bench", uri="mongodb://127.0.0.1:9"), valkey, Limiter(limits, valkey))
    router = APIRouter()
    router.add_api_route("/hello", hello, methods=["GET", "POST"])
    app = build_api("bench", "", [router], {}, edge=edge)
    handler = http_handler(app)
    if subject == "our app without its edge":
        # The routes and the framework's layers stay; what the edge adds goes.
        handler = Mangum(app.framework(), lifespan="off")
    asked = {
        "our app without its edge": lambda: event("GET"),
        "ours, read": lambda: event("GET"),
        "ours, write with a body": lambda: event("POST", json.dumps({"a": list(range(50))})),
        "ours, anonymous": lambda: event("GET", known=False),
    }[subject]()

for _ in range(times):
    assert handler(asked, Context())["statusCode"] == 200
"""


def instructions(subject: str, times: int, valkey: str) -> int:
    """How many instructions a process needs for so many requests."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable, "-c", PROGRAM]
    ran = subprocess.run(  # noqa: S603 - this file's own program
        [*command, subject, str(times), valkey],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        env=os.environ | {"PYTHONHASHSEED": "0", "POWERTOOLS_SERVICE_NAME": "bench", "POWERTOOLS_LOG_LEVEL": "INFO"},
    )
    found = COUNTED.search(ran.stderr)
    if ran.returncode or found is None:
        raise SystemExit(ran.stderr[-2000:])
    return int(found[1])


def a_request(subject: str, valkey: str) -> float:
    """Thousand instructions for one warm request."""
    return (instructions(subject, MANY, valkey) - instructions(subject, FEW, valkey)) / (MANY - FEW) / 1000


def main() -> int:
    """Measure and print; returns the exit code."""
    valkey = os.environ.get("OMNIPRICEX_TEST_VALKEY_URL", "redis://127.0.0.1:6479/0")
    found = {subject: a_request(subject, valkey) for subject in SUBJECTS}
    plain, bare = found[PLAIN], found[BARE]
    table = Table("request", "thousand instructions", "the edge", "x plain", title=f"Warm overhead, goal {GOAL}")
    for subject, cost in found.items():
        edge = "" if subject in (PLAIN, BARE) else f"{cost - bare:.0f}"
        table.add_row(subject, f"{cost:.0f}", edge, edge and f"{(cost - bare) / plain:.2f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
