"""The edge of every API: bounds of bodies, headers, traces, limits, lines of the log."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import APIRouter, Request, Response

from shared.runtime.answers import answer
from shared.runtime.edge import Edge
from shared.runtime.http_api import build_api
from shared.runtime.limits import Limiter
from shared.runtime.mongo import Mongo
from shared.runtime.rates import Limits, Rates
from shared.runtime.request_body import DEEPEST_JSON, LARGEST_BODY, LARGEST_JSON
from shared.runtime.valkey import Valkey
from tests.fakes.asgi import Reply, asked
from tests.fakes.runs import Run

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def ask(run: Run) -> Callable[..., Reply]:
    router = APIRouter()

    @router.get("/things")
    @router.post("/things")
    async def things(request: Request) -> Response:
        return answer({"bytes": len(await request.body())})

    @router.post("/said")
    async def said(request: Request) -> Response:
        return answer({"said": await request.json()})

    @router.get("/crash")
    async def crash() -> Response:
        raise RuntimeError("mongodb+srv://house:hunter2@cluster.example")

    valkey = Valkey("valkey://127.0.0.1:9/0")
    mongo = Mongo("", "nowhere", uri="mongodb://127.0.0.1:9")
    edge = Edge(mongo, valkey, Limiter(Limits(caller=Rates(read=3, write=90, costly=9), instances=1), valkey))
    app = build_api("test", "", [router], {}, edge=edge)
    return lambda *given, **how: run(asked(app, *given, **how))


@pytest.mark.parametrize("size", [LARGEST_JSON + 1, 1_200_000])
def test_a_json_body_beyond_the_bound_is_refused_before_it_is_parsed(size: int, ask: Callable[..., Reply]) -> None:
    reply = ask("POST", "/test/things", b'"' + b"x" * (size - 2) + b'"')

    assert (reply.status, reply.json["type"]) == (413, "/problems/request/too-large")


def test_a_size_that_is_told_is_believed_before_anything_is_read(ask: Callable[..., Reply]) -> None:
    reply = ask("POST", "/test/things", b"{}", headers={"content-length": "1200000"})

    assert reply.status == 413


@pytest.mark.parametrize(("size", "status"), [(LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)])
def test_a_file_may_be_larger(size: int, status: int, ask: Callable[..., Reply]) -> None:
    assert ask("POST", "/test/things", b"x" * size, headers={"content-type": "text/csv"}).status == status


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_hundred_thousand_brackets_are_a_bad_request_and_no_crash(opening: bytes, ask: Callable[..., Reply]) -> None:
    reply = ask("POST", "/test/said", opening * 100_000)

    assert (reply.status, reply.json["type"]) == (400, "/problems/request/too-deep")


def test_depth_is_counted_in_structure_and_not_in_text(ask: Callable[..., Reply]) -> None:
    text = json.dumps({"a": "[{" * 500 + '\\"[', "b": [[] for _ in range(300)]}).encode()

    assert ask("POST", "/test/said", text).status == 200
    assert ask("POST", "/test/said", b"[" * DEEPEST_JSON + b"]" * DEEPEST_JSON).status == 200


@pytest.mark.parametrize("path", ["/test/things", "/test/nowhere", "/test/crash"])
def test_every_answer_has_the_headers_of_the_edge(path: str, ask: Callable[..., Reply]) -> None:
    headers = ask("GET", path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "max-age" in headers["strict-transport-security"]
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert int(headers["ratelimit-limit"]) > 0
    assert headers["traceparent"]


def test_a_crash_is_a_problem_and_tells_nothing(ask: Callable[..., Reply]) -> None:
    reply = ask("GET", "/test/crash")

    assert (reply.status, reply.json["type"]) == (500, "/problems/platform/unexpected")
    assert b"hunter2" not in reply.body


def test_a_trace_goes_on(ask: Callable[..., Reply]) -> None:
    reply = ask("GET", "/test/things", headers={"traceparent": PARENT})

    assert reply.headers["traceparent"].split("-")[1] == PARENT.split("-")[1]


def test_over_the_limit_is_told_with_when_to_come_back(ask: Callable[..., Reply]) -> None:
    replies = [ask("GET", "/test/things") for _ in range(4)]

    assert [one.status for one in replies] == [200, 200, 200, 429]
    assert replies[3].json["type"] == "/problems/limits/too-many-requests"
    assert replies[3].headers["retry-after"] == replies[3].headers["ratelimit-reset"]
    assert [one.headers["ratelimit-remaining"] for one in replies] == ["2", "1", "0", "0"]
    # Another caller, another class of route and liveness are not touched.
    assert ask("GET", "/test/things", user_id="another").status == 200
    assert ask("POST", "/test/things", {}).status == 200
    assert ask("GET", "/test/health").status == 200


def test_one_line_tells_of_a_request_and_carries_its_metrics(
    ask: Callable[..., Reply], capsys: pytest.CaptureFixture[str]
) -> None:
    ask("GET", "/test/things", headers={"traceparent": PARENT})

    lines: list[dict[str, Any]] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [one for one in lines if one.get("message") == "request"]
    assert (line["route"], line["status"], line["route_class"]) == ("/test/things", 200, "read")
    assert (line["organisation_id"], line["user_id"]) == ("org", "usr")
    assert line["trace_id"] == PARENT.split("-")[1]
    directive = line["_aws"]["CloudWatchMetrics"][0]
    assert {one["Name"] for one in directive["Metrics"]} == {"Latency", "ClientErrors", "ServerErrors"}
    assert all(isinstance(line[name], int | float) for name in ("Latency", "ClientErrors", "ServerErrors"))
    assert all(isinstance(line[name], str) for name in directive["Dimensions"][0])
