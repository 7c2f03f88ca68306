"""The files of rates on the web, fetched within bounds of time and size; nothing is followed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from pricing.adapters.ecb_file import MOST_BYTES, UnreadableRatesError, tables_of
from pricing.domain.rates import RateTable
from pricing.usecases.rates import RatesUnavailable
from shared.kernel.public_url import checked_url
from shared.runtime.web.resolver import Lookup, system_lookup
from shared.runtime.web.transport import WebTransport

DAILY = "eurofxref-daily.xml"
HISTORY = "eurofxref-hist-90d.xml"
OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """How much time and room a file gets."""

    connect_seconds: float = 5.0
    idle_seconds: float = 10.0
    total_seconds: float = 30.0
    received_bytes: int = MOST_BYTES


class AioHttpRates:
    """The bank's files under one address; whatever its server does ends in tables or in `RatesUnavailable`."""

    def __init__(
        self,
        address: str,
        user_agent: str,
        *,
        limits: RateLimits | None = None,
        connect_to: tuple[str, int] | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._address = address.rstrip("/")
        self._agent = user_agent
        self._limits = limits or RateLimits()
        self._connect_to = connect_to
        self._lookup = lookup

    async def daily(self, at: datetime) -> Sequence[RateTable]:
        """Return the newest day's table; `RatesUnavailable` says why there is none."""
        return await self._tables(DAILY, at)

    async def history(self, at: datetime) -> Sequence[RateTable]:
        """Return the tables of the last ninety days; `RatesUnavailable` says why there are none."""
        return await self._tables(HISTORY, at)

    async def _tables(self, name: str, at: datetime) -> Sequence[RateTable]:
        url = checked_url(f"{self._address}/{name}")
        try:
            return tables_of(await self._body(url), url, at)
        except UnreadableRatesError as error:
            raise RatesUnavailable(f"{name}: {error}") from error
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise RatesUnavailable(f"{name}: {type(error).__name__}") from error

    async def _body(self, url: str) -> bytes:
        transport = WebTransport(self._agent, self._limits, self._lookup, self._connect_to)
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                answer = await transport.get(url, {}, self._limits.total_seconds, MOST_BYTES)
        finally:
            await transport.close()
        if answer.status != OK:
            raise UnreadableRatesError(f"the server answered {answer.status}")
        return answer.body
