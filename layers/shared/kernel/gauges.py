"""Gauges: numbers that a house reads from its stores when somebody looks."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One number at this moment, with what tells it apart from others of its name."""

    name: str
    help: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


type ReadGauges = Callable[[str], Awaitable[Sequence[Gauge]]]
"""Reads an organisation's gauges from the house's stores."""


async def no_gauges(_organisation_id: str) -> Sequence[Gauge]:
    """Read nothing: for a house that has no store behind it."""
    return ()
