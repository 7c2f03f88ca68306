"""Every remote call has a timeout and one layer that repeats it: clients are made in known places, requests counted."""

import ast
import asyncio
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest

from shared.runtime import aws
from shared.runtime.metrics import written
from shared.runtime.resilience import LONGEST_RETRY_AFTER_SECONDS
from tests.builders.events import ROOT

QUEUE = {"QueueUrl": "https://sqs.example/000000000000/queue", "MessageBody": "{}"}
# What makes a client: where it may stand, and the call there that bounds its time with these.
MAKERS: dict[str, tuple[set[str], str, set[str]]] = {
    "boto3.client": (
        {"layers/shared/runtime/aws.py"},
        "Config",
        {"connect_timeout", "read_timeout", "retries"},
    ),
    "AsyncMongoClient": (
        {"layers/shared/runtime/mongo.py"},
        "AsyncMongoClient",
        {"serverSelectionTimeoutMS", "connectTimeoutMS", "socketTimeoutMS", "waitQueueTimeoutMS"},
    ),
    "BlockingConnectionPool.from_url": (
        {"layers/shared/runtime/valkey.py"},
        "pooled",
        {"timeout", "socket_timeout", "socket_connect_timeout", "retry"},
    ),
    "genai.Client": (
        {"functions/assistant/adapters/gemini.py"},
        "HttpOptions",
        {"timeout", "retry_options"},
    ),
    "aiohttp.ClientSession": (
        {"layers/shared/runtime/web/transport.py"},
        "ClientTimeout",
        {"connect", "sock_read"},
    ),
    "OTLPSpanExporter": ({"layers/shared/runtime/tracing.py"}, "OTLPSpanExporter", {"timeout"}),
}
# Other ways to ask somebody, none of which has a place here.
NOWHERE = (
    {"boto3.resource", "boto3.Session", "MongoClient", "Valkey.from_url", "valkey.from_url", "Redis", "urlopen"}
    | {"http.client.HTTPConnection", "http.client.HTTPSConnection", "socket.create_connection", "socket.socket"}
    | {"asyncio.open_connection", "asyncio.start_server", "httpx2.Client", "httpx2.AsyncClient", "httpx2.get"}
    | {"httpx2.post", "requests.get", "requests.post", "requests.Session", "aiohttp.request", "smtplib.SMTP"}
)


def dotted(node: ast.expr) -> str:
    """The name of what is spoken of, as `boto3.client`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def spoken_of(tree: ast.Module) -> Iterator[str]:
    """Every name that is called, and every attribute that is taken."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func)
        elif isinstance(node, ast.Attribute):
            yield dotted(node)


