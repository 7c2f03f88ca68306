"""The fetcher against real servers on loopback: the simulated market and everything it can do wrong."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web

from local.market.misbehaviour import How
from local.market.model import address_of
from local.market.sample import sample_market
from local.market.server import MarketServer
from pricing.adapters import aiohttp_pages
from pricing.adapters.aiohttp_pages import AioHttpPages
from pricing.domain.fetched import Fetch, Fetched, FetchLimits
from shared.runtime.web import resolver

AGENT = "OmniPriceX/0.1 (+https://example.org/scanner)"
QUICK = FetchLimits(min_delay_seconds=0, page_seconds=3, idle_seconds=2, page_bytes=2_000_000, received_bytes=1_500_000)
SHOP = sample_market().shops[0]
PAGE = address_of(SHOP, SHOP.items[0])
OTHER_PAGE = address_of(sample_market().shops[1], sample_market().shops[1].items[0])

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeTime:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[tuple[str, int]]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][:2]
    finally:
        await runner.cleanup()


def fetcher(address: tuple[str, int], limits: FetchLimits, time: FakeTime | None) -> AioHttpPages:
    if time is None:
        return AioHttpPages(user_agent=AGENT, limits=limits, connect_to=address)
    return AioHttpPages(user_agent=AGENT, limits=limits, connect_to=address, monotonic=time, sleep=time.sleep)


def in_market[T](
    act: Callable[[AioHttpPages, MarketServer], Coroutine[None, None, T]],
    limits: FetchLimits = QUICK,
    time: FakeTime | None = None,
) -> T:
    async def run() -> T:
        server = MarketServer(market=sample_market())
        async with served(server.app()) as address, fetcher(address, limits, time) as pages:
            return await act(pages, server)

    return asyncio.run(run())


def from_handler(
    handler: Handler, *urls: str, limits: FetchLimits = QUICK, time: FakeTime | None = None
) -> list[Fetched]:
    async def run() -> list[Fetched]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        async with served(app) as address, fetcher(address, limits, time) as pages:
            return [await pages.fetch(url) for url in urls]

    return asyncio.run(run())


def test_a_page_comes_with_what_its_server_says_of_it() -> None:
    fetched = in_market(lambda pages, _: pages.fetch(PAGE))

    assert (fetched.outcome, fetched.status, fetched.url) == (Fetch.FETCHED, 200, PAGE)
    assert b"application/ld+json" in fetched.body
    assert 0 < fetched.bytes_received < len(fetched.body)
    assert fetched.etag


def test_a_page_that_did_not_change_is_not_sent_again() -> None:
    async def act(pages: AioHttpPages, _: MarketServer) -> Fetched:
        first = await pages.fetch(PAGE)
        return await pages.fetch(PAGE, etag=first.etag)

    fetched = in_market(act)

    assert (fetched.outcome, fetched.status, fetched.body) == (Fetch.NOT_MODIFIED, 304, b"")


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        (How.SLOW, Fetch.TIMEOUT),
        (How.FORBIDDEN, Fetch.BLOCKED),
        (How.BUSY, Fetch.BLOCKED),
        (How.BROKEN, Fetch.HTTP_ERROR),
        (How.REDIRECT_LOOP, Fetch.REDIRECT_LOOP),
        (How.REDIRECT_PRIVATE, Fetch.REFUSED_ADDRESS),
        (How.HUGE, Fetch.TOO_LARGE),
        (How.GZIP_BOMB, Fetch.TOO_LARGE),
        (How.TRUNCATED, Fetch.BAD_CONTENT),
        (How.CAPTCHA, Fetch.FETCHED),
        (How.ROBOTS_CLOSED, Fetch.ROBOTS_DISALLOWED),
        (How.ROBOTS_BROKEN, Fetch.ROBOTS_DISALLOWED),
    ],
)
def test_every_misbehaviour_ends_in_a_named_outcome(how: How, outcome: Fetch) -> None:
    async def act(pages: AioHttpPages, server: MarketServer) -> Fetched:
        server.state.control({"host": SHOP.host, "how": how.value, "seconds": 30})
        return await pages.fetch(PAGE)

    # Only who is slow is waited for in vain: a busy machine is no slow page.
    fetched = in_market(act, replace(QUICK, page_seconds=1 if how is How.SLOW else 30))

    assert fetched.outcome is outcome
    assert fetched.detail or outcome is Fetch.FETCHED


def test_an_unknown_page_is_not_found() -> None:
    assert in_market(lambda pages, _: pages.fetch(f"https://{SHOP.host}/p/none/x")).outcome is Fetch.NOT_FOUND


def test_a_dead_server_is_unreachable() -> None:
    async def run() -> Fetched:
        async with served(web.Application()) as address:
            closed = address
        async with AioHttpPages(user_agent=AGENT, limits=QUICK, connect_to=closed) as pages:
            return await pages.fetch(PAGE)

    assert asyncio.run(run()).outcome is Fetch.UNREACHABLE


def test_what_is_not_a_page_is_bad_content() -> None:
    async def answer(request: web.Request) -> web.Response:
        return (
            web.Response(status=404)
            if request.path == "/robots.txt"
            else web.Response(body=b"%PDF", content_type="application/pdf")
        )

    assert from_handler(answer, PAGE)[0].outcome is Fetch.BAD_CONTENT


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
def test_an_encoding_that_was_not_asked_for_is_bad_content(encoding: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.path == "/robots.txt":
            return web.Response(status=404)
        return web.Response(
            body=gzip.compress(b"<h1>x</h1>"), headers={"Content-Encoding": encoding, "Content-Type": "text/html"}
        )

    assert from_handler(answer, PAGE)[0].outcome is Fetch.BAD_CONTENT


def test_the_agent_is_honest_and_sends_no_cookies() -> None:
    seen: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response(text="<h1>x</h1>", content_type="text/html", headers={"Set-Cookie": "a=b; Path=/"})

    from_handler(answer, PAGE, PAGE)

    assert {request.headers["User-Agent"] for request in seen} == {AGENT}
    assert {request.host for request in seen} == {SHOP.host}
    assert not any("Cookie" in request.headers for request in seen)


def test_robots_rules_are_asked_for_once_and_obeyed_for_our_name() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path == "/robots.txt":
            return web.Response(
                text="User-agent: *\nDisallow: /\n\nUser-agent: omnipricex\nAllow: /open\nDisallow: /\n"
            )
        return web.Response(text="<h1>x</h1>", content_type="text/html")

    host = f"https://{SHOP.host}"
    outcomes = [f.outcome for f in from_handler(answer, f"{host}/open/a", f"{host}/closed", f"{host}/open/b")]

    assert outcomes == [Fetch.FETCHED, Fetch.ROBOTS_DISALLOWED, Fetch.FETCHED]
    assert asked == ["/robots.txt", "/open/a", "/open/b"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(404, Fetch.FETCHED), (403, Fetch.FETCHED), (500, Fetch.ROBOTS_DISALLOWED), (429, Fetch.ROBOTS_DISALLOWED)],
)
def test_absent_rules_allow_and_broken_ones_forbid(status: int, outcome: Fetch) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(
            status=status if request.path == "/robots.txt" else 200, text="<h1>x</h1>", content_type="text/html"
        )

    assert from_handler(answer, PAGE)[0].outcome is outcome


def test_rules_are_asked_for_again_after_a_day() -> None:
    time, asked = FakeTime(), []

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/robots.txt":
            asked.append(request.path)
            return web.Response(status=404)
        time.now += 13 * 3600
        return web.Response(text="<h1>x</h1>", content_type="text/html")

    from_handler(answer, PAGE, PAGE, PAGE, time=time)

    assert len(asked) == 2


def test_the_longest_of_our_delay_and_the_site_s_is_kept_between_two_requests() -> None:
    time = FakeTime()

    async def answer(request: web.Request) -> web.Response:
        text = "User-agent: *\nCrawl-delay: 7\n" if request.path == "/robots.txt" else "<h1>x</h1>"
        return web.Response(text=text, content_type="text/html")

    from_handler(answer, PAGE, PAGE, limits=replace(QUICK, min_delay_seconds=2), time=time)

    assert time.slept == [7, 7]


def test_a_host_sees_one_request_at_a_time_and_others_need_not_wait() -> None:
    async def act(pages: AioHttpPages, server: MarketServer) -> dict[str, int]:
        urls = [address_of(SHOP, item) for item in SHOP.items[:5]] + [OTHER_PAGE]
        await asyncio.gather(*(pages.fetch(url) for url in urls))
        return {host: traffic.most_at_once for host, traffic in server.state.traffic.items()}

    most = in_market(act)

    assert set(most.values()) == {1}
    assert len(most) == 2


def test_a_host_that_asks_for_silence_gets_it() -> None:
    time = FakeTime()

    async def act(pages: AioHttpPages, server: MarketServer) -> list[Fetched]:
        server.state.control({"host": SHOP.host, "how": "429", "seconds": 90, "times": 1})
        first, second = await pages.fetch(PAGE), await pages.fetch(PAGE)
        time.now += 85
        return [first, second, await pages.fetch(PAGE, deadline=time.now + 3), await pages.fetch(PAGE)]

    first, second, third, fourth = in_market(act, time=time)

    assert (first.outcome, first.retry_after_seconds, first.not_yet_seconds) == (Fetch.BLOCKED, 90, 90)
    assert (second.outcome, second.attempted, second.not_yet_seconds) == (Fetch.NOT_YET, False, 90)
    assert (third.outcome, third.attempted, third.not_yet_seconds) == (Fetch.NOT_YET, False, 5)
    assert (fourth.outcome, time.slept[-1]) == (Fetch.FETCHED, 5)


def test_a_host_that_is_too_busy_and_does_not_say_for_how_long_is_left_alone_for_a_minute() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=404 if request.path == "/robots.txt" else 503)

    first, second = from_handler(answer, PAGE, PAGE, time=FakeTime())

    assert (first.outcome, first.not_yet_seconds) == (Fetch.HTTP_ERROR, 60)
    assert (second.outcome, second.not_yet_seconds) == (Fetch.NOT_YET, 60)


def test_rules_that_were_read_elsewhere_not_long_ago_are_not_asked_for_again_and_their_pause_is_kept() -> None:
    asked: list[str] = []
    time = FakeTime()

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(text="User-agent: *\nCrawl-delay: 30\n", content_type="text/html")

    async def act() -> tuple[list[Fetched], float | None]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        async with served(app) as address:
            async with fetcher(address, QUICK, time) as pages:
                # Robots.txt itself was the first request: the page waits for longer than is worth waiting here.
                first = await pages.fetch(PAGE)
                pause = pages.pause_of(PAGE)
            async with fetcher(address, QUICK, time) as pages:
                return [first, await pages.fetch(PAGE, pause_seconds=pause), await pages.fetch(PAGE)], pause

    (first, second, third), pause = asyncio.run(act())

    assert (first.outcome, first.not_yet_seconds, pause) == (Fetch.NOT_YET, 30, 30)
    assert second.outcome is Fetch.FETCHED
    assert (third.outcome, third.not_yet_seconds) == (Fetch.NOT_YET, 30)
    assert asked.count("/robots.txt") == 1


def test_our_own_deadline_is_no_failure_of_the_site() -> None:
    async def act(pages: AioHttpPages, server: MarketServer) -> list[Fetched]:
        await pages.fetch(PAGE)
        server.state.control({"host": SHOP.host, "how": "slow", "seconds": 2})
        before = asyncio.get_running_loop().time()
        late = await pages.fetch(PAGE, deadline=before + 0.3)
        server.state.control({"host": SHOP.host})
        return [late, await pages.fetch(PAGE)]

    late, again = in_market(act)

    assert (late.outcome, late.attempted) == (Fetch.NOT_YET, False)
    assert again.outcome is Fetch.FETCHED


def test_a_packed_page_is_kept_as_it_came() -> None:
    fetched = in_market(lambda pages, _: pages.fetch(PAGE))

    assert (fetched.encoding, len(fetched.packed)) == ("gzip", fetched.bytes_received)
    assert gzip.decompress(fetched.packed) == fetched.body


def test_before_others_may_ask_the_pause_after_the_last_request_is_over() -> None:
    time = FakeTime()

    async def act(pages: AioHttpPages, _: MarketServer) -> dict[str, float]:
        await pages.fetch(PAGE)
        pages.silence("silent.example", 3600)
        await pages.rest()
        return dict(pages.silences())

    silences = in_market(act, limits=replace(QUICK, min_delay_seconds=2), time=time)

    assert time.slept[-1] == 2
    assert silences == {"silent.example": 3598 - 0}


def test_a_redirect_to_another_host_asks_that_host_s_rules() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(f"{request.host}{request.path}")
        if request.path == "/robots.txt":
            return web.Response(text="User-agent: *\nDisallow: /\n" if request.host == "other.example" else "")
        return web.Response(status=301, headers={"Location": "https://other.example/moved"})

    fetched = from_handler(answer, f"https://{SHOP.host}/p")[0]

    assert (fetched.outcome, fetched.url) == (Fetch.ROBOTS_DISALLOWED, "https://other.example/moved")
    assert asked == [f"{SHOP.host}/robots.txt", f"{SHOP.host}/p", "other.example/robots.txt"]


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1/", "http://[::1]/", "file:///etc/passwd", "http://localhost/", "http://2130706433/"]
)
def test_a_redirect_to_a_private_place_is_refused(target: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return (
            web.Response(status=404)
            if request.path == "/robots.txt"
            else web.Response(status=302, headers={"Location": target})
        )

    assert from_handler(answer, PAGE)[0].outcome is Fetch.REFUSED_ADDRESS


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://169.254.169.254/", "ftp://shop.example/", "https://user@shop.example/"]
)
def test_an_unsafe_address_is_refused_without_a_connection(url: str) -> None:
    fetched = asyncio.run(AioHttpPages(user_agent=AGENT).fetch(url))

    assert (fetched.outcome, fetched.attempted) == (Fetch.REFUSED_ADDRESS, False)


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::ffff:169.254.169.254"], ["64:ff9b::7f00:1"]]
)
def test_a_name_that_leads_to_a_private_address_is_refused(addresses: list[str]) -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        return addresses

    async def run() -> Fetched:
        async with AioHttpPages(user_agent=AGENT, limits=QUICK, lookup=lookup) as pages:
            return await pages.fetch("http://evil.example/")

    assert asyncio.run(run()).outcome is Fetch.REFUSED_ADDRESS


def test_a_name_that_changes_its_mind_between_two_connections_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lookups: list[str] = []

    async def lookup(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return ["127.0.0.1"] if len(lookups) <= 2 else ["10.0.0.1"]

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=f"<h1>{request.host}</h1>", content_type="text/html", headers={"Connection": "close"})

    async def run() -> tuple[Fetched, Fetched]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        async with served(app) as (_, port), AioHttpPages(user_agent=AGENT, limits=QUICK, lookup=lookup) as pages:
            url = f"http://rebinding.example:{port}/"
            return await pages.fetch(url), await pages.fetch(url)

    # Loopback stands for a public address here: what counts is that each connection asks once and is checked.
    monkeypatch.setattr(resolver, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(aiohttp_pages, "checked_url", lambda url: url)
    first, second = asyncio.run(run())

    assert (first.outcome, second.outcome) == (Fetch.FETCHED, Fetch.REFUSED_ADDRESS)
    assert b"rebinding.example" in first.body
    assert len(lookups) == 3


def test_a_name_without_an_address_is_unreachable() -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    async def run() -> Fetched:
        async with AioHttpPages(user_agent=AGENT, limits=QUICK, lookup=lookup) as pages:
            return await pages.fetch("http://nowhere.example/")

    assert asyncio.run(run()).outcome is Fetch.UNREACHABLE


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")

    assert in_market(lambda pages, _: pages.fetch(PAGE)).outcome is Fetch.FETCHED


def test_an_endless_slow_drip_ends_in_time() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/robots.txt":
            return web.Response(status=404)
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"<p>")
            await asyncio.sleep(0.1)
        return response

    assert from_handler(answer, PAGE, limits=replace(QUICK, page_seconds=0.5))[0].outcome is Fetch.TIMEOUT


def test_a_flood_of_headers_is_bad_content() -> None:
    async def answer(request: web.Request) -> web.Response:
        return (
            web.Response(status=404)
            if request.path == "/robots.txt"
            else web.Response(headers={"X-Flood": "x" * 200_000})
        )

    assert from_handler(answer, PAGE)[0].outcome in {Fetch.BAD_CONTENT, Fetch.UNREACHABLE}
