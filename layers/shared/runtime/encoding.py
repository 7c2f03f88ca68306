"""The JSON of everything that we give away: money and decimals as text, times in one format."""

from datetime import UTC, datetime
from decimal import Decimal

import orjson
from pydantic import BaseModel

from shared.kernel.money import Money


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
