"""Valkey: one client for all that share a process's counters and cached answers, made on first use.

Nothing is kept here that is not elsewhere: whoever asks says what to do while Valkey does not answer (`ValkeyGone`).
"""

from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import Any

from shared.kernel.errors import Unavailable
from shared.runtime.breaker import Refused
from shared.runtime.resilience import FINAL, SICK, Policy, Remote, Verdict

TIMEOUT_SECONDS = 0.25
MOST_CONNECTIONS = 8


class ValkeyGone(Unavailable):
    """Valkey does not answer; what it speeds up goes on without it."""

    code = "valkey/unavailable"
    title = "The cache does not answer"


class Valkey:
    """One Valkey, by its URL."""

    def __init__(self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._url = url
        self._timeout = timeout_seconds
        # One attempt: a cache that needs a second one is slower than what it spares.
        policy = Policy(
            timeout_seconds=timeout_seconds * 2,
            attempts=1,
            failures_to_open=3,
            cool_seconds=5.0,
            at_once=64,
            total_seconds=timeout_seconds * 2,
        )
        self.remote = Remote("valkey", policy)

    @cached_property
    def client(self) -> Any:  # noqa: ANN401 - the driver has no types
        """The driver's client. It costs more than a handler's whole start, so nothing loads it before it is used."""
        from valkey.asyncio import BlockingConnectionPool  # noqa: PLC0415
        from valkey.asyncio import Valkey as Driver  # noqa: PLC0415
        from valkey.asyncio.retry import Retry  # noqa: PLC0415
        from valkey.backoff import NoBackoff  # noqa: PLC0415

        # Who finds every connection busy waits for one, no longer than for an answer.
        pooled: Callable[..., Any] = BlockingConnectionPool.from_url
        pool = pooled(
            self._url,
            timeout=self._timeout,
            socket_timeout=self._timeout,
            socket_connect_timeout=self._timeout,
            max_connections=MOST_CONNECTIONS,
            # A frozen environment wakes with dead sockets: those are tried anew, once, and nothing else is.
            retry=Retry(NoBackoff(), 1),
            retry_on_error=[ConnectionResetError, BrokenPipeError],
        )
        connect: Callable[..., Any] = Driver.from_pool
        return connect(pool)

    async def ask[T](self, work: Callable[[Any], Awaitable[T]]) -> T:
        """Return what `work` gets from the client; `ValkeyGone` when Valkey does not answer in time."""
        # Loading the driver takes longer than a call may.
        client = self.client
        try:
            return await self.remote.call(lambda _: work(client), _judged)
        except Exception as error:
            if not (isinstance(error, Refused | OSError) or _is_of_the_driver(error)):
                raise
            raise ValkeyGone("Valkey does not answer; it is done without") from error

    async def ping(self) -> None:
        """Raise `ValkeyGone` unless Valkey answers."""
        await self.ask(lambda client: client.ping())

    async def close(self) -> None:
        """Close the client, for tests and tools; a Lambda environment never does."""
        if "client" in self.__dict__:
            await self.client.aclose()
            del self.__dict__["client"]


def _is_of_the_driver(error: Exception) -> bool:
    from valkey.exceptions import ValkeyError  # noqa: PLC0415

    # A garbled answer breaks the parser in ways of its own.
    return isinstance(error, ValkeyError | ValueError | UnicodeError | IndexError)


def _judged(error: Exception) -> Verdict:
    return SICK if isinstance(error, OSError) or _is_of_the_driver(error) else FINAL
