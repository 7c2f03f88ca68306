"""The one policy of every remote call: timeout, attempts, backoff, budget, breaker, calls at once, deadline.

`Remote` stands for one dependency. An adapter says what an error means (`Verdict`) and whether the call may be
repeated; everything else is decided here, so that no second layer retries what this one retries already.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from shared.kernel.clock import Clock, system_clock
from shared.runtime.breaker import Breaker, Budget, Monotonic, Refused
from shared.runtime.deadline import capped, remaining
from shared.runtime.metrics import emit

# An attempt that has less than this left is not worth its connection.
LEAST_SECONDS = 0.05
LONGEST_RETRY_AFTER_SECONDS = 5.0
# Whoever asks for more is believed so much: a server can write a number that no number type and no message holds.
LONGEST_BELIEVED_SECONDS = 86_400.0

type Judge = Callable[[Exception], Verdict]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an error means: whether the same call may succeed later, whether the dependency is to blame, when to try."""

    retry: bool
    sick: bool
    after: float | None = None


FINAL = Verdict(retry=False, sick=False)
SICK = Verdict(retry=True, sick=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How one dependency is asked."""

    timeout_seconds: float
    attempts: int = 3
    base_seconds: float = 0.1
    cap_seconds: float = 2.0
    total_seconds: float = 15.0
    failures_to_open: int = 5
    cool_seconds: float = 10.0
    at_once: int = 8


class Remote:
    """One dependency as this process knows it. Its name is a dimension of metrics: never with an id in it."""

    def __init__(
        self,
        name: str,
        policy: Policy,
        *,
        monotonic: Monotonic = time.monotonic,
        uniform: Callable[[float, float], float] = random.uniform,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self.policy = policy
        self.breaker = Breaker(policy.failures_to_open, policy.cool_seconds, monotonic)
        self._budget = Budget()
        self._monotonic = monotonic
        self._uniform = uniform
        self._sleep = sleep
        self._busy = 0
        self._threads: ThreadPoolExecutor | None = None

    async def call[T](self, work: Callable[[float], Awaitable[T]], judge: Judge, *, repeatable: bool = True) -> T:
        """Do `work`, which is given the seconds it has; `repeatable` says that doing it twice harms nobody."""
        return await self._persist(lambda seconds: self._counted(work, seconds), judge, repeatable=repeatable)

    async def blocking[T](self, work: Callable[[], T], judge: Judge, *, repeatable: bool = True) -> T:
        """Do `work` on a thread of this dependency's own: when it hangs, no other dependency waits for a thread."""
        return await self._persist(lambda seconds: self._threaded(work, seconds), judge, repeatable=repeatable)

    async def _persist[T](self, once: Callable[[float], Awaitable[T]], judge: Judge, *, repeatable: bool) -> T:
        ends = self._monotonic() + self.policy.total_seconds
        self._budget.called()
        attempt = 0
        while True:
            attempt += 1
            try:
                found = await once(self._admitted(ends))
            except Refused:
                emit("DependencyRefusals", 1, dependency=self.name)
                raise
            except Exception as error:
                verdict = judge(error)
                self._noted(verdict)
                pause = self.pause(attempt, verdict.after)
                if not (repeatable and verdict.retry and self._worth(attempt, pause, ends)):
                    raise
                await self._sleep(pause)
            else:
                self.breaker.succeeded()
                return found

    def _noted(self, verdict: Verdict) -> None:
        if not verdict.sick:
            # A refusal is an answer: the dependency is well.
            self.breaker.succeeded()
            return
        self.breaker.failed()
        emit("DependencyFailures", 1, dependency=self.name)

    def _admitted(self, ends: float) -> float:
        """The seconds that an attempt has; `Refused` when it may not be made."""
        seconds = capped(min(self.policy.timeout_seconds, ends - self._monotonic()))
        if seconds < LEAST_SECONDS:
            raise Refused(f"no time is left for {self.name}")
        if self._busy >= self.policy.at_once:
            raise Refused(f"{self._busy} calls wait for {self.name} already")
        if not self.breaker.admit():
            raise Refused(f"{self.name} failed too often and is left alone for a moment")
        return seconds

    def pause(self, attempt: int, after: float | None = None) -> float:
        """How long to wait after a failed attempt: anything up to a bound that doubles, or what the server asked."""
        jitter = self._uniform(0, min(self.policy.cap_seconds, self.policy.base_seconds * 2 ** (attempt - 1)))
        return jitter if after is None else max(jitter, min(after, LONGEST_RETRY_AFTER_SECONDS))

    def _worth(self, attempt: int, pause: float, ends: float) -> bool:
        if attempt >= self.policy.attempts or self.breaker.is_open:
            return False
        left = remaining()
        enough = self._monotonic() + pause + LEAST_SECONDS < ends and (left is None or pause + LEAST_SECONDS < left)
        return enough and self._budget.spend()

    async def _counted[T](self, work: Callable[[float], Awaitable[T]], seconds: float) -> T:
        self._busy += 1
        try:
            async with asyncio.timeout(seconds):
                return await work(seconds)
        finally:
            self._busy -= 1

    async def _threaded[T](self, work: Callable[[], T], seconds: float) -> T:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.policy.at_once, thread_name_prefix=self.name)
        loop = asyncio.get_running_loop()
        self._busy += 1
        running = self._threads.submit(copy_context().run, work)
        # The thread is busy until its work ends, however early the caller stopped waiting.
        running.add_done_callback(lambda _: self._freed())
        async with asyncio.timeout(seconds):
            return await asyncio.wrap_future(running, loop=loop)

    def _freed(self) -> None:
        self._busy -= 1


def retry_after(headers: Mapping[str, str], clock: Clock = system_clock) -> float | None:
    """Seconds of a `Retry-After` header in either form, a day at most; None without one that can be read."""
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if told.isascii() and told.isdecimal():
        return min(float(told), LONGEST_BELIEVED_SECONDS)
    try:
        moment: datetime = parsedate_to_datetime(told)
    except (TypeError, ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (aware - clock()).total_seconds()), LONGEST_BELIEVED_SECONDS)
