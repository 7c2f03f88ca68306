"""Receivers and deliveries for tests."""

from typing import Any

from pricing.domain.delivery import Delivery
from pricing.domain.receiver import Receiver, Secret
from tests.builders.pricing import MONDAY

URL = "https://receiver.example/hooks"
SLACK = "https://hooks.slack.example/services/T0/B0/veryprivatewords"
# The secret of the specification's own example.
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def a_delivery(**changes: Any) -> Delivery:
    """An event that is to be told now."""
    fields: dict[str, Any] = {
        "delivery_id": "dlv",
        "organisation_id": "org",
        "receiver_id": "rcv",
        "event_id": "evt",
        "event": "price.applied",
        "body": '{"type":"price.applied"}',
        "created_at": MONDAY,
        "next_at": MONDAY,
    }
    return Delivery(**(fields | changes))


def a_receiver(**changes: Any) -> Receiver:
    """A webhook of applied prices, its secret shut as the fake sealer does."""
    fields: dict[str, Any] = {
        "receiver_id": "rcv",
        "organisation_id": "org",
        "channel": "webhook",
        "address": URL,
        "events": frozenset({"price.applied"}),
        "secrets": (Secret(f"org|{WHSEC[::-1]}"),),
        "created_by": "usr",
        "created_at": MONDAY,
    }
    return Receiver(**(fields | changes))
