"""What a hostile site or name server can cost: connections, redirects, rules and bodies at their bounds."""

import asyncio
import gzip
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import web

from pricing.adapters import aiohttp_pages
from pricing.adapters.aiohttp_pages import AioHttpPages
from pricing.domain.fetched import Fetch, Fetched, FetchLimits
from shared.runtime.web import body, resolver
from shared.runtime.web.resolver import Lookup
from tests.integration.pricing.adapters.test_aiohttp_pages import AGENT, PAGE, QUICK, from_handler, served

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def by_name(handler: Handler, *paths: str, lookup: Lookup, limits: FetchLimits = QUICK) -> list[Fetched]:
    """Fetch from a server whose name is looked up, as on the web."""

    async def run() -> list[Fetched]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        async with served(app) as (_, port), AioHttpPages(user_agent=AGENT, limits=limits, lookup=lookup) as pages:
            return [await pages.fetch(f"http://shop.example:{port}{path}") for path in paths]

    return asyncio.run(run())


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback stands for a public address: what counts is what is looked up, checked and connected to."""
    monkeypatch.setattr(resolver, "is_public", lambda address: address in {"127.0.0.1", "::1"})
    monkeypatch.setattr(aiohttp_pages, "checked_url", lambda url: url)


async def hello(request: web.Request) -> web.Response:
    return web.Response(text=f"<h1>{request.host}</h1>", content_type="text/html")


@pytest.mark.usefixtures("loopback_is_public")
def test_a_name_is_looked_up_once_for_a_connection_and_stays_the_host_that_is_asked() -> None:
    lookups: list[str] = []

    async def lookup(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return ["127.0.0.1"]

    answers = by_name(hello, "/1", "/2", "/3", lookup=lookup)

    assert [one.outcome for one in answers] == [Fetch.FETCHED] * 3
    assert all(b"shop.example" in one.body for one in answers)
    # Rules and pages go over one connection, whose address was checked when it was made.
    assert lookups == ["shop.example"]


@pytest.mark.usefixtures("loopback_is_public")
def test_a_host_that_has_only_an_ipv6_address_is_connected_to_there() -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        return ["::1"]

    # The server listens on IPv4 alone: that nobody is there shows where the connection went.
    (answer,) = by_name(hello, "/1", lookup=lookup)

    assert answer.outcome is Fetch.UNREACHABLE


def test_a_name_server_that_does_not_answer_ends_in_time() -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(30)
        raise AssertionError("waited for")

    async def run() -> Fetched:
        limits = replace(QUICK, connect_seconds=0.2, page_seconds=0.5)
        async with AioHttpPages(user_agent=AGENT, limits=limits, lookup=lookup) as pages:
            return await pages.fetch("http://slow-dns.example/")

    began = time.monotonic()

    assert asyncio.run(run()).outcome in {Fetch.TIMEOUT, Fetch.UNREACHABLE}
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "url", ["http+unix://%2Fvar%2Frun%2Fdocker.sock/", "unix:/var/run/docker.sock", "http://unix:/x"]
)
def test_a_socket_of_the_machine_is_no_address(url: str) -> None:
    fetched = asyncio.run(AioHttpPages(user_agent=AGENT).fetch(url))

    assert (fetched.outcome, fetched.attempted) == (Fetch.REFUSED_ADDRESS, False)


@pytest.mark.parametrize(("hops", "outcome"), [(5, Fetch.FETCHED), (6, Fetch.REDIRECT_LOOP)])
def test_five_hops_are_followed_and_no_more(hops: int, outcome: Fetch) -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.path == "/robots.txt":
            return web.Response(status=404)
        place = int(request.path.strip("/"))
        if place < hops:
            return web.Response(status=302, headers={"Location": f"/{place + 1}"})
        return await hello(request)

    assert from_handler(answer, "https://shop.example/0")[0].outcome is outcome


@pytest.mark.parametrize(("hops", "outcome"), [(5, Fetch.ROBOTS_DISALLOWED), (6, Fetch.FETCHED)])
def test_rules_are_followed_over_five_redirects_and_then_count_as_absent(hops: int, outcome: Fetch) -> None:
    async def answer(request: web.Request) -> web.Response:
        if not request.path.endswith("robots.txt"):
            return await hello(request)
        place = int(request.query.get("hop", "0"))
        if place < hops:
            return web.Response(status=301, headers={"Location": f"/robots.txt?hop={place + 1}"})
        return web.Response(text="User-agent: *\nDisallow: /\n")

    assert from_handler(answer, PAGE)[0].outcome is outcome


def test_a_site_whose_rules_do_not_come_in_time_is_not_asked_for_pages() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        await asyncio.sleep(2)
        return web.Response(text="")

    (fetched,) = from_handler(answer, PAGE, limits=replace(QUICK, page_seconds=0.3))

    assert (fetched.outcome, fetched.attempted, asked) == (Fetch.TIMEOUT, False, ["/robots.txt"])


@pytest.mark.parametrize("packed", [False, True])
def test_what_comes_over_the_wire_is_bounded_whether_packed_or_not(packed: bool) -> None:  # noqa: FBT001 - a case
    noise = os.urandom(QUICK.received_bytes + 100_000)
    content = gzip.compress(noise, 0) if packed else noise

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/robots.txt":
            return web.Response(status=404)
        coding = {"Content-Encoding": "gzip"} if packed else {}
        return web.Response(body=content, headers={"Content-Type": "text/html"} | coding)

    assert from_handler(answer, PAGE)[0].outcome is Fetch.TOO_LARGE


def test_large_pages_of_many_hosts_are_taken_in_a_few_at_a_time() -> None:
    half = b"<p>" + b"x" * body.LARGE
    most = now = 0

    async def chunks(gate: asyncio.Event) -> AsyncIterator[bytes]:
        nonlocal most, now
        yield half
        now += 1
        most = max(most, now)
        await gate.wait()
        yield b"the rest"
        now -= 1

    async def run() -> list[int]:
        room, gate = asyncio.Semaphore(body.LARGE_AT_ONCE), asyncio.Event()
        bounds = {"received": 4_000_000, "unpacked": 4_000_000}
        reading = [asyncio.create_task(body.bounded_body(chunks(gate), None, room=room, **bounds)) for _ in range(9)]
        await asyncio.sleep(0.05)
        gate.set()
        return [len((await one).unpacked) for one in reading]

    assert asyncio.run(run()) == [len(half) + 8] * 9
    assert most == body.LARGE_AT_ONCE
