"""Webhooks: registered with a secret, signed by their standard, tried again with jitter, switched off by a 410."""

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.errors import InvalidWebhookEndpoint, TooManyWebhookEndpoints
from pricing.domain.webhook import (
    LONGEST_PAUSE,
    MOST_ENDPOINTS,
    OLD_SECRET_STAYS,
    TRIED_FOR,
    Delivery,
    Secret,
    Tried,
    WebhookEndpoint,
    after_attempt,
    claimed,
    rotated,
    signed,
)
from pricing.usecases.webhooks import AskDeliveries, Attempt, RecordDelivery, RegisterEndpoint
from shared.kernel.public_url import UnsafeUrl
from tests.builders.pricing import MONDAY
from tests.fakes.webhooks import FakeWebhooks

MINUTE = timedelta(minutes=1)
URL = "https://receiver.example/hooks"


def a_delivery(**changes: Any) -> Delivery:
    """An event that is to be told now."""
    fields: dict[str, Any] = {
        "delivery_id": "whd",
        "organisation_id": "org",
        "endpoint_id": "whe",
        "event_id": "evt",
        "event": "price.applied",
        "body": '{"type":"price.applied"}',
        "created_at": MONDAY,
        "next_at": MONDAY,
    }
    return Delivery(**(fields | changes))


def an_endpoint(**changes: Any) -> WebhookEndpoint:
    """A receiver of applied prices, with the secret of the specification's own example."""
    fields: dict[str, Any] = {
        "endpoint_id": "whe",
        "organisation_id": "org",
        "url": URL,
        "events": frozenset({"price.applied"}),
        "secrets": (Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),),
        "created_by": "usr",
        "created_at": MONDAY,
    }
    return WebhookEndpoint(**(fields | changes))


@dataclass
class World:
    """Receivers, and a sender that answers as the test says."""

    webhooks: FakeWebhooks = field(default_factory=FakeWebhooks)
    asked: list[Attempt] = field(default_factory=list)
    now: datetime = MONDAY

    async def ask(self, attempts: Sequence[Attempt]) -> None:
        self.asked += attempts

    def tick(self) -> int:
        return asyncio.run(AskDeliveries(webhooks=self.webhooks, wanted=self, clock=lambda: self.now)())

    def answers(self, status: int | None, attempt: int | None = None, failure: str = "") -> None:
        number = len(self.asked) if attempt is None else attempt
        tried = Tried(delivery_id="whd", attempt=number, status=status, failure=failure)
        record = RecordDelivery(webhooks=self.webhooks, clock=lambda: self.now, draw=lambda: 0.5)
        for _ in range(2):
            asyncio.run(record("org", tried))

    @property
    def delivery(self) -> Delivery:
        return self.webhooks.kept["whd"]

    @property
    def register(self) -> RegisterEndpoint:
        return RegisterEndpoint(webhooks=self.webhooks, clock=lambda: self.now, draw=secrets.token_bytes)


@pytest.fixture
def world() -> World:
    """One event on its way to one receiver."""
    made = World()
    made.webhooks.endpoints["whe"] = an_endpoint()
    made.webhooks.kept["whd"] = a_delivery()
    return made


def test_the_signature_is_that_of_the_specification() -> None:
    # The example of the specification's reference libraries.
    at = datetime.fromtimestamp(1614265330, UTC)
    delivery = a_delivery(event_id="msg_p5jXN8AQM9LWM0D4loKWxJek", body='{"test": 2432232314}')
    headers = signed(an_endpoint(), delivery, at)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_two_secrets_sign_for_a_day_after_a_rotation() -> None:
    endpoint = rotated(
        rotated(an_endpoint(), "whsec_" + base64.b64encode(b"b" * 32).decode(), MONDAY), "whsec_YQ==", MONDAY
    )
    both = signed(endpoint, a_delivery(), MONDAY)["webhook-signature"].split()
    later = signed(endpoint, a_delivery(), MONDAY + OLD_SECRET_STAYS)["webhook-signature"].split()
    content = f"evt.{int(MONDAY.timestamp())}.{a_delivery().body}".encode()
    proofs = [
        "v1," + base64.b64encode(hmac.new(k, content, hashlib.sha256).digest()).decode() for k in (b"a", b"b" * 32)
    ]
    assert both == proofs
    assert len(later) == 1


def test_a_delivery_is_claimed_once_and_ends_when_it_is_answered(world: World) -> None:
    assert (world.tick(), world.tick()) == (1, 0)
    (attempt,) = world.asked
    assert (attempt.url, attempt.body, attempt.attempt) == (URL, world.delivery.body, 1)
    world.answers(204)
    assert (world.delivery.state, world.delivery.last_status, world.delivery.next_at) == ("delivered", 204, None)
    world.now += timedelta(days=1)
    assert world.tick() == 0


