"""Webhooks by the Standard Webhooks specification: who is told what, how it is signed, and when it is tried again."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from pricing.domain.errors import InvalidWebhookEndpoint
from shared.kernel.public_url import checked_url

type WebhookEvent = Literal["alert.raised", "price.applied", "batch.ended", "endpoint.tested"]
type DeliveryState = Literal["pending", "delivered", "failed"]

SECRET_PREFIX = "whsec_"  # noqa: S105 -- what the specification puts before a secret, no secret
SECRET_BYTES = 32
MOST_ENDPOINTS = 20
OLD_SECRET_STAYS = timedelta(hours=24)
TRIED_FOR = timedelta(hours=24)
# An attempt that nobody answered for is made again after this; it is longer than an attempt may take.
ANSWERED_WITHIN = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=4)
GONE = 410
OK_FROM, OK_TO = 200, 299


@dataclass(frozen=True, slots=True)
class Secret:
    """What deliveries are signed with, as `whsec_…`; one that was replaced signs `until` then."""

    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """Where an organisation wants to be told of events. Without `enabled` nothing is sent; `off_why` says who did that.

    `secrets` are newest first: the newest has no end, and an older one signs beside it until it ends.
    """

    endpoint_id: str
    organisation_id: str
    url: str
    events: frozenset[WebhookEvent]
    secrets: tuple[Secret, ...]
    created_by: str
    created_at: datetime
    enabled: bool = True
    off_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one endpoint. `body` is what is signed, byte by byte the same at each attempt.

    `event_id` is the `webhook-id` by which a receiver knows an event that comes again.
    """

    delivery_id: str
    organisation_id: str
    endpoint_id: str
    event_id: str
    event: WebhookEvent
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
    """What an attempt came to: the status that was answered, or why none was."""

    delivery_id: str
    attempt: int
    status: int | None
    failure: str = ""


def checked_endpoint(url: str) -> str:
    """The URL in its normal form, when it may be told anything: public by its text, and encrypted."""
    plain = checked_url(url)
    if not plain.startswith("https://"):
        raise InvalidWebhookEndpoint("only https:// addresses are told anything: what is told are your prices")
    return plain


def secret_of(random: bytes) -> str:
    """A new secret, of `SECRET_BYTES` random bytes."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def rotated(endpoint: WebhookEndpoint, text: str, at: datetime) -> WebhookEndpoint:
    """The endpoint with a new secret; the one before signs beside it for a day, and no older one does."""
    newest = replace(endpoint.secrets[0], until=at + OLD_SECRET_STAYS)
    return replace(endpoint, secrets=(Secret(text), newest))


def signed(endpoint: WebhookEndpoint, delivery: Delivery, at: datetime) -> dict[str, str]:
    """The headers of an attempt. Each secret that is in force signs id, time and body; any one of them proves it."""
    moment = str(int(at.timestamp()))
    content = f"{delivery.event_id}.{moment}.{delivery.body}".encode()
    keys = [one.text for one in endpoint.secrets if one.until is None or at < one.until]
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


def after_attempt(delivery: Delivery, tried: Tried, at: datetime, drawn: float) -> Delivery:
    """The delivery after an attempt. `drawn` is a number from 0 up to 1: pauses double, with full jitter.

    An answer for an attempt that is not the newest changes nothing, unless it says that the event arrived.
    """
    arrived = tried.status is not None and OK_FROM <= tried.status <= OK_TO
    if delivery.state != "pending" or (tried.attempt != delivery.attempts and not arrived):
        return delivery
    answered = replace(delivery, last_status=tried.status, last_failure=tried.failure)
    if arrived:
        return replace(answered, state="delivered", next_at=None, ended_at=at)
    next_at = at + min(FIRST_PAUSE * 2 ** min(delivery.attempts, 20), LONGEST_PAUSE) * drawn
    if tried.status == GONE or next_at - delivery.created_at > TRIED_FOR:
        return replace(answered, state="failed", next_at=None, ended_at=at)
    return replace(answered, next_at=next_at)