def sources() -> dict[str, ast.Module]:
    files = [path for folder in ("functions", "layers") for path in sorted((ROOT / folder).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in files}


@pytest.fixture(scope="module")
def places() -> dict[str, set[str]]:
    """Where each thing is spoken of, by the end of its name."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, tree in sources().items():
        for name in set(spoken_of(tree)):
            parts = name.split(".")
            for start in range(len(parts)):
                found[".".join(parts[start:])].add(path)
    return found


@pytest.mark.parametrize("maker", MAKERS)
def test_a_client_is_made_in_its_one_place_with_timeouts(maker: str, places: dict[str, set[str]]) -> None:
    wanted, bounding, keywords = MAKERS[maker]

    assert places[maker] == wanted
    for path in wanted:
        calls = [
            {one.arg for one in node.keywords}
            for node in ast.walk(sources()[path])
            if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] == bounding
        ]
        assert calls
        assert all(keywords <= given for given in calls)


def test_the_web_is_asked_in_known_places_whose_limits_are_bounds(places: dict[str, set[str]]) -> None:
    assert places["WebTransport"] == {
        "functions/pricing/adapters/aiohttp_pages.py",
        "functions/pricing/adapters/aiohttp_rates.py",
        "functions/pricing/adapters/aiohttp_receivers.py",
        "functions/pricing/adapters/aiohttp_woocommerce.py",
        "functions/products/adapters/aiohttp_files.py",
    }
    assert places["asyncio.timeout"] >= {"layers/shared/runtime/web/transport.py"}


def test_nobody_is_asked_in_another_way(places: dict[str, set[str]]) -> None:
    assert {name: places[name] for name in NOWHERE if name in places} == {}


@dataclass
class FakeAws:
    """Answers every request alike; counts them."""

    status: int = 200
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    slept: list[float] = field(default_factory=list)

    def failing(self, status: int, kind: str = "", **headers: str) -> None:
        self.status, self.headers = status, headers
        self.body = {"__type": f"com.amazonaws.sqs#{kind}", "message": "no"} if kind else {}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    """An AWS on loopback that the real SDK speaks to; pauses between attempts are noted and not waited for."""
    fake = FakeAws()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            fake.requests += 1
            body = json.dumps(fake.body).encode()
            self.send_response(fake.status)
            for name, value in fake.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-type", "application/x-amz-json-1.0")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    aws.client.cache_clear()
    aws.remote.cache_clear()

    async def sleep(seconds: float) -> None:
        fake.slept.append(seconds)

    for name in ("sqs", "lambda omnipricex-dev-pricing-questions"):
        aws.remote(name)._sleep = sleep
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()
    aws.client.cache_clear()
    aws.remote.cache_clear()


def fails(ask: Callable[[], Any]) -> None:
    with pytest.raises(aws.AwsUnavailable):
        asyncio.run(ask())


def send() -> Any:
    return aws.call("sqs", "send_message", **QUEUE)


@pytest.mark.parametrize(
    ("status", "kind", "requests"),
    [
        pytest.param(503, "", 3, id="a server that is away"),
        pytest.param(500, "InternalFailure", 3, id="a server that fails"),
        pytest.param(400, "ThrottlingException", 3, id="a throttle"),
        pytest.param(400, "QueueDoesNotExist", 1, id="what no second attempt mends"),
        pytest.param(403, "AccessDeniedException", 1, id="what may not be done"),
    ],
)
def test_the_server_sees_our_attempts_and_no_others(status: int, kind: str, requests: int, cloud: FakeAws) -> None:
    cloud.failing(status, kind)

    fails(send)

    assert cloud.requests == requests
    assert len(cloud.slept) == requests - 1


def test_another_function_is_asked_twice_and_once_when_repeating_might_harm(cloud: FakeAws) -> None:
    cloud.failing(503)
    function = "omnipricex-dev-pricing-questions"

    fails(lambda: aws.invoke(function, "{}"))
    repeated, cloud.requests = cloud.requests, 0
    fails(lambda: aws.invoke(function, "{}", repeatable=False))

    assert (repeated, cloud.requests) == (2, 1)


@pytest.mark.parametrize(
    ("after", "least", "most"),
    [("2", 2.0, 2.0), ("600", LONGEST_RETRY_AFTER_SECONDS, LONGEST_RETRY_AFTER_SECONDS), ("date", 1.0, 3.1)],
)
def test_what_the_server_asks_to_wait_is_waited_and_bounded(
    after: str, least: float, most: float, cloud: FakeAws
) -> None:
    told = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True) if after == "date" else after
    cloud.failing(503, Retry_After=told)

    fails(send)

    assert least <= cloud.slept[0] <= most


def test_a_service_that_always_fails_sees_no_more_than_a_tenth_above_its_load(cloud: FakeAws) -> None:
    cloud.failing(503)
    for _ in range(30):
        fails(send)

    assert cloud.requests <= 33


def test_failures_and_refusals_are_counted_by_a_name_without_an_environment(cloud: FakeAws) -> None:
    cloud.failing(503)
    written("before")
    for _ in range(10):
        fails(lambda: aws.invoke("omnipricex-dev-pricing-questions", "{}"))

    lines = [json.loads(one) for one in written("test")]
    (counted,) = [one for one in lines if "dependency" in one]
    assert counted["dependency"] == "lambda pricing-questions"
    assert sum(counted["DependencyFailures"]) == cloud.requests
    assert sum(counted["DependencyRefusals"]) > 0
