"""JSON answers: encoded bytes, so that a list costs what its encoding costs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from shared.kernel.paging import Page, encoded_cursor
from shared.runtime.encoding import encode, timestamp

__all__ = [
    "Body",
    "JsonAnswer",
    "Moment",
    "MoneyView",
    "Slug",
    "View",
    "answer",
    "encode",
    "in_reach",
    "listing",
    "timestamp",
]

FIRST_YEAR, LAST_YEAR = 1969, 9000

type Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""An id that people choose: lower case, digits and dashes."""


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("write it like 2026-12-24T06:00:00Z")  # noqa: TRY004 - pydantic counts ValueError as a fault
    return value


def in_reach(moment: datetime) -> datetime:
    """A moment in UTC, of a time that calendars and stores can hold."""
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        message = f"a time between {FIRST_YEAR + 1} and {LAST_YEAR - 1} is expected"
        raise ValueError(message)
    return moment.astimezone(UTC)


# JSON has no times, so a strict body reads them from text, and from nothing else.
type Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_text), AfterValidator(in_reach)]
"""A point in time with its offset."""


class Body(BaseModel):
    """What a caller sends: nothing is converted, and a field that does not exist is an error."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class View(BaseModel):
    """What a caller gets, as the OpenAPI document shows it."""

    model_config = ConfigDict(frozen=True)


class MoneyView(View):
    """An amount as a decimal string, and its ISO 4217 currency."""

    amount: str
    currency: str


class JsonAnswer(Response):
    """An answer whose body is already encoded."""

    media_type = "application/json"


def answer(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> JsonAnswer:
    """One thing, as JSON."""
    return JsonAnswer(encode(value), status_code=status, headers=dict(headers or {}))


def listing(items: Sequence[Mapping[str, Any]], page: Page[Any]) -> JsonAnswer:
    """One page of a list, with the cursor of the next."""
    return answer({"data": items, "next_cursor": encoded_cursor(page.next_after)})
