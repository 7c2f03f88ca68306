"""Fetch competitor pages politely and safely with aiohttp.

Whatever a site does ends in a named outcome. Addresses are checked where the connection is made, redirects are
followed here so that each step is checked, and nothing is read without a bound on time and size.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import replace
from datetime import UTC
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp

from pricing.adapters.aiohttp_answers import failure_of, outcome_of
from pricing.adapters.host_manners import HostManners, Monotonic, Sleep, retry_after_seconds
from pricing.adapters.robots_rules import (
    LARGEST,
    UNREACHABLE,
    RobotsRules,
    product_token,
    robots_rules,
    unreachable_because,
)
from pricing.domain.fetched import Fetch, Fetched, FetchLimits
from shared.kernel.clock import Clock, system_clock
from shared.kernel.public_url import UnsafeUrl, checked_url
from shared.runtime.web.resolver import Lookup, system_lookup
from shared.runtime.web.transport import Answer, WebTransport

_MOST_HOSTS = 1_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class AioHttpPages:
    """A polite fetcher; use it as an async context manager, or close it."""

    def __init__(
        self,
        *,
        user_agent: str,
        limits: FetchLimits | None = None,
        connect_to: tuple[str, int] | None = None,
        lookup: Lookup = system_lookup,
        clock: Clock = system_clock,
        monotonic: Monotonic = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._agent = user_agent
        self._limits = limits or FetchLimits()
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._transport = WebTransport(user_agent, self._limits, lookup, connect_to)
        self._manners: OrderedDict[str, HostManners] = OrderedDict()
        self._robots: OrderedDict[str, tuple[float, RobotsRules]] = OrderedDict()

    async def __aenter__(self) -> Self:
        """Open nothing yet: connections are made when they are needed."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.close()

    async def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, deadline: float | None = None
    ) -> Fetched:
        """Fetch one page. A page that cannot start before the deadline, a reading of the clock, does not start."""
        began = self._monotonic()
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        try:
            fetched = await self._follow(checked_url(url), headers, deadline)
        except UnsafeUrl as error:
            fetched = Fetched(outcome=Fetch.REFUSED_ADDRESS, url=url, detail=error.detail, attempted=False)
        return replace(fetched, duration_ms=round((self._monotonic() - began) * 1000))

    async def _follow(self, url: str, headers: dict[str, str], deadline: float | None) -> Fetched:
        seen: set[str] = set()
        for _ in range(self._limits.redirects + 1):
            if url in seen:
                break
            seen.add(url)
            answer = await self._politely(url, headers, deadline)
            if isinstance(answer, Fetched):
                return answer
            target = answer.headers.get("Location")
            if answer.status not in _REDIRECTS or not target:
                return self._finished(url, answer)
            # A condition holds for the address it was learnt at, and the next may be another site.
            headers, before = {}, url
            url = checked_url(urljoin(before, target))
        return Fetched(
            outcome=Fetch.REDIRECT_LOOP, url=url, detail=f"more than {self._limits.redirects} redirects, or a circle"
        )

    async def _politely(self, url: str, headers: dict[str, str], deadline: float | None) -> Answer | Fetched:
        manners = self._manners_of(urlsplit(url).hostname or "")
        async with manners.turn:
            rules = await self._rules(url, manners, deadline)
            if rules is None:
                return _too_late(url)
            if not rules.allow(url, product_token(self._agent)):
                return Fetched(outcome=rules.refusal, url=url, detail=rules.why, attempted=False)
            if not await manners.wait(deadline):
                return _too_late(url)
            try:
                return await self._transport.get(url, headers, self._seconds(deadline), self._limits.page_bytes)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                return failure_of(error, url)
            finally:
                manners.asked(self._pause(rules))

    def _finished(self, url: str, answer: Answer) -> Fetched:
        fetched = outcome_of(
            url, answer, retry_after_seconds(answer.headers.get("Retry-After"), self._clock().astimezone(UTC))
        )
        if fetched.retry_after_seconds:
            self._manners_of(urlsplit(url).hostname or "").silence(fetched.retry_after_seconds)
        return fetched

    def _seconds(self, deadline: float | None) -> float:
        if deadline is None:
            return self._limits.page_seconds
        return min(self._limits.page_seconds, max(deadline - self._monotonic(), 0.001))

    def _pause(self, rules: RobotsRules) -> float:
        asked = min(rules.delay_seconds(product_token(self._agent)), self._limits.longest_crawl_delay_seconds)
        return max(self._limits.min_delay_seconds, asked)

    async def _rules(self, url: str, manners: HostManners, deadline: float | None) -> RobotsRules | None:
        """Return the site's rules, asked for at most once a day; robots.txt itself waits its turn like a page."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        kept = self._robots.get(origin)
        if kept is not None and kept[0] > self._monotonic():
            return kept[1]
        if not await manners.wait(deadline):
            return None
        rules = await self._ask_for_rules(f"{origin}/robots.txt", deadline)
        manners.asked(self._pause(rules))
        self._robots[origin] = self._monotonic() + rules.kept.total_seconds(), rules
        if len(self._robots) > _MOST_HOSTS:
            self._robots.popitem(last=False)
        return rules

    async def _ask_for_rules(self, url: str, deadline: float | None) -> RobotsRules:
        for _ in range(self._limits.redirects + 1):
            try:
                answer = await self._transport.get(url, {}, self._seconds(deadline), LARGEST * 4)
                target = answer.headers.get("Location")
                if answer.status not in _REDIRECTS or not target:
                    return robots_rules(answer.status, answer.body)
                url = checked_url(urljoin(url, target))
            except UnsafeUrl:
                return UNREACHABLE
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                return unreachable_because(failure_of(error, url))
        return robots_rules(404, b"")

    def _manners_of(self, host: str) -> HostManners:
        manners = self._manners.setdefault(host, HostManners(self._monotonic, self._sleep))
        self._manners.move_to_end(host)
        if len(self._manners) > _MOST_HOSTS and not next(iter(self._manners.values())).turn.locked():
            self._manners.popitem(last=False)
        return manners


def _too_late(url: str) -> Fetched:
    return Fetched(outcome=Fetch.TIMEOUT, url=url, detail="the host's pause outlasts the batch", attempted=False)
