"""A publication into a connected shop: what it shows counts, the own catalogue follows, bad shops change nothing."""

import asyncio
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.errors import InvalidPublicationSettings
from pricing.domain.price_change import State
from pricing.domain.publication import PublicationSettings
from pricing.domain.shop_connection import ConnectedTarget, OwnTarget, ShopConnection, ShopCredentials, Target
from pricing.usecases.publication_ports import Batch
from pricing.usecases.publication_settings import SetPublication
from pricing.usecases.shop_by_target import ShopByTarget
from shared.kernel.errors import Unavailable
from tests.builders.pricing import MONDAY
from tests.fakes.connected_shops import FakeConnectedShops, FakeSite, FollowingCatalogue
from tests.fakes.sealer import FakeSealer
from tests.unit.pricing.usecases.publication_world import APPROVED, World

URL = "https://shop.example"
CREDENTIALS = ShopCredentials(key="ck_0123456789", secret="cs_0123456789")
OLD, NEW = Decimal("99.99"), APPROVED.after


@dataclass
class Connected:
    """Four prices on their way into a connected shop, whose catalogue we keep a copy of."""

    site: FakeSite = field(default_factory=FakeSite)
    world: World = field(default_factory=World)
    own: FollowingCatalogue = field(default_factory=FollowingCatalogue)

    def __post_init__(self) -> None:
        self.shops = FakeConnectedShops({URL: self.site})
        self.world.target = ShopByTarget(settings=self.world.gate.settings, own=self.own, connected=self.shops)
        for place in range(4):
            self.site.prices[f"S{place}"] = self.own.prices[f"p{place}"] = OLD
            change = replace(APPROVED, change_id=f"c{place}", product_id=f"p{place}", sku=f"S{place}")
            self.world.propose(change)
        self.world.set_publication(canary_percent=0, max_failed_percent=100)
        self.set_target(ConnectedTarget(kind="WOOCOMMERCE", url=URL, credentials=CREDENTIALS))

    def set_target(self, target: Target, organisation_id: str = "org") -> PublicationSettings:
        setting = SetPublication(settings=self.world.gate.settings, seals=FakeSealer(), clock=lambda: MONDAY)
        return asyncio.run(setting(organisation_id, "demo-eu", "manager", lambda known: known, target))

    def publish(self) -> Batch:
        return self.world.publish(self.world.start())

    def states(self) -> dict[str, int]:
        return self.publish().states or {}

    def detail(self, change_id: str = "c0") -> str:
        return self.world.changes.kept[change_id].detail


@pytest.fixture
def connected() -> Connected:
    return Connected()


def test_prices_are_shown_by_the_connected_shop_and_the_catalogue_follows(connected: Connected) -> None:
    batch = connected.publish()

    assert (batch.state, batch.states) == ("FINISHED", {"APPLIED": 4})
    assert connected.site.prices == {f"S{place}": NEW for place in range(4)}
    assert connected.own.prices == {f"p{place}": NEW for place in range(4)}
    assert connected.own.written == []


def test_the_same_message_twice_writes_once(connected: Connected) -> None:
    batch = connected.publish()
    connected.world.publish(batch)
    connected.world.changes.kept = {
        name: replace(one, state=State.SENT) for name, one in connected.world.changes.kept.items()
    }
    running = replace(batch, state="RUNNING", finished_at=None)
    connected.world.batches.kept[batch.batch_id] = running

    assert connected.world.publish(running).states == {"APPLIED": 4}
    assert len(connected.site.written) == 4


def test_what_a_slow_shop_leaves_no_time_for_is_written_with_the_next_call(connected: Connected) -> None:
    connected.site.writes_at_once = 1

    batch = connected.publish()

    assert (batch.state, batch.states) == ("FINISHED", {"APPLIED": 4})
    assert len(connected.site.written) == 4


def test_a_price_changed_by_hand_is_a_conflict_and_one_that_is_unknown_there_fails(connected: Connected) -> None:
    connected.site.prices["S0"] = Decimal("97.00")
    del connected.site.prices["S1"]

    assert connected.states() == {"FAILED": 2, "APPLIED": 2}
    kept = connected.world.changes.kept
    assert (kept["c0"].failure, kept["c1"].failure) == ("conflict", "refused")
    assert "SKU S1" in connected.detail("c1")
    assert (connected.site.prices["S0"], connected.own.prices["p0"]) == (Decimal("97.00"), OLD)


@pytest.mark.parametrize(("how", "shown"), [({"forgets": True}, "99.99"), ({"rounds": True}, "96")])
def test_what_the_shop_shows_counts_and_not_what_it_says(how: dict[str, Any], shown: str, connected: Connected) -> None:
    vars(connected.site).update(how)

    assert connected.states() == {"UNKNOWN": 4}
    assert connected.detail() == f"written, but the shop shows {shown}"
    assert connected.own.noted == []


