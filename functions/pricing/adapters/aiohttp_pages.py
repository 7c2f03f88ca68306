"""Fetch competitor pages politely and safely with aiohttp.

Whatever a site does ends in a named outcome. Addresses are checked where the connection is made, redirects are
followed here so that each step is checked, and nothing is read without a bound on time and size.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp

from pricing.adapters.aiohttp_answers import failure_of, outcome_of
from pricing.adapters.host_manners import HostManners, Hosts, Monotonic, Sleep, retry_after_seconds
from pricing.adapters.robots_rules import RobotsRules, not_yet, product_token
from pricing.adapters.site_rules import REDIRECTS, TOO_BUSY, SiteRules
from pricing.domain.fetched import Fetch, Fetched, FetchLimits
from shared.kernel.clock import Clock, system_clock
from shared.kernel.public_url import UnsafeUrl, checked_url
from shared.runtime.web.resolver import Lookup, system_lookup
from shared.runtime.web.transport import Answer, WebTransport

# A host that is too busy and does not say for how long is left alone for this long.
_SILENCE_SECONDS = 60.0


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
        self._token = product_token(user_agent)
        self._limits = limits or FetchLimits()
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._hosts = Hosts(monotonic, sleep)
        self._transport = WebTransport(user_agent, self._limits, lookup, connect_to)
        self._rules = SiteRules(
            self._transport, self._limits, self._token, hosts=self._hosts, clock=clock, monotonic=monotonic
        )

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
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        deadline: float | None = None,
        pause_seconds: float | None = None,
    ) -> Fetched:
        """Fetch one page. A page that cannot come to its end before the deadline, a reading of the clock, is not yet.

        `pause_seconds` says that the site's rules were asked about this page not long ago and allow it at that pause.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        try:
            return await self._follow(checked_url(url), headers, deadline, pause_seconds)
        except UnsafeUrl as error:
            return Fetched(outcome=Fetch.REFUSED_ADDRESS, url=url, detail=error.detail, attempted=False)

    def pause_of(self, url: str) -> float | None:
        """The pause at which the site lets a page be read (seconds); None when its rules are not known or forbid it."""
        rules = self._rules.known(url)
        return self._rules.pause(rules) if rules is not None and rules.allow(url, self._token) else None

    async def rest(self) -> None:
        """Wait until every host that may soon be asked again may be asked by anybody."""
        waits = self._hosts.waits().values()
        await self._sleep(max((one for one in waits if one <= self._limits.longest_wait_seconds), default=0.0))

    def silences(self) -> Mapping[str, float]:
        """The hosts that are to be left alone for longer, with how long (seconds)."""
        waits = self._hosts.waits().items()
        return {host: seconds for host, seconds in waits if seconds > self._limits.longest_wait_seconds}

    def silence(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long."""
        self._hosts.named(host).silence(seconds)

    async def _follow(
        self, url: str, headers: dict[str, str], deadline: float | None, pause_seconds: float | None
    ) -> Fetched:
        seen: set[str] = set()
        spent = 0.0
        for _ in range(self._limits.redirects + 1):
            if url in seen:
                break
            seen.add(url)
            answer, seconds = await self._politely(url, headers, deadline, pause_seconds)
            spent += seconds
            if isinstance(answer, Fetched):
                return replace(answer, duration_ms=round(spent * 1000))
            target = answer.headers.get("Location")
            if answer.status not in REDIRECTS or not target:
                return self._finished(url, answer, spent)
            # A condition holds for the address it was learnt at, and the next may be another site.
            headers, pause_seconds, before = {}, None, url
            url = checked_url(urljoin(before, target))
        return Fetched(
            outcome=Fetch.REDIRECT_LOOP,
            url=url,
            detail=f"more than {self._limits.redirects} redirects, or a circle",
            duration_ms=round(spent * 1000),
        )

    async def _politely(
        self, url: str, headers: dict[str, str], deadline: float | None, pause_seconds: float | None
    ) -> tuple[Answer | Fetched, float]:
        """What one address answered, and how long that took (seconds, without the host's pause)."""
        rules = await self._rules.of(url, deadline, pause_seconds)
        if not rules.allow(url, self._token):
            return _kept_out(url, rules), 0.0
        manners = self._hosts.of(url)
        async with manners.turn:
            if not await manners.wait(deadline, self._limits.longest_wait_seconds):
                return _not_yet(url, manners), 0.0
            began = self._monotonic()
            try:
                answer = await self._asked(url, headers, deadline)
            finally:
                manners.asked(self._rules.pause(rules))
            if answer is None:
                return _not_yet(url, manners), 0.0
            return answer, self._monotonic() - began

    async def _asked(self, url: str, headers: dict[str, str], deadline: float | None) -> Answer | Fetched | None:
        """The answer, or how asking failed; None when it was our own deadline that ended it."""
        try:
            return await self._transport.get(url, headers, self._rules.seconds(deadline), self._limits.page_bytes)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            if isinstance(error, TimeoutError) and self._rules.is_over(deadline):
                return None
            return failure_of(error, url)

    def _finished(self, url: str, answer: Answer, spent: float) -> Fetched:
        asked = retry_after_seconds(answer.headers.get("Retry-After"), self._clock().astimezone(UTC))
        fetched = outcome_of(url, answer, asked, round(spent * 1000))
        busy = answer.status in TOO_BUSY
        silence = asked or (_SILENCE_SECONDS if busy else 0.0)
        if silence > 0:
            self._hosts.of(url).silence(silence)
        return replace(fetched, not_yet_seconds=silence) if busy else fetched


def _not_yet(url: str, manners: HostManners) -> Fetched:
    return _kept_out(url, not_yet(manners.wait_seconds()))


def _kept_out(url: str, rules: RobotsRules) -> Fetched:
    return Fetched(
        outcome=rules.refusal, url=url, detail=rules.why, attempted=False, not_yet_seconds=rules.not_yet_seconds
    )
