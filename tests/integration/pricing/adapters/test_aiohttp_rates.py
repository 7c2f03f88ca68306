"""The bank's files over HTTP: from the simulated market, and from servers that do everything wrong."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from local.market.rates import rates_file
from local.market.sample import sample_market
from local.market.server import MarketServer
from pricing.adapters.aiohttp_rates import AioHttpRates, RateLimits
from pricing.usecases.rates import RatesUnavailable

AGENT = "OmniPriceX/0.1 (+https://example.org/scanner)"
BANK = "https://www.ecb.europa.eu/stats/eurofxref"
QUICK = RateLimits(connect_seconds=1, idle_seconds=0.5, total_seconds=1)

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[tuple[str, int]]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][:2]
    finally:
        await runner.cleanup()


def test_the_simulated_bank_publishes_a_day_and_its_history() -> None:
    async def story() -> None:
        now = datetime.now(UTC)
        async with served(MarketServer(market=sample_market()).app()) as address:
            rates = AioHttpRates(BANK, AGENT, connect_to=address)
            (newest,) = await rates.daily(now)
            history = await rates.history(now)

        assert history[0].quotes == newest.quotes
        assert newest.source == f"{BANK}/eurofxref-daily.xml"
        assert len(history) > 55
        assert now.date() - newest.day < timedelta(days=3)
        assert newest.quotes["USD"] > 1

    asyncio.run(story())


def answers(body: bytes = b"", status: int = 200, **headers: str) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


async def says_nothing(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(5)
    return web.Response()


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (answers(status=500), "500"),
        (answers(status=302, Location="http://169.254.169.254/"), "302"),
        (answers(b"<html>Sorry</html>"), "no day"),
        (answers(b"x" * 3_000_000), "TooLargeError"),
        (answers(gzip.compress(b"x" * 50_000_000, 1), Content_Encoding="gzip"), "TooLargeError"),
        (answers(b"not gzip", Content_Encoding="gzip"), "UnreadableBodyError"),
        (says_nothing, "Timeout"),
    ],
)
def test_a_server_that_does_wrong_brings_no_rates_and_says_why(handler: Handler, words: str) -> None:
    async def story() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        async with served(app) as address:
            with pytest.raises(RatesUnavailable, match=words):
                await AioHttpRates(BANK, AGENT, limits=QUICK, connect_to=address).daily(datetime.now(UTC))

    asyncio.run(story())


def test_a_bank_that_leads_to_a_private_address_is_not_asked() -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        return ["10.0.0.1"]

    async def story() -> None:
        with pytest.raises(RatesUnavailable):
            await AioHttpRates(BANK, AGENT, limits=QUICK, lookup=lookup).daily(datetime.now(UTC))

    asyncio.run(story())


def test_the_simulated_bank_has_no_other_file() -> None:
    assert rates_file("/stats/eurofxref/other.xml") is None