def test_a_write_that_nobody_answered_counts_when_it_is_shown(connected: Connected) -> None:
    connected.site.answers_writes = False

    assert connected.states() == {"APPLIED": 4}


def test_a_silent_shop_leaves_prices_unknown_and_says_so(connected: Connected) -> None:
    connected.site.silent = "the shop answered 503"

    assert connected.states() == {"UNKNOWN": 4}
    assert connected.detail().count("503") == 2


@pytest.mark.parametrize("how", [{"shut": "401"}, {"read_only": "403"}, {"sells_in": "USD"}])
def test_a_shop_that_takes_nothing_stops_the_publication_and_prices_are_free_again(
    how: dict[str, Any], connected: Connected
) -> None:
    vars(connected.site).update(how)

    batch = connected.publish()

    assert (batch.state, batch.states, connected.world.count(State.APPROVED)) == ("STOPPED", {}, 4)
    assert next(iter(how.values())) in batch.detail
    assert connected.site.written == []


def test_a_publication_is_taken_back_in_the_shop_that_it_went_to(connected: Connected) -> None:
    batch = connected.publish()
    connected.site.prices["S3"] = Decimal("90.00")

    undone = connected.world.publish(connected.world.undo(batch))

    assert undone.states == {"APPLIED": 3, "FAILED": 1}
    assert connected.site.prices == {"S0": OLD, "S1": OLD, "S2": OLD, "S3": Decimal("90.00")}
    assert connected.world.count(State.REVERTED) == 3


def test_each_organisation_writes_to_its_own_shop_and_opens_no_other_one(connected: Connected) -> None:
    theirs = "https://rival.example"
    rival = FakeSite({"S0": OLD})
    connected.shops.sites[theirs] = rival
    connected.set_target(ConnectedTarget(kind="WOOCOMMERCE", url=theirs, credentials=CREDENTIALS), "rival")
    world = connected.world
    world.propose(replace(APPROVED, change_id="r0", organisation_id="rival", product_id="p0", sku="S0"))

    world.publish(world.start(organisation_id="rival"))

    assert (rival.written, connected.site.written) == ([("S0", NEW)], [])
    ours = asyncio.run(world.gate.settings.of("org", "demo-eu"))
    stolen = replace(ours, organisation_id="rival")
    asyncio.run(world.gate.settings.set(stolen))
    world.propose(replace(APPROVED, change_id="r1", organisation_id="rival", product_id="p1", sku="S1"))
    with pytest.raises(Unavailable):
        world.publish(world.start(organisation_id="rival"))
    assert connected.site.written == []


def test_a_number_of_other_money_is_never_written(connected: Connected) -> None:
    kept = connected.world.changes.kept
    kept["c3"] = replace(kept["c3"], currency="USD")
    batch = connected.publish()

    assert connected.site.prices["S3"] == OLD
    assert (batch.state, batch.states) == ("STOPPED", {"APPLIED": 3})
    assert (kept["c3"].state, kept["c3"].batch_id) == (State.APPROVED, None)
    assert "the shop sells in EUR, these prices are in USD" in batch.detail


def test_a_shop_goes_back_to_the_own_catalogue(connected: Connected) -> None:
    settings = connected.set_target(OwnTarget())

    assert (settings.connection, connected.states()) == (None, {"APPLIED": 4})
    assert (len(connected.own.written), connected.site.written, connected.own.noted) == (4, [], [])


def test_settings_without_a_target_keep_it_and_show_no_credentials(connected: Connected) -> None:
    connected.world.set_publication(proposal_hours=10)

    kept = asyncio.run(connected.world.gate.settings.of("org", "demo-eu"))
    assert kept.connection == ShopConnection(kind="WOOCOMMERCE", url=URL, sealed=kept.connection.sealed)  # type: ignore[union-attr]
    assert not any(secret in repr(kept) for secret in ("ck_0", "cs_0", "sealed"))


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example",
        "https://10.0.0.1",
        "https://shop.local",
        "https://user:secret@shop.example",
        "https://shop.example:22",
        "https://shop.example/?a=1",
        "https://shop.example/#x",
        "https://shop.example/../admin",
        "shop.example",
        "",
    ],
)
def test_an_address_that_may_not_get_credentials_is_refused(url: str, connected: Connected) -> None:
    with pytest.raises(InvalidPublicationSettings):
        connected.set_target(ConnectedTarget(kind="WOOCOMMERCE", url=url, credentials=CREDENTIALS))


def test_an_address_has_one_form(connected: Connected) -> None:
    target = ConnectedTarget(kind="WOOCOMMERCE", url="https://Shop.Example:443/blog/", credentials=CREDENTIALS)

    assert connected.set_target(target).connection.url == "https://shop.example/blog"  # type: ignore[union-attr]
