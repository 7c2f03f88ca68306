"""Keep a host's peace: one request at a time, a pause between two, silence when it asks for it."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

type Monotonic = Callable[[], float]
type Sleep = Callable[[float], Awaitable[None]]

_LONGEST_RETRY_AFTER = 24 * 3600.0
_MOST_HOSTS = 1_000


class HostManners:
    """The manners towards one host; all times are readings of one monotonic clock."""

    def __init__(self, clock: Monotonic, sleep: Sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self.turn = asyncio.Lock()
        self._ready_at = float("-inf")
        self._silent_until = float("-inf")

    def wait_seconds(self) -> float:
        """Return how long the next request has to wait."""
        return max(0.0, max(self._ready_at, self._silent_until) - self._clock())

    async def wait(self, deadline: float | None, longest: float) -> bool:
        """Wait for the host's pause; False, at once, when it is a longer one or would last beyond the deadline."""
        pause = self.wait_seconds()
        if pause > longest or (deadline is not None and self._clock() + pause >= deadline):
            return False
        if pause > 0:
            await self._sleep(pause)
        return True

    def asked(self, pause_seconds: float) -> None:
        """Note that a request has just ended."""
        self._ready_at = self._clock() + pause_seconds

    def silence(self, seconds: float) -> None:
        """Note that the host asked for silence."""
        self._silent_until = max(self._silent_until, self._clock() + seconds)


class Hosts:
    """The manners towards every host, until there are too many of them to remember."""

    def __init__(self, clock: Monotonic, sleep: Sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._known: OrderedDict[str, HostManners] = OrderedDict()

    def of(self, url: str) -> HostManners:
        """The manners towards the host of an address."""
        return self.named(urlsplit(url).hostname or "")

    def named(self, host: str) -> HostManners:
        """The manners towards a host."""
        manners = self._known.get(host)
        if manners is not None:
            self._known.move_to_end(host)
            return manners
        manners = self._known[host] = HostManners(self._clock, self._sleep)
        if len(self._known) > _MOST_HOSTS and not next(iter(self._known.values())).turn.locked():
            self._known.popitem(last=False)
        return manners

    def waits(self) -> dict[str, float]:
        """How long the next request to each host has to wait (seconds)."""
        return {host: manners.wait_seconds() for host, manners in self._known.items()}


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Read a Retry-After header in either of its forms; a day is the longest it is believed."""
    text = (header or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_RETRY_AFTER)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return min(max((then - now).total_seconds(), 0.0), _LONGEST_RETRY_AFTER)
