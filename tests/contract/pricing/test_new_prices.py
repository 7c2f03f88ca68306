"""Runs that follow prices: what is noted of the market, who takes it up, and when. Fake and MongoDB alike."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_market import MongoOffers
from pricing.adapters.mongo_new_prices import MongoNewPrices
from pricing.adapters.mongo_observations import MongoScanLog
from pricing.adapters.mongo_policies import FOLLOWS, MongoPolicies
from pricing.adapters.mongo_quarantine import MongoQuarantine
from pricing.adapters.mongo_runs import MongoRuns
from pricing.domain.market import Observation, Offer, ProductFacts
from pricing.domain.reading import Availability
from pricing.domain.recording import Known, rejected, released
from pricing.usecases import start_runs
from pricing.usecases.ports import PRODUCTS_IN_A_PART, Facts, Offers, Policies, Quarantine, Run, Runs, ScanLog
from pricing.usecases.start_runs import (
    MOST_PARTITIONS,
    PARTITIONS_IN_A_PART,
    Follower,
    FollowPrices,
    NewPrices,
)
from shared.contracts.envelope import Event
from shared.kernel.errors import Unavailable
from shared.kernel.paging import Window
from shared.runtime.mongo import Mongo, Session
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from tests.builders.pricing import MONDAY, a_policy, a_run, an_observation, an_offer, some_facts
from tests.fakes.cloud import FakeCloud
from tests.fakes.new_prices import FakeNewPrices
from tests.fakes.pricing import FakeFacts, FakePolicies, FakeQuarantine, FakeRuns, FakeScanLog
from tests.fakes.runs import Run as Runner

MINUTE = timedelta(minutes=1)
FOLLOWING: dict[str, Any] = {"on_new_prices": {}}


@dataclass
class World:
    """A pricing house whose market changes."""

    facts: Facts
    offers: Offers
    policies: Policies
    log: ScanLog
    quarantine: Quarantine
    prices: NewPrices
    runs: Runs
    run: Runner
    known: dict[str, ProductFacts]
    asked: Callable[[], list[Mapping[str, Any]]]
    now: datetime = MONDAY

    def follow(self) -> int:
        """One tick."""
        started: int = self.run(FollowPrices(prices=self.prices, facts=self.facts, clock=lambda: self.now)())
        return started

    def know(self, *facts: ProductFacts) -> None:
        """Keep products."""
        self.known |= {one.product_id: one for one in facts}
        self.run(self.facts.keep(facts))

    def watch(self, product_id: str = "prd", **changes: Any) -> Offer:
        """Watch an offer that was never read."""
        offer = replace(an_offer("1"), offer_id=f"off-{product_id}", product_id=product_id, latest=None, **changes)
        self.run(self.offers.add([offer]))
        return offer

    def look(self, offer: Offer, price: str, minutes: int = 0, **changes: Any) -> Observation:
        """Record a look so many minutes after Monday's first."""
        self.now = MONDAY + minutes * MINUTE
        seen = an_observation(
            price,
            observation_id=f"obs-{offer.offer_id}-{minutes}",
            offer_id=offer.offer_id,
            product_id=offer.product_id,
            organisation_id=offer.organisation_id,
            captured_at=self.now,
            agreement=2,
            **changes,
        )
        self.run(self.log.record("job", f"m-{seen.observation_id}", [seen], self.now, Known(facts=self.known)))
        return seen

    def noted(self, policy_id: str = "match", organisation_id: str = "org") -> list[tuple[str, datetime]]:
        """What waits for a policy."""
        (policy,) = [one for one in self.run(self.prices.followers()) if self._is(one, organisation_id, policy_id)]
        return [(one.partition, one.at) for one in self.run(self.prices.touched(policy, 100))]

    def started(self, organisation_id: str = "org") -> Sequence[Run]:
        """The runs of an organisation."""
        found: Sequence[Run] = self.run(self.runs.page(organisation_id, Window())).items
        return found

    @staticmethod
    def _is(one: Follower, organisation_id: str, policy_id: str) -> bool:
        return (one.organisation_id, one.policy_id) == (organisation_id, policy_id)


