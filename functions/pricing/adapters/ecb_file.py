"""The European Central Bank's file of reference rates, read strictly.

The parser is expat from the standard library with every document type refused: entities, the way to make a small
file large or to read another one, can only be declared in one. That is what a guard around it would do as well.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from xml.parsers import expat

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pricing.domain.rates import RateTable
from shared.kernel.money import MINOR_UNITS

MOST_BYTES = 2_000_000
_MOST_DAYS = 120
_MOST_CURRENCIES = 100
_DEEPEST = 5


class UnreadableRatesError(ValueError):
    """The file is not one of rates."""


def _positive(value: Decimal) -> Decimal:
    if not value.is_finite() or value <= 0:
        raise ValueError("a rate is above zero")
    return value


class _Quote(BaseModel):
    model_config = ConfigDict(frozen=True)

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    rate: Annotated[Decimal, Field(max_digits=16, decimal_places=8), AfterValidator(_positive)]


class _Day(BaseModel):
    model_config = ConfigDict(frozen=True)

    day: date
    quotes: tuple[_Quote, ...] = Field(min_length=1, max_length=_MOST_CURRENCIES)


def tables_of(body: bytes, source: str, fetched_at: datetime) -> tuple[RateTable, ...]:
    """The tables in a file, newest first; `UnreadableRatesError` when it is no such file.

    A currency that is out of use is left out: the bank's history still quotes some.
    """
    if len(body) > MOST_BYTES:
        raise UnreadableRatesError(f"the file has more than {MOST_BYTES} bytes")
    try:
        days = [_Day.model_validate(one) for one in _days(body)]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise UnreadableRatesError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if not days:
        raise UnreadableRatesError("the file has no day with rates")
    if len({one.day for one in days}) < len(days):
        raise UnreadableRatesError("the file has a day twice")
    if max(one.day for one in days) > fetched_at.date():
        raise UnreadableRatesError("the file has a day that has not come yet")
    tables = [_table(one, source, fetched_at) for one in days]
    return tuple(sorted((one for one in tables if one.quotes), key=lambda one: one.day, reverse=True))


def _table(day: _Day, source: str, fetched_at: datetime) -> RateTable:
    quotes = {one.currency: one.rate for one in day.quotes if one.currency in MINOR_UNITS}
    return RateTable(day=day.day, quotes=quotes, published_at=fetched_at, source=source)


def _days(body: bytes) -> list[dict[str, object]]:
    """What the file says, not yet checked: its `Cube` elements with a time, and those with a currency inside."""
    days: list[dict[str, object]] = []
    quotes: list[dict[str, str]] = []
    depth = 0

    def starts(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, quotes
        depth += 1
        if depth > _DEEPEST:
            raise UnreadableRatesError("the file is nested too deeply")
        if name.rpartition(":")[2] != "Cube":
            return
        if "time" in attributes:
            quotes = []
            days.append({"day": attributes["time"], "quotes": quotes})
        elif "currency" in attributes:
            quotes.append({"currency": attributes["currency"], "rate": attributes.get("rate", "")})
        if len(days) > _MOST_DAYS or len(quotes) > _MOST_CURRENCIES:
            raise UnreadableRatesError("the file has more days or currencies than there are")

    def ends(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuses(*_: object) -> None:
        raise UnreadableRatesError("the file declares a document type, which a file of rates does not need")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = starts, ends
    parser.StartDoctypeDeclHandler = refuses
    parser.EntityDeclHandler = refuses
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise UnreadableRatesError(f"the file is no XML: {error}") from None
    return days
