"""What was read of something, and how fresh that is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

type Version = Callable[[], Awaitable[str]]
type Load = Callable[[], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A value as it was at `as_of`. `stale` says that it is older than it may be, for want of a newer one."""

    value: Mapping[str, Any]
    as_of: datetime
    stale: bool = False
    told: Mapping[str, str] = field(default_factory=dict)
    """Where it comes from and how old it is, for those who pass it on: `Age` and `Cache-Status` (RFC 9211)."""


class Memory(Protocol):
    """Answers that are dear to make, kept for a moment; nothing is wrong without it."""

    async def read(self, key: str, organisation_id: str, version: Version, load: Load) -> Remembered:
        """Return what is kept of an organisation's `version`, or what `load` makes now."""