def _in_memory(run: Runner) -> World:
    log, runs = FakeScanLog(), FakeRuns()
    facts, policies = FakeFacts(), FakePolicies()
    prices = FakeNewPrices(facts=facts, policies=policies, runs=runs)
    log.touch = prices.touch

    def asked() -> list[Mapping[str, Any]]:
        return [
            {"run_id": run_id, "place": place, "partitions": list(part.partitions)}
            for run_id, parts in runs.asked.items()
            for place, part in enumerate(parts)
        ]

    quarantine = FakeQuarantine(log, lambda: MONDAY)
    return World(facts, log.offers, policies, log, quarantine, prices, runs, run, {}, asked)


def _in_mongodb(mongo: Mongo, cloud: FakeCloud, run: Runner) -> World:
    outbox = Outbox(mongo, "pricing", bus="bus", queues={"decide": Queue("decide")})
    return World(
        facts=MongoFacts(mongo),
        offers=MongoOffers(mongo),
        policies=MongoPolicies(mongo),
        log=MongoScanLog(mongo, outbox, lambda: MONDAY),
        quarantine=MongoQuarantine(mongo, lambda: MONDAY),
        prices=MongoNewPrices(mongo, outbox),
        runs=MongoRuns(mongo, outbox),
        run=run,
        known={},
        asked=lambda: sorted(cloud.messages("decide"), key=lambda one: (one["run_id"], one["place"])),
    )


@pytest.fixture(params=["fake", "mongodb"])
def world(request: pytest.FixtureRequest, run: Runner) -> World:
    """The stores under test, with one product and one policy that follows."""
    if request.param == "fake":
        made = _in_memory(run)
    else:
        store: Callable[[str], Mongo] = request.getfixturevalue("store")
        made = _in_mongodb(store("pricing"), request.getfixturevalue("cloud"), run)
    made.know(some_facts())
    run(made.policies.add(a_policy(FOLLOWING)))
    return made


def test_the_first_price_of_an_offer_is_new_and_the_same_again_is_not(world: World) -> None:
    offer = world.watch()
    world.look(offer, "90")
    first = world.noted()

    world.follow()
    world.now += 5 * MINUTE
    assert world.follow() == 1
    world.look(offer, "90", 10)

    assert (first, world.noted()) == ([("prd", MONDAY)], [])


@pytest.mark.parametrize(
    "changes",
    [
        {"price": "89"},
        {"availability": Availability.OUT_OF_STOCK},
        {"shipping": Decimal("4.95")},
        {"seller": "OWN2"},
        {"price": "1"},
    ],
    ids=["price", "stock", "shipping", "seller", "doubt"],
)
def test_what_decisions_see_is_noted_in_one_with_the_look(changes: dict[str, Any], world: World) -> None:
    offer = world.watch()
    world.look(offer, "90")
    world.now += 5 * MINUTE
    assert world.follow() == 1
    world.look(offer, "90", 20)
    assert world.noted() == []

    said: dict[str, Any] = {"price": "90", "minutes": 30}
    world.look(offer, **(said | changes))

    assert world.noted() == [("prd", MONDAY + 30 * MINUTE)]


def test_a_failed_look_and_one_at_an_unknown_offer_are_no_news(world: World) -> None:
    offer = world.watch()

    world.look(offer, "90", outcome="blocked", item_price=None)
    world.look(replace(offer, offer_id="gone"), "90", 1)

    assert world.noted() == []


@pytest.mark.parametrize("judge", [released, rejected])
def test_a_word_on_a_doubted_price_is_news_of_the_familys_partition(judge: Any, world: World) -> None:
    world.know(some_facts(product_id="red", family="shirt", sku="RED"))
    offer = world.watch("red")
    world.look(offer, "90")
    doubted = world.look(offer, "1", 1)
    world.now += 5 * MINUTE
    assert world.follow() == 1
    assert world.noted() == []

    world.run(world.quarantine.settle("org", doubted.observation_id, judge))
    world.run(world.quarantine.settle("org", doubted.observation_id, judge))

    assert world.noted() == [("family/shirt", MONDAY)]


