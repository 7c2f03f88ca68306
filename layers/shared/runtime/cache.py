"""Answers that are dear to make, kept in Valkey for seconds; every read is right without it.

A version made of stored facts stands in each kept value: what people do (a decided run, an approved price) makes
another version, and their next read sees it. What changes without them (looks at pages) is seen after the value's
`fresh_seconds`. One value is kept for each organisation and key, of whatever version, so that there is something to
show while the database is gone: then a read is answered with the last value, marked as stale, for `stale_seconds`.

Many who miss at once are one who loads: within a process they share one task; across processes a lock of seconds lets
one load, and who does not get it waits for the value a moment, then loads for itself. Valkey that does not answer is
passed by.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from shared.kernel.clock import Clock, system_clock
from shared.kernel.remembered import Load, Remembered, Version
from shared.runtime.encoding import encode
from shared.runtime.mongo import StoreUnavailable
from shared.runtime.observability import emit
from shared.runtime.valkey import Valkey, ValkeyGone

NAME = "OmniPriceX"
# Only its holder gives a lock back: it may have run out and be another's.
UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
POLL_SECONDS = 0.05

type Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How old a value may be: seconds while all is well, and seconds while the database is gone."""

    fresh_seconds: int = 15
    stale_seconds: int = 24 * 3600
    # Longer than a load may take, so that a loader that died holds nobody up for long.
    lock_seconds: float = 5.0
    wait_seconds: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    version: str
    at: datetime
    value: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    kept: _Kept
    how: str


class Cache:
    """One house's kept answers; its keys are its own. `shape` changes with what its values look like."""

    def __init__(
        self,
        valkey: Valkey,
        house: str,
        *,
        shape: int = 1,
        freshness: Freshness | None = None,
        clock: Clock = system_clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._valkey = valkey
        self._prefix = f"cache:{house}:{shape}"
        self._freshness = freshness or Freshness()
        self._clock = clock
        self._sleep = sleep
        self._flights: dict[tuple[str, str], asyncio.Task[_Loaded]] = {}

    async def read(self, key: str, organisation_id: str, version: Version, load: Load) -> Remembered:
        """Return what is kept of this version, or what `load` makes now; while the database is gone, what is kept."""
        place = self._place(key, organisation_id)
        try:
            wanted = await version()
            kept = await self._known(place)
            if kept is not None and kept.version == wanted and self._age(kept) < self._freshness.fresh_seconds:
                return self._told(kept, f"hit; ttl={self._freshness.fresh_seconds - self._age(kept)}")
            loaded = await self._flown(place, wanted, load)
        except StoreUnavailable as error:
            return await self._last(place, error)
        return self._told(loaded.kept, loaded.how)

    def _place(self, key: str, organisation_id: str) -> str:
        # In braces: a cluster keeps the value and its lock in one place.
        return f"{self._prefix}:{{{organisation_id}:{key}}}"

    async def _last(self, place: str, error: StoreUnavailable) -> Remembered:
        """The last value, whatever its version; the database's failure is the answer when there is none."""
        kept = await self._known(place)
        if kept is None or self._age(kept) >= self._freshness.stale_seconds:
            raise error
        return self._told(kept, "hit; fwd=stale; detail=store-unavailable", stale=True)

    async def _flown(self, place: str, wanted: str, load: Load) -> _Loaded:
        """What one task of this process loads for all who ask at the same moment."""
        flight = self._flights.get((place, wanted))
        joined = flight is not None
        if flight is None:
            flight = asyncio.create_task(self._load(place, wanted, load))
            self._flights[place, wanted] = flight
            flight.add_done_callback(lambda _: self._flights.pop((place, wanted), None))
        # Who gives up waiting leaves the others their load.
        loaded = await asyncio.shield(flight)
        return _Loaded(kept=loaded.kept, how=f"{loaded.how}; collapsed") if joined else loaded

    async def _load(self, place: str, wanted: str, load: Load) -> _Loaded:
        mark = secrets.token_hex(8)
        try:
            mine = await self._locked(place, mark)
            other = None if mine else await self._awaited(place, wanted)
        except ValkeyGone:
            return _Loaded(kept=await self._made(wanted, load), how="fwd=bypass; detail=cache-unavailable")
        if other is not None:
            return _Loaded(kept=other, how="fwd=miss; collapsed")
        try:
            made = await self._made(wanted, load)
            stored = await self._keep(place, made)
        finally:
            if mine:
                await self._unlock(place, mark)
        return _Loaded(kept=made, how="fwd=miss; stored" if stored else "fwd=miss")

    async def _made(self, wanted: str, load: Load) -> _Kept:
        # The time before the load: what changes while it runs may be missing from it.
        at = self._clock()
        value = orjson.loads(encode(await load()))
        emit("CacheLoads", 1)
        return _Kept(version=wanted, at=at, value=value)

    async def _locked(self, place: str, mark: str) -> bool:
        milliseconds = int(self._freshness.lock_seconds * 1000)
        got = await self._valkey.ask(lambda client: client.set(f"{place}:lock", mark, nx=True, px=milliseconds))
        return bool(got)

    async def _unlock(self, place: str, mark: str) -> None:
        try:
            await self._valkey.ask(lambda client: client.eval(UNLOCK, 1, f"{place}:lock", mark))
        except ValkeyGone:
            return

    async def _awaited(self, place: str, wanted: str) -> _Kept | None:
        """What the holder of the lock stores within a moment."""
        for _ in range(int(self._freshness.wait_seconds / POLL_SECONDS)):
            await self._sleep(POLL_SECONDS)
            kept = _kept_of(await self._valkey.ask(lambda client: client.get(place)))
            if kept is not None and kept.version == wanted and self._age(kept) < self._freshness.fresh_seconds:
                return kept
        return None

    async def _known(self, place: str) -> _Kept | None:
        try:
            return _kept_of(await self._valkey.ask(lambda client: client.get(place)))
        except ValkeyGone:
            return None

    async def _keep(self, place: str, made: _Kept) -> bool:
        text = encode({"version": made.version, "at": made.at.timestamp(), "value": made.value})
        try:
            await self._valkey.ask(lambda client: client.set(place, text, ex=self._freshness.stale_seconds))
        except ValkeyGone:
            return False
        return True

    def _age(self, kept: _Kept) -> int:
        return max(0, int((self._clock() - kept.at).total_seconds()))

    def _told(self, kept: _Kept, how: str, *, stale: bool = False) -> Remembered:
        told = {"Age": str(self._age(kept)), "Cache-Status": f"{NAME}; {how}"}
        return Remembered(value=kept.value, as_of=kept.at, stale=stale, told=told)


def _kept_of(text: bytes | None) -> _Kept | None:
    """The value in a kept text; one that cannot be read is none."""
    try:
        found = orjson.loads(text or b"null")
        at = datetime.fromtimestamp(found["at"], tz=UTC)
        return _Kept(version=str(found["version"]), at=at, value=dict(found["value"]))
    except (ValueError, TypeError, KeyError, OverflowError, OSError):
        return None
