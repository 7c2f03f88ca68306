"""Exchange rates by day, as the European Central Bank publishes them: what one euro was worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

EURO = "EUR"
HOLDS_FROM = time(15, 0, tzinfo=UTC)
"""The bank publishes a working day's rates about 16:00 in Frankfurt, which this is in winter and past in summer."""
OLDEST = timedelta(days=7)
"""Weekends and Easter pass in this time; a table that is older says nothing of the present."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTable:
    """One day's quotes: how much of each currency one euro bought. `source` is where they were read."""

    day: date
    quotes: Mapping[str, Decimal]
    published_at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """From one currency into another, by the two quotes of one day."""

    day: date
    quote_from: Decimal
    quote_to: Decimal

    @property
    def factor(self) -> Fraction:
        """What one unit is worth, exactly."""
        return Fraction(self.quote_to) / Fraction(self.quote_from)


@dataclass(frozen=True, slots=True)
class Rates:
    """The tables of some days, in any order. Of two tables of one day the later published one counts."""

    tables: Sequence[RateTable] = ()

    def conversion(self, source: str, target: str, moment: datetime) -> Conversion | None:
        """The rate that held at a moment: the newest published before it, or None when that is too old or unknown."""
        today = moment.astimezone(UTC).date()
        known = [
            table
            for table in self.tables
            if datetime.combine(table.day, HOLDS_FROM) <= moment and today - table.day <= OLDEST
        ]
        if not known:
            return None
        table = max(known, key=lambda one: (one.day, one.published_at))
        quotes = {EURO: Decimal(1), **table.quotes}
        if source not in quotes or target not in quotes:
            return None
        return Conversion(day=table.day, quote_from=quotes[source], quote_to=quotes[target])