def test_a_run_waits_for_its_pause_after_the_first_change_and_is_put_off_no_further(world: World) -> None:
    offer = world.watch()
    world.look(offer, "90")
    world.look(offer, "89", 4)
    noted = world.noted()

    world.now = MONDAY + 5 * MINUTE - timedelta(seconds=1)
    early = world.follow()
    world.now = MONDAY + 5 * MINUTE

    assert (noted, early, world.follow(), world.follow()) == ([("prd", MONDAY)], 0, 1, 0)
    (run,) = world.started()
    assert (run.trigger, run.state, run.parts, run.requested_by) == ("new_prices", "RUNNING", 1, "author")
    assert [(one["run_id"], one["place"], one["partitions"]) for one in world.asked()] == [(run.run_id, 0, ["prd"])]


def test_each_policy_of_a_shop_waits_for_itself(world: World) -> None:
    world.run(world.policies.add(a_policy({"on_new_prices": {"after_minutes": 60}}, policy_id="slow")))
    offer = world.watch()
    world.look(offer, "90")

    world.now = MONDAY + 5 * MINUTE
    quick = world.follow()
    world.look(offer, "89", 30)
    world.now = MONDAY + 60 * MINUTE
    both = world.follow()

    assert (quick, both) == (1, 2)
    assert [one.policy_id for one in sorted(world.started(), key=lambda one: one.requested_at)].count("slow") == 1
    assert world.noted("slow") == world.noted("match") == []


def test_another_organisations_and_another_shops_policies_have_their_own_news(world: World) -> None:
    world.run(world.policies.add(a_policy(FOLLOWING, organisation_id="rival")))
    world.run(world.policies.add(a_policy(FOLLOWING | {"shop": "other"}, policy_id="elsewhere")))
    world.look(world.watch(), "90")
    world.know(some_facts(organisation_id="rival", product_id="theirs"))
    theirs = world.watch("theirs", organisation_id="rival")

    assert (world.noted(organisation_id="rival"), world.noted("elsewhere")) == ([], [])
    world.look(theirs, "80", 3)
    world.now = MONDAY + 5 * MINUTE

    assert world.follow() == 1
    assert (len(world.started()), len(world.started("rival"))) == (1, 0)
    assert world.noted(organisation_id="rival") == [("theirs", MONDAY + 3 * MINUTE)]


def test_a_policy_that_does_not_follow_is_told_of_nothing_and_one_that_stopped_never_runs(world: World) -> None:
    world.run(world.policies.add(a_policy(policy_id="still")))
    world.look(world.watch(), "90")
    world.run(world.policies.add(a_policy(version=2)))

    world.now = MONDAY + 60 * MINUTE

    assert (world.run(world.prices.followers()), world.follow(), world.started()) == ([], 0, ())


def test_the_newest_version_runs(world: World) -> None:
    world.look(world.watch(), "90")
    world.run(world.policies.add(a_policy({"on_new_prices": {"after_minutes": 0}}, version=2, author_id="other")))

    assert world.follow() == 1
    (run,) = world.started()
    assert (run.policy_version, run.requested_by) == (2, "other")


def test_two_starters_at_once_start_one_run(world: World) -> None:
    world.look(world.watch(), "90")
    world.now = MONDAY + 5 * MINUTE
    follow = FollowPrices(prices=world.prices, facts=world.facts, clock=lambda: world.now)

    async def both() -> Sequence[int]:
        return await asyncio.gather(follow(), follow())

    assert sorted(world.run(both())) == [0, 1]
    assert len(world.started()) == len(world.asked()) == 1


def test_what_is_touched_again_after_a_run_began_stays_for_the_next(world: World) -> None:
    offer = world.watch()
    world.look(offer, "90")
    (policy,) = world.run(world.prices.followers())
    seen = world.run(world.prices.touched(policy, 10))
    world.now = MONDAY + 5 * MINUTE
    assert world.follow() == 1
    world.look(offer, "89", 6)

    # A starter that read before the other started takes up nothing of what is new since.
    late = replace(world.started()[0], run_id="late")
    assert not world.run(world.prices.start(late, [], seen))
    assert (world.noted(), len(world.started())) == ([("prd", MONDAY + 6 * MINUTE)], 1)
    world.now = MONDAY + 11 * MINUTE
    assert world.follow() == 1


