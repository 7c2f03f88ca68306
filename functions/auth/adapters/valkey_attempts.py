"""Failed sign-ins counted in Valkey; without Valkey each function instance counts its own, never none."""

import hashlib
from collections.abc import Callable
from functools import cached_property
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import valkey.asyncio as valkey
from valkey.exceptions import ValkeyError

from auth.domain.errors import TooManyAttempts
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable
from shared.runtime.observability import logger

WINDOW_SECONDS = 900
FAILURES_OF_ACCOUNT = 10
FAILURES_OF_ADDRESS = 50
TIMEOUT_SECONDS = 0.3
MOST_COUNTED = 10_000


class LocalCounts:
    """Counts of one function instance, for the time that Valkey does not answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: dict[str, tuple[int, float]] = {}

    def read(self, key: str) -> int:
        """How often the key was counted in its window."""
        count, until = self._counts.get(key, (0, 0.0))
        return count if self._clock().timestamp() < until else 0

    def add(self, key: str) -> None:
        """Count the key once more."""
        now = self._clock().timestamp()
        if len(self._counts) >= MOST_COUNTED:
            self._counts = {one: counted for one, counted in self._counts.items() if now < counted[1]}
        count, until = self._counts.get(key, (0, 0.0))
        self._counts[key] = (count + 1, until) if now < until else (1, now + WINDOW_SECONDS)


class ValkeyAttempts:
    """Counts failures by account and by address, for fifteen minutes each."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._local = LocalCounts(clock)

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - the driver has no types
        connect: Callable[..., Any] = valkey.from_url
        return connect(
            self._url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            max_connections=4,
        )

    async def check(self, account: str, address: str) -> None:
        """Raise `TooManyAttempts` when either has failed too often of late."""
        for key, most in _limits(account, address):
            if max(await self._read(key), self._local.read(key)) >= most:
                detail = f"wait {WINDOW_SECONDS // 60} minutes, then try again"
                raise TooManyAttempts(detail, retry_after_seconds=WINDOW_SECONDS)

    async def failed(self, account: str, address: str) -> None:
        """Count one failure."""
        for key, _ in _limits(account, address):
            self._local.add(key)
            try:
                async with self._client.pipeline(transaction=True) as pipe:
                    pipe.incr(key)
                    pipe.expire(key, WINDOW_SECONDS, nx=True)
                    await pipe.execute()
            except (ValkeyError, OSError) as error:
                logger.warning("sign-in failures are counted by this instance only", cause=repr(error))

    async def _read(self, key: str) -> int:
        try:
            return int(await self._client.get(key) or 0)
        except (ValkeyError, OSError) as error:
            logger.warning("sign-in failures are counted by this instance only", cause=repr(error))
            return 0

    async def ping(self) -> None:
        """Raise `Unavailable` unless Valkey answers."""
        try:
            await self._client.ping()
        except (ValkeyError, OSError) as error:
            raise Unavailable("Valkey does not answer; sign-in failures are counted by instance") from error


def _limits(account: str, address: str) -> tuple[tuple[str, int], ...]:
    return (
        (f"auth:failed:account:{_hashed(account)}", FAILURES_OF_ACCOUNT),
        (f"auth:failed:address:{_hashed(_network(address))}", FAILURES_OF_ADDRESS),
    )


def _network(address: str) -> str:
    """The address, or the /64 that one subscriber of IPv6 has to choose addresses from."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
