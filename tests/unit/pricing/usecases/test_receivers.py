"""Receivers: webhooks with secrets, Slack channels with secret addresses, mailboxes that prove themselves by a code."""

import asyncio
import base64
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.errors import InvalidReceiver, MailNotSetUp, TooManyCodes, TooManyReceivers, WrongCode
from pricing.domain.receiver import (
    CODE_STAYS,
    MOST_RECEIVERS,
    MOST_TRIES,
    UNCONFIRMED,
    Channel,
    Receiver,
    checked_mail,
)
from pricing.usecases.receivers import MOST_CODES, NewReceiver, RegisterReceiver
from shared.kernel.public_url import UnsafeUrl
from tests.builders.pricing import MONDAY
from tests.builders.receivers import SLACK, URL, a_receiver
from tests.fakes.receivers import FakeReceivers
from tests.fakes.sealer import FakeSealer


@dataclass
class World:
    """Receivers that are registered, and what is sent to them."""

    receivers: FakeReceivers = field(default_factory=FakeReceivers)
    now: datetime = MONDAY
    sends_mail: bool = True

    @property
    def register(self) -> RegisterReceiver:
        return RegisterReceiver(
            receivers=self.receivers,
            sealer=FakeSealer(),
            clock=lambda: self.now,
            draw=secrets.token_bytes,
            sends_mail=self.sends_mail,
        )

    def add(self, channel: Channel, address: str, organisation_id: str = "org") -> tuple[Receiver, str]:
        asked = NewReceiver(
            organisation_id=organisation_id,
            user_id="usr",
            channel=channel,
            address=address,
            events=frozenset({"alert.raised"}),
        )
        return asyncio.run(self.register(asked))

    def confirm(self, receiver: Receiver, code: str) -> Receiver:
        return asyncio.run(self.register.confirm("org", receiver.receiver_id, code))

    def code(self) -> str:
        """The code in the newest mail."""
        (*_, newest) = [one for one in self.receivers.kept.values() if one.event == "receiver.confirmation"]
        text: str = json.loads(newest.body)["text"]
        return text.split("code is ")[1].split(".", maxsplit=1)[0]


@pytest.fixture
def world() -> World:
    """Nobody is registered."""
    return World()


def test_a_webhook_has_a_secret_of_its_own_that_is_kept_sealed(world: World) -> None:
    (first, secret), (second, other) = (world.add("webhook", "https://Receiver.example") for _ in range(2))
    assert first.address == "https://receiver.example/"
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert secret != other
    assert secret not in repr(world.receivers.known)
    assert asyncio.run(FakeSealer().opened(second.secrets[0].sealed, "org")) == other
    tested = asyncio.run(world.register.test("org", first.receiver_id))
    assert (tested.event, tested.next_at) == ("receiver.tested", world.now)


def test_the_address_of_a_slack_channel_is_its_secret(world: World) -> None:
    receiver, shown = world.add("slack", SLACK)
    assert (receiver.address, shown) == ("https://hooks.slack.example/…", "")
    assert asyncio.run(FakeSealer().opened(receiver.secrets[0].sealed, "org")) == SLACK
    assert SLACK[-12:] not in repr(world.receivers.known)
    with pytest.raises(InvalidReceiver, match="register the new address"):
        asyncio.run(world.register.rotate("org", receiver.receiver_id))


def test_a_mailbox_is_told_nothing_until_it_gives_its_code_back(world: World) -> None:
    receiver, _ = world.add("email", "Ann.Smith+alerts@Shop.example")
    assert (receiver.address, receiver.enabled, receiver.off_why) == (
        "Ann.Smith+alerts@shop.example",
        False,
        UNCONFIRMED,
    )
    assert [receiver.is_told(event) for event in ("receiver.confirmation", "alert.raised", "receiver.tested")] == [
        True,
        False,
        False,
    ]
    code = world.code()
    assert code not in repr(world.receivers.known)
    on = world.confirm(receiver, f" {code.lower()} ")
    assert (on.enabled, on.off_why, on.proof, on.is_told("receiver.confirmation")) == (True, "", None, False)
    assert world.confirm(receiver, "whatever") == on