def test_what_has_no_product_any_more_is_forgotten_without_a_run(world: World) -> None:
    world.look(world.watch(), "90")
    world.know(some_facts(revision=2, active=False))
    world.now = MONDAY + 5 * MINUTE

    assert (world.follow(), world.noted(), world.started()) == (0, [], ())


def test_parts_hold_whole_families_and_are_counted_in_products(world: World) -> None:
    world.run(world.facts.keep([some_facts(product_id="out", sku="OUT", family="a", active=False)]))
    sizes = {"family/a": PRODUCTS_IN_A_PART - 1, "family/b": 2, "family/c": 1}
    for family, size in zip("abc", sizes.values(), strict=True):
        world.know(
            *[some_facts(product_id=f"{family}{one}", sku=f"{family}{one}", family=family) for one in range(size)]
        )
    for family in "abc":
        world.look(world.watch(f"{family}0"), "90")
    world.now = MONDAY + 5 * MINUTE

    assert world.run(world.facts.sizes_of("org", "demo-eu", [*sizes, "nothing"])) == sizes
    assert world.run(world.facts.sizes_of("rival", "demo-eu", [*sizes])) == {}
    assert world.follow() == 1
    assert [one["partitions"] for one in world.asked()] == [["family/a", "family/b"], ["family/c"]]


class _Dying(Outbox):
    """An outbox whose worker dies when a run's parts are asked for."""

    async def add(
        self, events: Sequence[Event], session: Session, *, to: str | None = None, group: str | None = None
    ) -> None:
        if to is not None:
            raise Unavailable("the worker died")
        await super().add(events, session, to=to, group=group)


def test_a_starter_that_dies_half_way_has_started_nothing(
    store: Callable[[str], Mongo], cloud: FakeCloud, run: Runner
) -> None:
    mongo = store("pricing")
    world = _in_mongodb(mongo, cloud, run)
    world.know(some_facts())
    run(world.policies.add(a_policy(FOLLOWING)))
    world.look(world.watch(), "90")
    world.now = MONDAY + 5 * MINUTE
    world.prices = MongoNewPrices(mongo, _Dying(mongo, "pricing", bus="bus"))

    with pytest.raises(Unavailable):
        world.follow()

    assert (world.noted(), world.started()) == ([("prd", MONDAY)], ())
    # One that dies right after has left the messages to the relay.
    world.prices = MongoNewPrices(mongo, Outbox(mongo, "pricing"))
    assert (world.follow(), world.asked()) == (1, [])
    run(Outbox(mongo, "pricing", bus="bus", queues={"decide": Queue("decide")}).relay())
    assert len(world.asked()) == len(world.started()) == 1


def test_a_recording_that_fails_notes_nothing(store: Callable[[str], Mongo], cloud: FakeCloud, run: Runner) -> None:
    mongo = store("pricing")
    world = _in_mongodb(mongo, cloud, run)
    world.know(some_facts())
    run(world.policies.add(a_policy(FOLLOWING)))
    offer = world.watch()
    run(mongo.database.command({"collMod": "scan_effects", "validator": {"never": {"$exists": True}}}))

    with pytest.raises(Unavailable):
        world.look(offer, "90")

    assert world.noted() == []
    run(mongo.database.command({"collMod": "scan_effects", "validator": {}}))
    world.look(offer, "90")
    assert world.noted() == [("prd", MONDAY)]


def test_more_than_one_run_takes_up_is_left_for_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_runs, "MOST_PARTITIONS", 4)
    monkeypatch.setattr(start_runs, "PARTITIONS_IN_A_PART", 3)
    names = [f"p{place}" for place in range(5)]
    for place, name in enumerate(names):
        world.know(some_facts(product_id=name, sku=name))
        world.look(world.watch(name), "90", place)
    world.now = MONDAY + 60 * MINUTE

    started = [world.follow(), world.follow(), world.follow()]

    assert started == [1, 1, 0]
    assert sorted(tuple(one["partitions"]) for one in world.asked()) == [("p0", "p1", "p2"), ("p3",), ("p4",)]


