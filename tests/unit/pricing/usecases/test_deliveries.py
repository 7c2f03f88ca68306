"""Deliveries: signed by their standard, claimed once, tried again with jitter, given up when a receiver is gone."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.delivery import (
    LONGEST_PAUSE,
    SLACK_GONE,
    TRIED_FOR,
    Delivery,
    Tried,
    Verdict,
    after_attempt,
    claimed,
    signed,
    slack_verdict,
)
from pricing.domain.receiver import OLD_SECRET_STAYS, Secret, rotated
from pricing.usecases.deliveries import DUE_AT_ONCE, AskDeliveries, RecordDelivery
from pricing.usecases.receiver_ports import Attempt
from shared.kernel.errors import Unavailable
from tests.builders.pricing import MONDAY
from tests.builders.receivers import URL, WHSEC, a_delivery, a_receiver
from tests.fakes.receivers import FakeReceivers
from tests.fakes.sealer import FakeSealer

MINUTE = timedelta(minutes=1)


@dataclass
class World:
    """Receivers, and senders that answer as the test says."""

    receivers: FakeReceivers = field(default_factory=FakeReceivers)
    asked: list[Attempt] = field(default_factory=list)
    now: datetime = MONDAY

    async def ask(self, attempts: Sequence[Attempt]) -> None:
        self.asked += attempts

    def tick(self) -> int:
        asks = AskDeliveries(receivers=self.receivers, opener=FakeSealer(), wanted=self, clock=lambda: self.now)
        return asyncio.run(asks())

    def answers(
        self,
        status: int | None,
        attempt: int | None = None,
        failure: str = "",
        verdict: Verdict = "",
        wait_seconds: float = 0.0,
    ) -> None:
        number = len(self.asked) if attempt is None else attempt
        tried = Tried(
            delivery_id="dlv",
            attempt=number,
            status=status,
            failure=failure,
            verdict=verdict,
            wait_seconds=wait_seconds,
        )
        record = RecordDelivery(receivers=self.receivers, clock=lambda: self.now, draw=lambda: 0.5)
        for _ in range(2):
            asyncio.run(record("org", tried))

    @property
    def delivery(self) -> Delivery:
        return self.receivers.kept["dlv"]


@pytest.fixture
def world() -> World:
    """One event on its way to one receiver."""
    made = World()
    made.receivers.known["rcv"] = a_receiver()
    made.receivers.kept["dlv"] = a_delivery()
    return made


def test_the_signature_is_that_of_the_specification() -> None:
    # The example of the specification's reference libraries.
    at = datetime.fromtimestamp(1614265330, UTC)
    delivery = a_delivery(event_id="msg_p5jXN8AQM9LWM0D4loKWxJek", body='{"test": 2432232314}')
    assert signed([WHSEC], delivery, at) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_two_secrets_sign_for_a_day_after_a_rotation(world: World) -> None:
    keys = [b"b" * 32, b"a" * 32]
    sealed = [asyncio.run(FakeSealer().seal(f"whsec_{base64.b64encode(key).decode()}", "org")) for key in keys]
    receiver = rotated(rotated(a_receiver(), sealed[0], MONDAY), sealed[1], MONDAY)
    world.receivers.known["rcv"] = receiver
    world.tick()
    world.now += OLD_SECRET_STAYS
    world.tick()
    both, later = (one.headers["webhook-signature"].split() for one in world.asked)
    content = f"evt.{int(MONDAY.timestamp())}.{a_delivery().body}".encode()
    proofs = [
        "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode() for key in reversed(keys)
    ]
    assert both == proofs
    assert len(later) == 1


def test_a_delivery_is_claimed_once_and_ends_when_it_is_answered(world: World) -> None:
    assert (world.tick(), world.tick()) == (1, 0)
    (attempt,) = world.asked
    assert (attempt.url, attempt.body, attempt.attempt, attempt.channel) == (URL, world.delivery.body, 1, "webhook")
    world.answers(204)
    assert (world.delivery.state, world.delivery.last_status, world.delivery.next_at) == ("delivered", 204, None)
    world.now += timedelta(days=1)
    assert world.tick() == 0


def test_a_slack_address_leaves_sealed_and_a_mailbox_unsigned(world: World) -> None:
    sealed = Secret("org|egral")
    world.receivers.known["rcv"] = a_receiver(
        channel="slack", address="https://hooks.slack.example/…", secrets=(sealed,)
    )
    world.receivers.known["box"] = a_receiver(receiver_id="box", channel="email", address="a@b.example", secrets=())
    world.receivers.kept["mail"] = a_delivery(delivery_id="mail", receiver_id="box")
    world.tick()
    assert {(one.channel, one.url, len(one.headers)) for one in world.asked} == {
        ("slack", "org|egral", 0),
        ("email", "a@b.example", 0),
    }


def test_an_attempt_that_nobody_answers_for_is_made_again_with_the_same_id(world: World) -> None:
    world.tick()
    world.now += 6 * MINUTE
    assert world.tick() == 1
    assert {one.headers["webhook-id"] for one in world.asked} == {"evt"}
    world.answers(500, attempt=1)
    assert (world.delivery.state, world.delivery.attempts, world.delivery.last_status) == ("pending", 2, None)
    world.answers(200, attempt=1)
    assert world.delivery.state == "delivered"


def test_attempts_that_nobody_ever_answers_for_end_after_a_day(world: World) -> None:
    while world.now <= MONDAY + TRIED_FOR + 6 * MINUTE:
        world.tick()
        world.now += 6 * MINUTE
    asked = len(world.asked)
    assert (world.tick(), len(world.asked)) == (0, asked)
    assert (world.delivery.state, world.delivery.last_failure) == ("failed", "nobody answered for its attempts")


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


def test_a_receiver_that_asks_to_be_left_alone_is(world: World) -> None:
    world.tick()
    world.answers(429, failure="rate_limited", wait_seconds=600)
    assert world.delivery.next_at == MONDAY + 10 * MINUTE
    world.now += 10 * MINUTE
    world.tick()
    world.answers(429, wait_seconds=10.0**9)
    assert world.delivery.next_at == world.now + LONGEST_PAUSE


@pytest.mark.parametrize(
    ("status", "failure", "verdict", "why"),
    [
        (410, "", "", "it answered 410 Gone at 2026-11-23T06:00:00+00:00"),
        (404, "no_service", "gone", "it answered 404 no_service at 2026-11-23T06:00:00+00:00"),
    ],
)
def test_a_receiver_that_is_gone_is_switched_off(
    world: World, status: int, failure: str, verdict: Verdict, why: str
) -> None:
    world.receivers.kept["other"] = a_delivery(delivery_id="other", next_at=MONDAY + MINUTE)
    world.tick()
    world.answers(status, failure=failure, verdict=verdict)
    off = world.receivers.known["rcv"]
    world.now += MINUTE
    assert (off.enabled, off.off_why, world.delivery.state) == (False, why, "failed")
    assert world.tick() == 0
    other = world.receivers.kept["other"]
    assert (other.state, other.last_failure) == ("failed", "the receiver is off")


def test_what_a_receiver_will_never_take_is_given_up_and_the_receiver_stays(world: World) -> None:
    world.tick()
    world.answers(400, failure="MessageRejected", verdict="refused")
    assert (world.delivery.state, world.delivery.last_failure) == ("failed", "MessageRejected")
    assert world.receivers.known["rcv"].enabled


def test_what_was_on_its_way_to_a_removed_receiver_is_not_sent(world: World) -> None:
    asyncio.run(world.receivers.remove("org", "rcv"))
    assert (world.tick(), world.delivery.state) == (0, "failed")


def test_a_receiver_that_goes_while_it_answers_fails_nothing(world: World) -> None:
    world.tick()
    asyncio.run(world.receivers.remove("org", "rcv"))
    world.answers(410)
    assert world.delivery.state == "failed"


def test_a_secret_that_does_not_open_holds_up_nobody_else_and_not_for_ever(world: World) -> None:
    world.receivers.known["rcv"] = a_receiver(secrets=(Secret("other|x"),))
    world.receivers.known["well"] = a_receiver(receiver_id="well")
    world.receivers.kept["next"] = a_delivery(delivery_id="next", receiver_id="well", next_at=MONDAY)
    with pytest.raises(Unavailable):
        world.tick()
    assert [one.delivery_id for one in world.asked] == ["next"]
    assert (world.delivery.state, world.delivery.attempts) == ("pending", 0)
    world.now += TRIED_FOR + MINUTE
    with pytest.raises(Unavailable):
        world.tick()
    assert world.delivery.state == "failed"


def test_a_full_list_of_secrets_that_do_not_open_is_passed_by(world: World) -> None:
    world.receivers.known["rcv"] = a_receiver(secrets=(Secret("other|x"),))
    world.receivers.known["well"] = a_receiver(receiver_id="well")
    shut = [a_delivery(delivery_id=f"a{place:03}", next_at=MONDAY - MINUTE) for place in range(DUE_AT_ONCE)]
    world.receivers.kept = {one.delivery_id: one for one in shut}
    world.receivers.kept["next"] = a_delivery(delivery_id="next", receiver_id="well", next_at=MONDAY)

    with pytest.raises(Unavailable):
        world.tick()

    assert [one.delivery_id for one in world.asked] == ["next"]
    assert all(world.receivers.kept[one.delivery_id].attempts == 0 for one in shut)


def test_slacks_answers_are_understood() -> None:
    assert {slack_verdict(404, said) for said in SLACK_GONE} == {"gone"}
    assert [slack_verdict(410, ""), slack_verdict(400, "invalid_payload")] == ["gone", "refused"]
    assert {slack_verdict(status, "rollup_error") for status in (404, 429, 500, 503)} == {""}


@given(
    status=st.none() | st.integers(100, 599),
    drawn=st.floats(0, 1, exclude_max=True),
    attempts=st.integers(0, 40),
    verdict=st.sampled_from(["", "gone", "refused"]),
    wait_seconds=st.floats(-1e12, 1e12),
)
def test_whatever_is_answered_a_delivery_waits_or_has_ended(
    status: int | None, drawn: float, attempts: int, verdict: Verdict, wait_seconds: float
) -> None:
    known = claimed(replace(a_delivery(), attempts=attempts), MONDAY)
    tried = Tried(delivery_id="dlv", attempt=attempts + 1, status=status, verdict=verdict, wait_seconds=wait_seconds)
    after = after_attempt(known, tried, MONDAY, drawn)
    assert (after.next_at is None) == (after.state != "pending") == (after.ended_at is not None)
    assert (after.state == "delivered") == (status is not None and 200 <= status <= 299)
    assert after.next_at is None or MONDAY <= after.next_at <= MONDAY + LONGEST_PAUSE
    assert after_attempt(after, Tried(delivery_id="dlv", attempt=0, status=None), MONDAY, drawn) == after