def test_a_code_is_guessed_five_times_and_good_for_a_day(world: World) -> None:
    receiver, _ = world.add("email", "ann@shop.example")
    for _ in range(MOST_TRIES):
        with pytest.raises(WrongCode):
            world.confirm(receiver, "AAAAAAAA")
    with pytest.raises(WrongCode):
        world.confirm(receiver, world.code())
    renewed, secret = asyncio.run(world.register.rotate("org", receiver.receiver_id))
    assert secret == ""
    world.now += CODE_STAYS
    with pytest.raises(WrongCode):
        world.confirm(renewed, world.code())
    asyncio.run(world.register.rotate("org", receiver.receiver_id))
    assert world.confirm(receiver, world.code()).enabled


def test_strangers_get_no_flood_of_codes(world: World) -> None:
    for place in range(MOST_CODES):
        receiver, _ = world.add("email", f"ann{place}@shop.example")
        asyncio.run(world.receivers.remove("org", receiver.receiver_id))
    with pytest.raises(TooManyCodes):
        world.add("email", "ann@shop.example")
    assert not world.receivers.known
    world.add("email", "ann@shop.example", "other")
    world.now += timedelta(days=1, seconds=1)
    world.add("email", "ann@shop.example")


def test_a_platform_without_an_address_to_send_from_says_so(world: World) -> None:
    world.sends_mail = False
    with pytest.raises(MailNotSetUp):
        world.add("email", "ann@shop.example")
    assert not world.receivers.known


def test_there_are_only_so_many_receivers(world: World) -> None:
    world.receivers.known = {f"rcv{place}": a_receiver() for place in range(MOST_RECEIVERS)}
    world.add("webhook", URL, "other")
    with pytest.raises(TooManyReceivers):
        world.add("webhook", URL)


@pytest.mark.parametrize("channel", ["webhook", "slack"])
@pytest.mark.parametrize(
    "url", ["http://receiver.example/", "https://127.0.0.1/", "https://localhost/", "ftp://a.example/", "a@b.example"]
)
def test_only_public_encrypted_addresses_are_registered(world: World, channel: Channel, url: str) -> None:
    with pytest.raises((InvalidReceiver, UnsafeUrl)):
        world.add(channel, url)


@pytest.mark.parametrize(
    "address",
    [
        "ann",
        "ann@shop",
        "@shop.example",
        "ann@",
        "a..b@shop.example",
        ".ann@shop.example",
        "ann@127.0.0.1",
        "ann@[127.0.0.1]",
        "Ann <ann@shop.example>",
        "ann@shop.example\r\nBcc: bob@shop.example",
        "ann@shop.example, bob@shop.example",
        "ann@-shop.example",
        "ánn@shop.example",
        f"{'a' * 65}@shop.example",
    ],
)
def test_only_plain_addresses_are_mailboxes(world: World, address: str) -> None:
    with pytest.raises(InvalidReceiver):
        world.add("email", address)


@given(st.text(max_size=40).map(lambda text: f"{text}@shop.example") | st.text(max_size=60))
def test_whatever_is_taken_as_an_address_is_one_address(text: str) -> None:
    try:
        address = checked_mail(text)
    except InvalidReceiver:
        return
    assert address.isascii()
    assert address.isprintable()
    assert address.count("@") == 1
    assert not set(address) & set(' ,;:<>()[]\\"\r\n')
    assert checked_mail(address) == address


def test_a_code_changes_nothing_of_a_receiver_that_waits_for_none() -> None:
    receiver = replace(a_receiver(), enabled=False, off_why="gone")
    world = World()
    world.receivers.known["rcv"] = receiver
    assert world.confirm(receiver, "AAAAAAAA") == receiver
