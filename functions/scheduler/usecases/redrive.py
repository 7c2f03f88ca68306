"""Redrive: put dead letters back onto the queue they came from, some of them, slowly, and on the record.

A letter is sent first and deleted after: it may be sent twice, which consumers bear, and is never lost. Without
`dry_run=False` nothing moves. A FIFO queue shows the first letters of each group only, until those are moved.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from scheduler.domain.errors import QueueUnknown
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable
from shared.kernel.identifiers import sortable_id

SAMPLES = 5
# What is left of the function's time when it stops taking letters.
RESERVE_MS = 15_000

type Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrive:
    """Which letters of which queue to move, how fast and for whom; every filter that is set must hold."""

    queue: str
    requested_by: str
    dry_run: bool = True
    reason: str | None = None
    type: str | None = None
    organisation_id: str | None = None
    older_than: datetime | None = None
    rate_per_second: float = 10.0
    limit: int = 100

    def wants(self, letter: "DeadLetter") -> bool:
        """Whether a letter is one of those."""
        wanted = (
            (self.reason, letter.reason),
            (self.type, letter.type),
            (self.organisation_id, letter.organisation_id),
        )
        old = self.older_than is None or letter.sent_at < self.older_than
        return old and all(value in {None, found} for value, found in wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that nobody could handle. `receipt` is what the queue knows it by for now."""

    message_id: str
    receipt: str
    type: str
    organisation_id: str
    reason: str
    detail: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Redriven:
    """What became of a redrive: how many were looked at, moved or would be, and how many letters are left."""

    redrive_id: str
    seen: int
    matched: int
    moved: int
    failed: int
    left: int
    reasons: dict[str, int]
    samples: tuple[DeadLetter, ...]


@dataclass(slots=True)
class _Count:
    seen: int = 0
    moved: int = 0
    failed: int = 0
    matched: list[DeadLetter] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)


class DeadLetters(Protocol):
    """The dead-letter queues."""

    def knows(self, queue: str) -> bool:
        """Whether there is such a queue."""

    def may_move(self, queue: str) -> bool:
        """Whether its letters have a queue to go back to; EventBridge's own have none."""

    async def some(self, queue: str) -> list[DeadLetter]:
        """Take some letters; they are hidden from others for a while. None when there is no other."""

    async def move(self, queue: str, letter: DeadLetter, redrive_id: str) -> None:
        """Send a letter back to its queue as it was, then delete it."""

    async def put_back(self, queue: str, letter: DeadLetter) -> None:
        """Show a letter to others again."""

    async def left(self, queue: str) -> int:
        """Count the letters, about."""


class Redrives(Protocol):
    """The record of every redrive."""

    async def begin(self, redrive_id: str, redrive: Redrive, at: datetime) -> None:
        """Note who redrives what, before anything moves."""

    async def end(self, done: Redriven, at: datetime) -> None:
        """Note what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedriveLetters:
    """Move dead letters back, as far as the time reaches; asking again goes on with what is left."""

    letters: DeadLetters
    redrives: Redrives
    pause: Pause
    clock: Clock

    async def __call__(self, redrive: Redrive, remaining_ms: Callable[[], int]) -> Redriven:
        """Return what was moved, or would be."""
        if not self.letters.knows(redrive.queue):
            raise QueueUnknown(f"there is no queue «{redrive.queue}»")
        if not (redrive.dry_run or self.letters.may_move(redrive.queue)):
            raise QueueUnknown(f"«{redrive.queue}» has no queue to send its letters back to; they can be listed only")
        at = self.clock()
        redrive_id = sortable_id("red", at)
        # What is still broken comes to lie here again at once, and must not be moved round and round.
        redrive = replace(redrive, older_than=min(redrive.older_than or at, at))
        await self.redrives.begin(redrive_id, redrive, at)
        count, kept = _Count(), list[DeadLetter]()
        try:
            while len(count.matched) < redrive.limit and remaining_ms() > RESERVE_MS:
                if not (some := await self.letters.some(redrive.queue)):
                    break
                kept += [one for one in some if not await self._took(redrive, redrive_id, one, count)]
        finally:
            # Only at the end: what is shown again at once would be taken again at once.
            for letter in kept:
                await self.letters.put_back(redrive.queue, letter)
        return await self._ended(redrive, redrive_id, count)

    async def _took(self, redrive: Redrive, redrive_id: str, letter: DeadLetter, count: _Count) -> bool:
        """Whether a letter was moved; one that is not wanted, or is one too many, stays."""
        count.seen += 1
        if not redrive.wants(letter) or len(count.matched) >= redrive.limit:
            return False
        count.matched.append(letter)
        count.reasons[letter.reason or "tried too often"] += 1
        if redrive.dry_run:
            return False
        try:
            await self.letters.move(redrive.queue, letter, redrive_id)
        except Unavailable:
            count.failed += 1
            return False
        count.moved += 1
        await self.pause(1 / redrive.rate_per_second)
        return True

    async def _ended(self, redrive: Redrive, redrive_id: str, count: _Count) -> Redriven:
        done = Redriven(
            redrive_id=redrive_id,
            seen=count.seen,
            matched=len(count.matched),
            moved=count.moved,
            failed=count.failed,
            left=await self.letters.left(redrive.queue),
            reasons=dict(sorted(count.reasons.items())),
            samples=tuple(count.matched[:SAMPLES]),
        )
        await self.redrives.end(done, self.clock())
        return done