def test_an_attempt_that_nobody_answers_for_is_made_again_with_the_same_id(world: World) -> None:
    world.tick()
    world.now += 6 * MINUTE
    assert world.tick() == 1
    assert {one.headers["webhook-id"] for one in world.asked} == {"evt"}
    world.answers(500, attempt=1)
    assert (world.delivery.state, world.delivery.attempts, world.delivery.last_status) == ("pending", 2, None)
    world.answers(200, attempt=1)
    assert world.delivery.state == "delivered"


def test_failures_are_tried_again_for_a_day_and_then_given_up(world: World) -> None:
    pauses = []
    for _ in range(200):
        if world.tick() == 0:
            if world.delivery.next_at is None:
                break
            pauses.append(world.delivery.next_at - world.now)
            world.now = world.delivery.next_at
            continue
        world.answers(503, failure="")
    assert pauses[:3] == [30 * MINUTE / 60, 2 * 30 * MINUTE / 60, 4 * 30 * MINUTE / 60]
    assert max(pauses) <= LONGEST_PAUSE
    assert (world.delivery.state, world.delivery.last_status) == ("failed", 503)
    assert world.now - MONDAY <= TRIED_FOR
    assert 10 < world.delivery.attempts < 30


def test_a_receiver_that_is_gone_is_switched_off_and_on_again_with_a_new_secret(world: World) -> None:
    world.webhooks.kept["other"] = a_delivery(delivery_id="other", next_at=MONDAY + MINUTE)
    world.tick()
    world.answers(410)
    off = world.webhooks.endpoints["whe"]
    world.now += MINUTE
    assert (off.enabled, off.off_why, world.delivery.state) == (
        False,
        "it answered 410 Gone at 2026-11-23T06:00:00+00:00",
        "failed",
    )
    assert world.tick() == 0
    assert (world.webhooks.kept["other"].state, world.webhooks.kept["other"].last_failure) == (
        "failed",
        "the receiver is off",
    )
    on = asyncio.run(world.register.rotate("org", "whe"))
    assert (on.enabled, on.off_why, len(on.secrets)) == (True, "", 2)


def test_what_was_on_its_way_to_a_removed_receiver_is_not_sent(world: World) -> None:
    asyncio.run(world.webhooks.remove("org", "whe"))
    assert (world.tick(), world.delivery.state) == (0, "failed")


def test_a_receiver_is_registered_tested_and_has_a_secret_of_its_own(world: World) -> None:
    events: Any = frozenset({"alert.raised"})
    first, second = (asyncio.run(world.register("org", "usr", "https://Receiver.example", events)) for _ in range(2))
    assert first.url == "https://receiver.example/"
    assert len(base64.b64decode(first.secrets[0].text.removeprefix("whsec_"))) == 32
    assert first.secrets != second.secrets
    tested = asyncio.run(world.register.test("org", first.endpoint_id))
    assert (tested.event, tested.next_at) == ("endpoint.tested", world.now)


def test_there_are_only_so_many_receivers(world: World) -> None:
    world.webhooks.endpoints = {f"whe{place}": an_endpoint() for place in range(MOST_ENDPOINTS)}
    asyncio.run(world.register("other", "usr", URL, frozenset()))
    with pytest.raises(TooManyWebhookEndpoints):
        asyncio.run(world.register("org", "usr", URL, frozenset()))


@pytest.mark.parametrize(
    "url", ["http://receiver.example/", "https://127.0.0.1/", "https://localhost/", "ftp://a.example/"]
)
def test_only_public_encrypted_addresses_are_registered(world: World, url: str) -> None:
    with pytest.raises((InvalidWebhookEndpoint, UnsafeUrl)):
        asyncio.run(world.register("org", "usr", url, frozenset()))


@given(status=st.none() | st.integers(100, 599), drawn=st.floats(0, 1, exclude_max=True), attempts=st.integers(0, 40))
def test_whatever_is_answered_a_delivery_waits_or_has_ended(status: int | None, drawn: float, attempts: int) -> None:
    known = claimed(replace(a_delivery(), attempts=attempts), MONDAY)
    after = after_attempt(known, Tried(delivery_id="whd", attempt=attempts + 1, status=status), MONDAY, drawn)
    assert (after.next_at is None) == (after.state != "pending") == (after.ended_at is not None)
    assert (after.state == "delivered") == (status is not None and 200 <= status <= 299)
    assert after.next_at is None or MONDAY <= after.next_at <= MONDAY + LONGEST_PAUSE
    assert after_attempt(after, Tried(delivery_id="whd", attempt=0, status=None), MONDAY, drawn) == after
