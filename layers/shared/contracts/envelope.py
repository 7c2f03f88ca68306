"""What every message between houses carries, whatever it says."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Message(BaseModel):
    """A frozen document whose readers ignore fields they do not know, so that producers may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Message):
    """The envelope: an id that stays the same when the fact is told twice, and whose fact it is."""

    id: str = Field(min_length=1, max_length=128)
    version: Literal[1] = 1
    occurred_at: AwareDatetime
    correlation_id: str = Field(min_length=1, max_length=128)
    organisation_id: str = Field(min_length=1, max_length=64)
    traceparent: str | None = Field(default=None, max_length=128)
    """The W3C trace that the message belongs to; it is filled in when the message is stored or sent."""
    aggregate: str | None = Field(default=None, max_length=160)
    """The thing whose messages leave in the order they were told in, as in `job/run_01…`; None has no order."""


class Amount(Message):
    """Money on the wire: a decimal string and an ISO 4217 code."""

    amount: str = Field(pattern=r"^-?\d{1,13}(\.\d{1,6})?$")
    currency: str = Field(pattern=r"^[A-Z]{3}$")
