"""The robots.txt of every site, asked for when it is needed and kept for a day at most."""

from collections import OrderedDict
from urllib.parse import urljoin, urlsplit

import aiohttp

from pricing.adapters.aiohttp_answers import failure_of
from pricing.adapters.host_manners import HostManners, Monotonic
from pricing.adapters.robots_rules import (
    LARGEST,
    UNREACHABLE,
    RobotsRules,
    cleared,
    robots_rules,
    unreachable_because,
)
from pricing.domain.fetched import FetchLimits
from shared.kernel.public_url import UnsafeUrl, checked_url
from shared.runtime.web.transport import WebTransport

MOST_SITES = 1_000
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class SiteRules:
    """The rules of each site for our user agent; deadlines are readings of the monotonic clock."""

    def __init__(self, transport: WebTransport, limits: FetchLimits, token: str, monotonic: Monotonic) -> None:
        self._transport = transport
        self._limits = limits
        self._token = token
        self._monotonic = monotonic
        self._kept: OrderedDict[str, tuple[float, RobotsRules]] = OrderedDict()

    def known(self, url: str) -> RobotsRules | None:
        """The rules of the site of a page, when they were asked for not too long ago."""
        kept = self._kept.get(_origin(url))
        return kept[1] if kept is not None and kept[0] > self._monotonic() else None

    def pause(self, rules: RobotsRules) -> float:
        """How long the site is left alone between two requests (seconds)."""
        asked = min(rules.delay_seconds(self._token), self._limits.longest_crawl_delay_seconds)
        return max(self._limits.min_delay_seconds, asked)

    def seconds(self, deadline: float | None) -> float:
        """How long one request may take."""
        if deadline is None:
            return self._limits.page_seconds
        return min(self._limits.page_seconds, max(deadline - self._monotonic(), 0.001))

    def is_over(self, deadline: float | None) -> bool:
        """Whether a deadline has passed."""
        return deadline is not None and self._monotonic() >= deadline

    async def of(
        self, url: str, manners: HostManners, deadline: float | None, pause_seconds: float | None
    ) -> RobotsRules | None:
        """Return the site's rules; robots.txt itself waits its turn like a page. None when there is no time for it."""
        known = self.known(url)
        if known is not None:
            return known
        if pause_seconds is not None:
            return cleared(pause_seconds)
        if not await manners.wait(deadline, self._limits.longest_wait_seconds):
            return None
        rules = cleared(0.0)
        origin = _origin(url)
        try:
            rules = await self._ask(f"{origin}/robots.txt", deadline)
        finally:
            manners.asked(self.pause(rules))
        if self.is_over(deadline):
            # Whatever it says, it may be us who did not wait for the answer.
            return None
        self._kept[origin] = self._monotonic() + rules.kept.total_seconds(), rules
        if len(self._kept) > MOST_SITES:
            self._kept.popitem(last=False)
        return rules

    async def _ask(self, url: str, deadline: float | None) -> RobotsRules:
        for _ in range(self._limits.redirects + 1):
            try:
                answer = await self._transport.get(url, {}, self.seconds(deadline), LARGEST * 4)
                target = answer.headers.get("Location")
                if answer.status not in REDIRECTS or not target:
                    return robots_rules(answer.status, answer.body)
                url = checked_url(urljoin(url, target))
            except UnsafeUrl:
                return UNREACHABLE
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                return unreachable_because(failure_of(error, url))
        return robots_rules(404, b"")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
