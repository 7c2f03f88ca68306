"""The robots.txt of every site, asked for when it is needed and kept for a day at most."""

import asyncio
from collections import OrderedDict
from datetime import UTC
from urllib.parse import urljoin, urlsplit
from weakref import WeakValueDictionary

import aiohttp

from pricing.adapters.aiohttp_answers import failure_of
from pricing.adapters.host_manners import HostManners, Hosts, Monotonic, retry_after_seconds
from pricing.adapters.robots_rules import (
    LARGEST,
    UNREACHABLE,
    RobotsRules,
    cleared,
    not_yet,
    robots_rules,
    too_busy,
    unreachable_because,
)
from pricing.domain.fetched import Fetch, FetchLimits
from shared.kernel.clock import Clock
from shared.kernel.public_url import UnsafeUrl, checked_url
from shared.runtime.web.transport import Answer, WebTransport

MOST_SITES = 1_000
TOO_BUSY = frozenset({429, 503})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class SiteRules:
    """The rules of each site for our user agent; deadlines are readings of the monotonic clock."""

    def __init__(
        self,
        transport: WebTransport,
        limits: FetchLimits,
        token: str,
        *,
        hosts: Hosts,
        clock: Clock,
        monotonic: Monotonic,
    ) -> None:
        self._transport = transport
        self._limits = limits
        self._token = token
        self._hosts = hosts
        self._clock = clock
        self._monotonic = monotonic
        self._kept: OrderedDict[str, tuple[float, RobotsRules]] = OrderedDict()
        # Held before any host's turn and never with another of its kind: sites whose rules lead to each other.
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

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

    async def of(self, url: str, deadline: float | None, pause_seconds: float | None) -> RobotsRules:
        """Return the site's rules, which are asked for once however many wait for them."""
        known = self.known(url)
        if known is not None:
            return known
        if pause_seconds is not None:
            return cleared(pause_seconds)
        origin = _origin(url)
        asking = self._asking.setdefault(origin, asyncio.Lock())
        async with asking:
            return self.known(url) or await self._ask(origin, deadline)

    async def _ask(self, origin: str, deadline: float | None) -> RobotsRules:
        """Ask for robots.txt, wherever it leads; each host on the way is asked in its turn and after its pause."""
        url = f"{origin}/robots.txt"
        rules: RobotsRules | str = url
        for _ in range(self._limits.redirects + 1):
            rules = await self._hop(url, deadline)
            if isinstance(rules, RobotsRules):
                break
            url = rules
        if isinstance(rules, str):
            rules = robots_rules(404, b"")
        if rules.not_yet_seconds > 0 or rules.refusal is Fetch.NOT_YET:
            return rules
        manners = self._hosts.of(origin)
        manners.asked(self.pause(rules))
        if self.is_over(deadline):
            # Whatever it says, it may be us who did not wait for the answer.
            return not_yet(manners.wait_seconds())
        self._kept[origin] = self._monotonic() + rules.kept.total_seconds(), rules
        if len(self._kept) > MOST_SITES:
            self._kept.popitem(last=False)
        return rules

    async def _hop(self, url: str, deadline: float | None) -> RobotsRules | str:
        """Return the rules that stand at an address, or the address where they are said to stand."""
        manners = self._hosts.of(url)
        async with manners.turn:
            if not await manners.wait(deadline, self._limits.longest_wait_seconds):
                return not_yet(manners.wait_seconds())
            try:
                answer = await self._transport.get(url, {}, self.seconds(deadline), LARGEST * 4)
                return self._heard(url, answer, manners)
            except UnsafeUrl:
                return UNREACHABLE
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                return unreachable_because(failure_of(error, url))
            finally:
                manners.asked(self.pause(self.known(url) or cleared(0.0)))

    def _heard(self, url: str, answer: Answer, manners: HostManners) -> RobotsRules | str:
        target = answer.headers.get("Location")
        if answer.status in REDIRECTS and target:
            return checked_url(urljoin(url, target))
        seconds = retry_after_seconds(answer.headers.get("Retry-After"), self._clock().astimezone(UTC))
        if answer.status in TOO_BUSY and seconds:
            manners.silence(seconds)
            return too_busy(answer.status, seconds)
        return robots_rules(answer.status, answer.body)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
