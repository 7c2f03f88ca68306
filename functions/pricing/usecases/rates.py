"""Exchange rates: fetched where no store is reachable, kept where the web is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pricing.domain.rates import RateTable
from pricing.usecases.ports import RateTables
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable


class RatesUnavailable(Unavailable):
    """The bank's rates could not be had."""

    code = "rates/unavailable"
    title = "The exchange rates could not be fetched"


class RateFiles(Protocol):
    """The files that rates are published in."""

    async def daily(self, at: datetime) -> Sequence[RateTable]:
        """Return the newest day's table; `RatesUnavailable` says why there is none."""

    async def history(self, at: datetime) -> Sequence[RateTable]:
        """Return the tables of the last ninety days; `RatesUnavailable` says why there are none."""


class Told(Protocol):
    """Where tables are handed over."""

    async def tell(self, tables: Sequence[RateTable], at: datetime) -> None:
        """Tell the keeper of rates; twice is once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How many tables were told, how old the newest is, and what could not be had."""

    tables: int
    age: timedelta
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRates:
    """Fetch the newest rates, and the last ninety days with them.

    Whoever fetches knows no store, so it cannot know what is missing: it tells all, and what is known already is
    kept once. So the first day has its history, and a day that failed mends itself.
    """

    files: RateFiles
    told: Told
    clock: Clock

    async def __call__(self) -> Fetched:
        """Tell what could be had; `RatesUnavailable` when that is nothing."""
        at = self.clock()
        tables: dict[object, RateTable] = {}
        problems: list[str] = []
        for fetch in (self.files.history, self.files.daily):
            try:
                tables |= {one.day: one for one in await fetch(at)}
            except RatesUnavailable as error:
                problems.append(error.detail)
        if not tables:
            raise RatesUnavailable("; ".join(problems))
        ordered = sorted(tables.values(), key=lambda one: one.day, reverse=True)
        await self.told.tell(ordered, at)
        return Fetched(tables=len(ordered), age=at.date() - ordered[0].day, problems=tuple(problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRates:
    """Keep what was published. The same table twice is once; a corrected day keeps both."""

    rates: RateTables

    async def __call__(self, tables: Sequence[RateTable]) -> int:
        """Return how many tables said something new."""
        return await self.rates.keep(tables)
