"""One event on its way to one receiver: how it is signed, what an attempt came to, and when it is tried again."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from pricing.domain.receiver import SECRET_PREFIX, EventName

type DeliveryState = Literal["pending", "delivered", "failed"]
type Verdict = Literal["", "gone", "refused"]

TRIED_FOR = timedelta(hours=24)
# An attempt that nobody answered for is made again after this; it is longer than an attempt may take.
ANSWERED_WITHIN = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=4)
GONE = 410
OK_FROM, OK_TO = 200, 299
# What Slack's incoming webhooks answer when the address will never take anything again.
SLACK_GONE = frozenset(
    {
        "channel_is_archived",
        "channel_not_found",
        "invalid_token",
        "no_active_hooks",
        "no_service",
        "no_team",
        "team_disabled",
        "user_not_found",
    }
)
MALFORMED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one receiver. `body` is what is sent, byte by byte the same at each attempt.

    `event_id` is the `webhook-id` by which a receiver knows an event that comes again.
    """

    delivery_id: str
    organisation_id: str
    receiver_id: str
    event_id: str
    event: EventName
    body: str
    created_at: datetime
    next_at: datetime | None
    state: DeliveryState = "pending"
    attempts: int = 0
    last_status: int | None = None
    last_failure: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What an attempt came to: the status that was answered, or why none was.

    The `verdict` says that no further attempt can succeed: the receiver is gone, or will never take this event.
    `wait_seconds` is how long the receiver asked to be left alone.
    """

    delivery_id: str
    attempt: int
    status: int | None
    failure: str = ""
    verdict: Verdict = ""
    wait_seconds: float = 0.0

    @property
    def arrived(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and OK_FROM <= self.status <= OK_TO

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants nothing any more."""
        return self.status == GONE or self.verdict == "gone"


def slack_verdict(status: int, said: str) -> Verdict:
    """What an answer of Slack's incoming webhooks means: its first words name what is wrong."""
    if said in SLACK_GONE or status == GONE:
        return "gone"
    return "refused" if status == MALFORMED else ""


def signed(keys: Sequence[str], delivery: Delivery, at: datetime) -> dict[str, str]:
    """The headers of an attempt by the Standard Webhooks specification.

    Each key (`whsec_…`) signs id, time and body; any one of them proves it.
    """
    moment = str(int(at.timestamp()))
    content = f"{delivery.event_id}.{moment}.{delivery.body}".encode()
    return {
        "webhook-id": delivery.event_id,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{_signature(key, content)}" for key in keys),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def claimed(delivery: Delivery, at: datetime) -> Delivery:
    """The delivery while an attempt is under way; should nobody answer for it, it is made again."""
    return replace(delivery, attempts=delivery.attempts + 1, next_at=at + ANSWERED_WITHIN)


def postponed(delivery: Delivery, at: datetime) -> Delivery:
    """A delivery that cannot be attempted now, which keeps no other one waiting."""
    return replace(delivery, next_at=at + ANSWERED_WITHIN)


def is_stale(asked_at: datetime, at: datetime) -> bool:
    """Whether an attempt lay so long on its way that another one was asked for: it is not to be made as well."""
    return at - asked_at >= ANSWERED_WITHIN


def is_lost(delivery: Delivery, at: datetime) -> bool:
    """Whether nobody answered for its attempts while it could be tried."""
    return delivery.attempts > 0 and at - delivery.created_at > TRIED_FOR + ANSWERED_WITHIN


def given_up(delivery: Delivery, why: str, at: datetime) -> Delivery:
    """The delivery that is not sent any more."""
    return replace(delivery, state="failed", next_at=None, ended_at=at, last_failure=why)


def after_attempt(delivery: Delivery, tried: Tried, at: datetime, drawn: float) -> Delivery:
    """The delivery after an attempt. `drawn` is a number from 0 up to 1: pauses double, with full jitter.

    A receiver that asks to be left alone is, for as long as the longest pause. An answer for an attempt that is not
    the newest changes nothing, unless it says that the event arrived.
    """
    if delivery.state != "pending" or (tried.attempt != delivery.attempts and not tried.arrived):
        return delivery
    answered = replace(delivery, last_status=tried.status, last_failure=tried.failure)
    if tried.arrived:
        return replace(answered, state="delivered", next_at=None, ended_at=at)
    pause = min(FIRST_PAUSE * 2 ** min(delivery.attempts, 20), LONGEST_PAUSE) * drawn
    asked = timedelta(seconds=min(max(tried.wait_seconds, 0.0), LONGEST_PAUSE.total_seconds()))
    next_at = at + max(pause, asked)
    if tried.is_gone or tried.verdict or next_at - delivery.created_at > TRIED_FOR:
        return replace(answered, state="failed", next_at=None, ended_at=at)
    return replace(answered, next_at=next_at)