def test_a_run_takes_up_twenty_thousand_partitions(run: Runner) -> None:
    world = _in_memory(run)
    run(world.policies.add(a_policy(FOLLOWING)))
    names = [f"p{place:05}" for place in range(MOST_PARTITIONS + 1)]
    world.know(*[some_facts(product_id=name, sku=name) for name in names])
    assert isinstance(world.prices, FakeNewPrices)
    world.prices.noted["org", "demo-eu", "match"] = dict.fromkeys(names, MONDAY)
    world.now = MONDAY + 5 * MINUTE

    started = [world.follow(), world.follow(), world.follow()]

    assert started == [1, 1, 0]
    assert sorted(name for one in world.asked() for name in one["partitions"]) == names
    assert max(len(one["partitions"]) for one in world.asked()) == PARTITIONS_IN_A_PART
    assert sorted(one.parts or 0 for one in world.started()) == [1, MOST_PARTITIONS // PARTITIONS_IN_A_PART]


def test_recorders_at_once_and_a_starter_between_them_lose_no_news(
    store: Callable[[str], Mongo], cloud: FakeCloud, run: Runner
) -> None:
    mongo = store("pricing")
    world = _in_mongodb(mongo, cloud, run)
    world.know(some_facts())
    run(world.policies.add(a_policy({"on_new_prices": {"after_minutes": 0}})))
    offers = [replace(world.watch(), offer_id=f"off{place}") for place in range(8)]
    run(world.offers.add(offers))
    follow = FollowPrices(prices=world.prices, facts=world.facts, clock=lambda: world.now)

    async def recorded(place: int) -> None:
        seen = an_observation("90", observation_id=f"obs{place}", offer_id=f"off{place}", agreement=2)
        await world.log.record("job", f"m{place}", [seen], MONDAY, Known(facts=world.known))

    async def all_at_once() -> None:
        await asyncio.gather(*map(recorded, range(4)))
        await asyncio.gather(follow(), *map(recorded, range(4, 8)), follow())

    run(all_at_once())
    left = run(mongo.collection("touched").find({}).to_list())
    again = world.follow()

    # Whoever recorded after a run had taken up the note has made a new one.
    assert (again, world.noted()) == (len(left), [])
    assert 1 <= len(world.started()) <= 3
    assert all(one["changes"] <= 8 for one in left)


def test_followers_are_found_by_an_index_however_they_are_stored(
    store: Callable[[str], Mongo], cloud: FakeCloud, run: Runner
) -> None:
    mongo = store("pricing")
    world = _in_mongodb(mongo, cloud, run)
    for place in range(40):
        run(world.policies.add(a_policy(policy_id=f"still{place}", organisation_id=f"org{place}")))
    run(world.policies.add(a_policy(FOLLOWING)))
    run(world.policies.add(a_policy({"on_new_prices": {"after_minutes": 0}}, policy_id="at-once")))

    # The document says it in the shortest way; what is looked for does not.
    stored = run(mongo.collection("policies").find_one({"policy_id": "match"}))
    assert (stored["document"]["on_new_prices"], stored[FOLLOWS]) == ({}, 5)
    assert {one.policy_id: one.after for one in run(world.prices.followers())} == {
        "match": 5 * MINUTE,
        "at-once": 0 * MINUTE,
    }
    following: dict[str, Any] = {FOLLOWS: {"$gte": 0}}
    for query in (following, following | {"organisation_id": "org", "shop_id": "demo-eu"}):
        plan = str(run(mongo.database.command("explain", {"find": "policies", "filter": query})))
        assert "IXSCAN" in plan, plan
        assert "COLLSCAN" not in plan


def test_what_waits_is_looked_at_again_at_its_time_or_when_it_changes(world: World) -> None:
    offer = world.watch()
    run = a_run(policy_id="match")

    for hours in (3, 2, 5):
        world.run(world.prices.remind(run, {"prd": MONDAY + timedelta(hours=hours)}))
    assert world.noted() == [("prd", MONDAY + timedelta(hours=2))]
    assert world.follow() == 0

    world.look(offer, "90.00", minutes=10)
    assert world.noted() == [("prd", MONDAY + 10 * MINUTE)]
    world.run(world.prices.remind(replace(run, organisation_id="rival"), {"prd": MONDAY}))
    assert world.noted() == [("prd", MONDAY + 10 * MINUTE)]
