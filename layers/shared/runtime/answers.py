"""JSON answers: encoded bytes, so that a list costs what its encoding costs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import orjson
from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.money import Money
from shared.kernel.paging import Page, encoded_cursor

type Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""An id that people choose: lower case, digits and dashes."""


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


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Money):
        return {"amount": f"{value.amount:f}", "currency": value.currency}
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(type(value).__name__)


def _utc(value: object) -> object:
    if isinstance(value, datetime):
        return timestamp(value)
    return _plain(value)


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, the one format of every time in every answer."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encode(value: object) -> bytes:
    """JSON bytes of plain values, money, decimals and times."""
    return orjson.dumps(value, default=_utc, option=orjson.OPT_PASSTHROUGH_DATETIME)


class JsonAnswer(Response):
    """An answer whose body is already encoded."""

    media_type = "application/json"


def answer(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> JsonAnswer:
    """One thing, as JSON."""
    return JsonAnswer(encode(value), status_code=status, headers=dict(headers or {}))


def listing(items: Sequence[Mapping[str, Any]], page: Page[Any]) -> JsonAnswer:
    """One page of a list, with the cursor of the next."""
    return answer({"data": items, "next_cursor": encoded_cursor(page.next_after)})
