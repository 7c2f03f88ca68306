"""Policies, runs, and the offers they look at."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.decision import ReasonCode
from pricing.domain.decisions.stored import inputs_from
from pricing.domain.errors import CompetitorExists, PolicyNotFound, RunNotFound
from pricing.domain.hold import Hold, HoldKind
from pricing.domain.offer_draft import OfferDraft
from pricing.domain.price_change import State
from pricing.usecases.decide import DECISIONS_AT_ONCE, DecidePart, PlanRun
from pricing.usecases.deciding import DecideProducts
from pricing.usecases.holds import HoldAsked, HoldProduct
from pricing.usecases.moves import OwnMove
from pricing.usecases.ports import PRODUCTS_IN_A_PART, Run
from pricing.usecases.publication_gate import Gate
from pricing.usecases.publish import PublishAlone, StartBatch
from pricing.usecases.register import OfferResult, RegisterCompetitor, RegisterOffers
from pricing.usecases.start_runs import StartRun
from shared.kernel.errors import Unavailable
from shared.kernel.public_url import UnsafeUrl
from tests.builders.deciding import a_decider
from tests.builders.pricing import MONDAY, a_change, a_competitor, a_policy, an_observation, an_offer, ruled, some_facts
from tests.fakes.holds import FakeHolds
from tests.fakes.new_prices import FakeNewPrices
from tests.fakes.own_moves import FakeLooks, FakeOwnMoves
from tests.fakes.pricing import (
    FakeCompetitors,
    FakeFacts,
    FakeOffers,
    FakePolicies,
    FakeRuns,
    FakeStops,
)
from tests.fakes.publication import FakeBatches, an_open_gate


def a_hold(**changes: Any) -> Hold:
    """A lock of the product that began an hour ago."""
    fields: dict[str, Any] = {
        "hold_id": "hld",
        "organisation_id": "org",
        "shop_id": "demo-eu",
        "product_id": "prd",
        "sku": "HP-100",
        "kind": "lock",
        "reason": "agreed with the maker",
        "starts_at": MONDAY - timedelta(hours=1),
        "ends_at": None,
        "set_by": "usr",
        "set_at": MONDAY - timedelta(hours=1),
    }
    return Hold(**(fields | changes))


@dataclass
class World:
    """One product with one dearer rival, and a policy that matches."""

    facts: FakeFacts = field(default_factory=lambda: FakeFacts({"prd": some_facts()}))
    offers: FakeOffers = field(default_factory=lambda: FakeOffers({"off": an_offer("95.99", offer_id="off")}))
    competitors: FakeCompetitors = field(default_factory=FakeCompetitors)
    policies: FakePolicies = field(default_factory=FakePolicies)
    runs: FakeRuns = field(default_factory=FakeRuns)
    stops: FakeStops = field(default_factory=FakeStops)
    holds: FakeHolds = field(default_factory=FakeHolds)
    moves: FakeOwnMoves = field(default_factory=FakeOwnMoves)
    looks: FakeLooks = field(default_factory=FakeLooks)
    prices: FakeNewPrices = field(default_factory=FakeNewPrices)
    decided_at: datetime = MONDAY + timedelta(minutes=1)
    gate: Gate = field(default_factory=lambda: an_open_gate(mode="test"))

    def __post_init__(self) -> None:
        self.batches = FakeBatches(self.runs.changes)

    @property
    def starting(self) -> StartBatch:
        return StartBatch(
            changes=self.runs.changes, batches=self.batches, gate=self.gate, clock=lambda: self.decided_at
        )

    @property
    def decided(self) -> DecideProducts:
        """What decides products as they stand."""
        return a_decider(
            self.facts,
            self.offers,
            self.moves,
            competitors=self.competitors,
            holds=self.holds,
            looks=self.looks,
        )

    def start(self, organisation_id: str = "org", user_id: str = "usr") -> Run:
        starting = StartRun(policies=self.policies, runs=self.runs, clock=lambda: MONDAY)
        return asyncio.run(starting(organisation_id, "match", user_id))

    def plan(self, run: Run) -> Run:
        planning = PlanRun(facts=self.facts, runs=self.runs, clock=lambda: self.decided_at)
        return asyncio.run(planning(run.organisation_id, run.run_id))

    def decide(self, run: Run, places: Sequence[int] | None = None) -> Run:
        """Plan the run and decide its parts, or those at some places."""
        done = self.plan(run)
        deciding = DecidePart(
            facts=self.facts,
            decided=self.decided,
            policies=self.policies,
            runs=self.runs,
            reminders=self.prices,
            publish=PublishAlone(start=self.starting, gate=self.gate),
            stops=self.stops,
            clock=lambda: self.decided_at,
        )
        parts = self.runs.asked.get(run.run_id, ())
        for place in range(len(parts)) if places is None else places:
            done = asyncio.run(deciding(run.organisation_id, run.run_id, place, parts[place]))
        return done

    def save(self, document: Mapping[str, Any] | None = None, **changes: Any) -> None:
        asyncio.run(self.policies.add(a_policy(document, **changes)))


@pytest.fixture
def world() -> World:
    made = World()
    made.save()
    return made


def test_a_run_is_kept_with_the_newest_version(world: World) -> None:
    run = world.start()

    assert (run.state, run.policy_version, run.shop_id) == ("PENDING", 1, "demo-eu")
    assert world.runs.kept == {run.run_id: run}


def test_a_run_that_waited_long_looks_at_what_was_observed_meanwhile_and_what_it_decided_stays(world: World) -> None:
    run = world.start()
    world.decided_at = MONDAY + timedelta(hours=2)
    seen_later = an_observation("90.00", captured_at=MONDAY + timedelta(hours=1))
    world.offers.kept["off"] = replace(an_offer("95.99", offer_id="off"), latest=seen_later)
    world.decide(run)
    world.decided_at = MONDAY + timedelta(hours=9)
    world.offers.kept["off"] = an_offer("85.00", offer_id="off", captured_at=world.decided_at)

    done = world.decide(run)

    assert done.started_at == MONDAY + timedelta(hours=2)
    assert world.runs.of_product("prd").price == Decimal("90.00")
    assert {one.decided_at for one in world.runs.taken.values()} == {done.started_at}


def test_a_part_is_decided_at_the_moment_it_is_taken_up_from_what_was_observed_until_then(world: World) -> None:
    run = world.start()
    world.plan(run)
    world.decided_at = MONDAY + timedelta(minutes=10)
    world.offers.kept["off"] = an_offer("90.00", offer_id="off", captured_at=MONDAY + timedelta(minutes=8))

    done = world.decide(run)

    (stored,), (change,) = world.runs.taken.values(), world.runs.changes.kept.values()
    assert done.started_at == MONDAY + timedelta(minutes=1)
    assert (stored.decision.price, stored.decision.reason) == (Decimal("90.00"), ReasonCode.MATCH_LOWEST)
    assert stored.decided_at == change.proposed_at == world.decided_at
    assert stored.inputs is not None
    assert inputs_from(stored.inputs).at == world.decided_at


def test_a_family_has_one_price_wherever_the_worker_dies(world: World) -> None:
    world.save(ruled(same_price={"choose": "lowest"}), version=2)
    alone = [some_facts(product_id=f"a{place:03}", sku=f"A{place}") for place in range(DECISIONS_AT_ONCE - 1)]
    family = [some_facts(product_id=name, sku=name, family="lamp") for name in ("v1", "v2")]
    world.facts.kept = {one.product_id: one for one in [*alone, *family]}
    world.offers.kept = {"off": replace(an_offer("95.99", offer_id="off"), product_id="v1")}
    run = world.start()
    world.runs.killed_after_parts = 1
    with pytest.raises(Unavailable):
        world.decide(run)
    world.runs.killed_after_parts = None
    world.decided_at += timedelta(minutes=5)
    world.offers.kept = {"off": replace(an_offer("92.00", offer_id="off"), product_id="v1")}

    done = world.decide(run)

    assert (done.state, done.decisions) == ("FINISHED", DECISIONS_AT_ONCE + 1)
    assert world.runs.of_product("v1").price == world.runs.of_product("v2").price


def test_a_family_larger_than_a_step_is_kept_in_one(world: World) -> None:
    world.save(ruled(same_price={"choose": "lowest"}), version=2)
    family = [some_facts(product_id=f"v{n:04}", sku=f"V{n}", family="lamp") for n in range(2 * DECISIONS_AT_ONCE)]
    world.facts.kept = {one.product_id: one for one in [some_facts(), *family]}
    run = world.start()
    world.runs.killed_after_parts = 1

    with pytest.raises(Unavailable):
        world.decide(run)

    assert len(world.runs.taken) == len(family)


def test_proposals_that_a_dying_worker_kept_of_a_cancelled_run_are_withdrawn_when_its_part_comes_again(
    world: World,
) -> None:
    run = world.start()
    world.plan(run)
    asyncio.run(world.runs.cancel(world.runs.kept[run.run_id], MONDAY))
    world.runs.changes.kept["late"] = a_change(change_id="late", run_id=run.run_id)

    done = world.decide(run)

    assert (done.state, world.runs.changes.kept["late"].state) == ("CANCELLED", State.DENIED)


def test_a_run_that_is_cancelled_while_a_part_is_decided_keeps_no_proposal(world: World) -> None:
    run = world.start()
    world.plan(run)

    class Overtaken(FakeStops):
        """Another worker cancels the run just after this one asked."""

        async def stopped(self, organisation_id: str, job_id: str) -> bool:
            await world.runs.cancel(await world.runs.get(organisation_id, job_id), MONDAY)
            return False

    world.stops = Overtaken()

    assert (world.decide(run).state, world.runs.changes.kept) == ("CANCELLED", {})


def test_a_run_that_is_to_stop_keeps_its_decisions_and_withdraws_its_proposals(world: World) -> None:
    many = PRODUCTS_IN_A_PART + 1
    world.facts.kept = {f"p{place:04}": some_facts(product_id=f"p{place:04}", sku=str(place)) for place in range(many)}
    world.offers.kept = {"off": replace(an_offer("95.99", offer_id="off"), product_id="p0000")}
    run = world.start(user_id="colleague")
    world.stops = FakeStops({("org", run.run_id)}, after=1)

    done = world.decide(run)

    (change,) = world.runs.changes.kept.values()
    assert (done.state, done.decisions, world.decide(run)) == ("CANCELLED", DECISIONS_AT_ONCE, done)
    assert (change.state, change.deny_reason) == (State.DENIED, f"{run.run_id} was cancelled")


def test_the_wish_of_another_organisation_stops_no_run(world: World) -> None:
    run = world.start()
    world.stops = FakeStops({("rival", run.run_id)})

    assert world.decide(run).state == "FINISHED"


def test_no_organisation_runs_the_policy_or_decides_the_run_of_another(world: World) -> None:
    run = world.start()

    with pytest.raises(PolicyNotFound):
        world.start("rival")
    with pytest.raises(RunNotFound):
        world.decide(replace(run, organisation_id="rival"))


def test_a_run_decides_each_product_and_proposes_what_moves(world: World) -> None:
    world.facts.kept["alone"] = some_facts("10.00", product_id="alone", sku="A")
    world.facts.kept["off"] = some_facts("10.00", product_id="off", sku="O", active=False)
    world.facts.kept["theirs"] = some_facts("10.00", product_id="theirs", organisation_id="rival")

    done = world.decide(world.start())

    (change,) = world.runs.changes.kept.values()
    assert (done.state, done.decisions, done.proposed) == ("FINISHED", 2, 1)
    assert done.reasons == {"MATCH_LOWEST": 1, "NO_COMPETITION": 1}
    assert world.runs.of_product("prd").reason is ReasonCode.MATCH_LOWEST
    assert (change.product_id, change.before, change.after) == ("prd", Decimal("99.99"), Decimal("95.99"))
    assert (change.state, change.decided_by, change.policy_author_id) == (State.APPROVED, "policy", "author")


def test_a_move_outside_the_band_waits_for_a_person(world: World) -> None:
    world.save(ruled(routing={"auto_within_percent": 1}), version=2)

    world.decide(world.start())

    (change,) = world.runs.changes.kept.values()
    assert (change.state, change.route, change.decided_by) == (State.PROPOSED, "review", None)


def test_a_run_that_is_decided_twice_keeps_what_it_decided_first(world: World) -> None:
    run = world.start()
    first = world.decide(run)
    world.offers.kept["off"] = an_offer("80.00", offer_id="off")

    assert world.decide(run) == first
    assert world.runs.of_product("prd").price == Decimal("95.99")


def test_a_run_that_goes_on_after_a_crash_keeps_what_it_decided_and_decides_the_rest(world: World) -> None:
    many = PRODUCTS_IN_A_PART + 1
    world.facts.kept = {f"p{place:04}": some_facts(product_id=f"p{place:04}", sku=str(place)) for place in range(many)}
    run = world.start()
    world.runs.killed_after_parts = 1
    with pytest.raises(Unavailable):
        world.decide(run)
    before = dict(world.runs.taken)
    world.runs.killed_after_parts = None

    done = world.decide(run)

    assert (len(before), done.decisions) == (DECISIONS_AT_ONCE, many)
    assert all(world.runs.taken[key] == one for key, one in before.items())


def test_a_newer_run_withdraws_proposals_that_wait(world: World) -> None:
    world.runs.changes.kept["old"] = a_change(change_id="old", proposed_at=MONDAY - timedelta(days=1))

    run = world.start()
    world.decide(run)

    old = world.runs.changes.kept["old"]
    assert (old.state, old.deny_reason) == (State.DENIED, f"superseded by {run.run_id}")


def test_a_newer_run_withdraws_what_only_an_older_one_let_through(world: World) -> None:
    auto = {"state": State.APPROVED, "decided_by": "policy"}
    kept = [
        a_change(change_id="auto", **auto),
        a_change(change_id="bound", batch_id="bat", **auto),
        a_change(change_id="by hand", state=State.APPROVED, decided_by="ann"),
    ]
    world.runs.changes.kept = {one.change_id: one for one in kept}

    run = world.start()
    world.decide(run)

    after = {one.change_id: (one.state, one.deny_reason) for one in world.runs.changes.kept.values()}
    assert after["auto"] == (State.DENIED, f"superseded by {run.run_id}")
    assert (after["bound"], after["by hand"]) == ((State.APPROVED, None), (State.APPROVED, None))


def test_a_run_leaves_the_proposals_of_another_policy_for_products_that_its_own_rules_never_take(world: World) -> None:
    world.save(ruled(when={"field": "brand", "eq": "Another"}), version=2)
    world.runs.changes.kept["other"] = a_change(change_id="other", run_id="run-of-another-policy")

    world.decide(world.start())

    assert world.runs.of_product("prd").rule is None
    assert world.runs.changes.kept["other"].state is State.PROPOSED


def test_a_run_leaves_the_price_that_a_lock_names(world: World) -> None:
    lock = HoldProduct(facts=world.facts, holds=world.holds, changes=world.runs.changes, clock=lambda: MONDAY)
    asked = HoldAsked(shop_id="demo-eu", sku="HP-100", kind="lock", reason="the buyer says so", price=Decimal(89))
    asyncio.run(lock("org", asked, "usr"))

    world.decide(world.start())

    (change,) = world.runs.changes.kept.values()
    assert (change.after, change.state) == (Decimal("89.00"), State.PROPOSED)


def test_a_hold_withdraws_what_waits_for_its_product_and_nothing_else(world: World) -> None:
    kept = [
        a_change(change_id="open"),
        a_change(change_id="approved", state=State.APPROVED),
        a_change(change_id="bound", state=State.APPROVED, batch_id="bat"),
        a_change(change_id="other", product_id="other"),
        a_change(change_id="theirs", organisation_id="rival"),
    ]
    world.runs.changes.kept = {one.change_id: one for one in kept}
    lock = HoldProduct(facts=world.facts, holds=world.holds, changes=world.runs.changes, clock=lambda: MONDAY)
    asked = HoldAsked(shop_id="demo-eu", sku="HP-100", kind="promotion", reason="black friday")
    asyncio.run(lock("org", replace(asked, starts_at=MONDAY + timedelta(days=4)), "usr"))
    assert world.runs.changes.kept["open"].state is State.PROPOSED

    hold = asyncio.run(lock("org", asked, "usr"))

    after = {name: one.state for name, one in world.runs.changes.kept.items()}
    assert after == {
        "open": State.DENIED,
        "approved": State.DENIED,
        "bound": State.APPROVED,
        "other": State.PROPOSED,
        "theirs": State.PROPOSED,
    }
    assert world.runs.changes.kept["open"].deny_reason == f"{hold.hold_id} holds the product: black friday"


def a_draft(**changes: str) -> OfferDraft:
    fields: dict[str, Any] = {
        "shop_id": "demo-eu",
        "sku": "HP-100",
        "competitor_id": "c1",
        "url": "https://www.c1.example/p",
    }
    return OfferDraft(**(fields | changes), match_type="exact")


def register(world: World, *drafts: OfferDraft, organisation_id: str = "org") -> list[OfferResult]:
    competitors = FakeCompetitors({("org", "c1"): a_competitor()})
    registering = RegisterOffers(facts=world.facts, competitors=competitors, offers=world.offers, clock=lambda: MONDAY)
    return list(asyncio.run(registering(organisation_id, drafts)).results)


def test_an_offer_is_watched_once_under_one_spelling_of_its_url(world: World) -> None:
    results = register(world, a_draft(), a_draft(url="HTTPS://WWW.C1.example:443/p"))

    assert len({result.offer_id for result in results}) == 1
    assert len(world.offers.kept) == 2


@pytest.mark.parametrize(
    ("change", "mend"),
    [
        ({"sku": "none"}, "import it first"),
        ({"shop_id": "none"}, "import it first"),
        ({"competitor_id": "none"}, "register it"),
        ({"url": "https://evil-c1.example/p"}, "is not on c1.example"),
        ({"url": "https://c1.example.evil.example/p"}, "is not on c1.example"),
        ({"url": "http://169.254.169.254/latest"}, ""),
        ({"url": "javascript:alert(1)"}, ""),
    ],
)
def test_a_bad_line_comes_back_with_its_mend_and_keeps_no_other_back(
    change: dict[str, str], mend: str, world: World
) -> None:
    bad, good = register(world, a_draft(**change), a_draft())

    assert (bad.line, bad.offer_id, good.line) == (0, None, 1)
    assert mend in bad.detail
    assert good.offer_id is not None


def test_no_organisation_watches_with_the_products_or_competitors_of_another(world: World) -> None:
    (result,) = register(world, a_draft(), organisation_id="rival")

    assert result.offer_id is None


@pytest.mark.parametrize("domain", ["localhost", "127.0.0.1", "shop.internal", "-x-"])
def test_a_competitor_stands_on_a_public_domain(domain: str) -> None:
    competitors = FakeCompetitors()

    with pytest.raises(UnsafeUrl):
        asyncio.run(RegisterCompetitor(competitors=competitors)(a_competitor(domain=domain)))

    assert competitors.kept == {}


def test_a_competitor_is_registered_once() -> None:
    register_competitor = RegisterCompetitor(competitors=FakeCompetitors())
    asyncio.run(register_competitor(a_competitor()))

    with pytest.raises(CompetitorExists):
        asyncio.run(register_competitor(a_competitor()))


@pytest.mark.parametrize(("starter", "state"), [("colleague", State.APPROVED), ("author", State.PROPOSED)])
def test_a_move_inside_the_band_goes_by_itself_unless_the_author_started_the_run(
    world: World, starter: str, state: State
) -> None:
    world.decide(world.start(user_id=starter))

    assert [change.state for change in world.runs.changes.kept.values()] == [state]


def test_a_policy_that_a_colleague_approved_goes_by_itself_whoever_starts_it(world: World) -> None:
    asyncio.run(world.policies.approve("org", "match", 1, "colleague", MONDAY))

    world.decide(world.start(user_id="author"))

    assert [change.state for change in world.runs.changes.kept.values()] == [State.APPROVED]


def test_a_run_ends_with_its_last_part_in_whatever_order_they_come_and_however_often(world: World) -> None:
    many = 2 * PRODUCTS_IN_A_PART + 1
    world.facts.kept = {f"p{place:04}": some_facts(product_id=f"p{place:04}", sku=str(place)) for place in range(many)}
    run = world.start()

    for place in (2, 0, 2, 0):
        assert world.decide(run, [place]).finished_at is None
    done = world.decide(run, [1])

    assert (done.state, done.parts, done.decisions) == ("FINISHED", 3, many)
    assert world.decide(run) == done


def test_a_shop_without_products_is_decided_at_once(world: World) -> None:
    world.facts.kept = {}

    done = world.plan(world.start())

    assert (done.state, done.decisions, done.parts) == ("FINISHED", 0, 0)


def test_a_run_without_parts_is_closed_by_the_next_delivery_when_its_worker_died(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.facts.kept = {}
    run = world.start()

    async def dies(*_: object) -> Run:
        raise Unavailable("the worker died")

    with monkeypatch.context() as patched:
        patched.setattr(world.runs, "finish", dies)
        with pytest.raises(Unavailable):
            world.plan(run)

    assert world.plan(run).state == "FINISHED"


def test_the_products_of_a_family_are_decided_together_and_get_one_price(world: World) -> None:
    world.save(ruled(same_price={"choose": "lowest"}), version=2)
    family = {
        f"v{place:04}": some_facts(product_id=f"v{place:04}", sku=f"V{place}", family="lamp")
        for place in range(PRODUCTS_IN_A_PART + 5)
    }
    world.facts.kept = family | {"other": some_facts(product_id="other", sku="A")}
    world.offers.kept = {"off": replace(an_offer("95.99", offer_id="off"), product_id="v0003")}

    done = world.decide(world.start())

    prices = {one.decision.price for one in world.runs.taken.values() if one.decision.product_id != "other"}
    assert (done.parts, prices) == (2, {Decimal("95.99")})


@pytest.mark.parametrize(("kind", "reason"), [("lock", "LOCKED"), ("promotion", "IN_PROMOTION")])
def test_a_held_product_keeps_its_price_until_the_hold_ends(world: World, kind: HoldKind, reason: str) -> None:
    hold = a_hold(kind=kind, ends_at=MONDAY + timedelta(hours=1))
    world.holds.kept["hld"] = hold
    world.decide(world.start())
    assert (world.runs.of_product("prd").reason, world.runs.changes.kept) == (reason, {})

    world.decided_at = MONDAY + timedelta(hours=1)
    world.runs.taken.clear()
    world.decide(world.start())
    assert world.runs.of_product("prd").reason is ReasonCode.MATCH_LOWEST


def test_the_hold_of_another_organisation_holds_nothing(world: World) -> None:
    world.holds.kept["hld"] = a_hold(organisation_id="rival")

    world.decide(world.start())

    assert world.runs.of_product("prd").reason is ReasonCode.MATCH_LOWEST


def test_a_limit_by_day_is_measured_from_where_the_day_began(world: World) -> None:
    world.save(ruled(bounds={"min_price": "1", "max_down_percent": 10, "per": "day"}), version=2)
    world.offers.kept["off"] = an_offer("50.00", offer_id="off")
    at = MONDAY - timedelta(hours=5)
    world.moves.kept["org"] = [OwnMove("prd", at, Decimal("105.00"), Decimal("99.99"), "MATCH_LOWEST")]
    world.moves.kept["rival"] = [OwnMove("prd", at, Decimal("500.00"), Decimal("99.99"), "MATCH_LOWEST")]

    world.decide(world.start())

    decided = world.runs.of_product("prd")
    assert (decided.price, decided.reason) == (Decimal("94.50"), ReasonCode.CHANGE_LIMIT)


def test_the_price_of_another_shop_on_another_tax_basis_is_no_reference(world: World) -> None:
    world.save(ruled(follow=[{"reference": "channel", "channel": "demo-us"}]), version=2)
    world.facts.kept["prd"] = some_facts(tax_basis="excluding")
    world.facts.kept["there"] = some_facts("119.00", product_id="there", shop_id="demo-us", tax_basis="including")

    world.decide(world.start())

    assert world.runs.of_product("prd").reason is ReasonCode.NO_COMPETITION


def test_the_price_of_another_shop_is_followed(world: World) -> None:
    follow = {"reference": "channel", "channel": "demo-us", "relation": "above", "by": {"percent": 10}}
    world.save(ruled(follow=[follow]), version=2)
    world.facts.kept["there"] = some_facts("90.00", product_id="there", shop_id="demo-us")
    world.facts.kept["theirs"] = some_facts("1.00", product_id="x", shop_id="demo-us", organisation_id="rival")

    world.decide(world.start())

    assert world.runs.of_product("prd").price == Decimal("99.00")


class Duel:
    """Our shop against one that answers each cut of ours an hour later with one of its own, down to its floor."""

    def __init__(self, world: World, floor: str) -> None:
        self.world, self.floor = world, Decimal(floor)
        self.at = MONDAY
        self.rival = Decimal("95.00")
        self.ours = [Decimal("99.99")]
        self.reasons: list[ReasonCode] = []
        under = {"reference": "lowest", "relation": "below", "by": {"money": "0.10"}}
        world.save(ruled(follow=[under], bounds={"min_price": "50"}), version=2)

    def play(self, rounds: int) -> None:
        for _ in range(rounds):
            self._rival_charges()
            self.at += timedelta(minutes=30)
            self._we_decide()
            self.at += timedelta(minutes=30)
            if self.ours[-1] < self.rival:
                self.rival = max(self.floor, self.ours[-1] - Decimal("0.10"))

    def _rival_charges(self) -> None:
        name = f"obs-{self.at.isoformat()}"
        look = an_observation(str(self.rival), captured_at=self.at, observation_id=name, offer_id="off")
        self.world.looks.kept.append(look)
        self.world.offers.kept["off"] = replace(an_offer("1", offer_id="off"), latest=look)

    def _we_decide(self) -> None:
        self.world.decided_at = self.at
        self.world.runs.taken.clear()
        self.world.decide(self.world.start())
        made = self.world.runs.of_product("prd")
        self.reasons.append(made.reason)
        if made.price is not None and made.moves:
            move = OwnMove("prd", self.at, self.ours[-1], made.price, made.reason.value)
            self.world.moves.kept.setdefault("org", []).append(move)
            self.ours.append(made.price)
            self.world.facts.kept["prd"] = some_facts(str(made.price))


def test_a_price_war_takes_three_of_our_moves_and_no_more(world: World) -> None:
    duel = Duel(world, floor="60.00")

    duel.play(12)

    assert len(duel.ours) - 1 <= 3
    assert ReasonCode.LOOP_DETECTED in duel.reasons
    assert min(duel.ours) > Decimal(94)


def test_a_price_war_against_a_floor_ends_there(world: World) -> None:
    duel = Duel(world, floor="94.85")

    duel.play(12)

    assert duel.ours[-1] == Decimal("94.75")
    assert len(duel.ours) - 1 <= 3


@pytest.mark.parametrize(
    ("said", "again_at"),
    [
        ({"schedule": {"hours": {"from": "08:00", "to": "20:00"}}}, MONDAY + timedelta(hours=2, minutes=1)),
        ({"schedule": {"min_gap_hours": 6}}, MONDAY + timedelta(hours=5)),
        ({"schedule": {"until": "2026-11-01"}}, None),
        ({}, None),
    ],
)
def test_what_may_not_go_out_now_is_looked_at_again_when_it_may(
    world: World, said: dict[str, Any], again_at: datetime | None
) -> None:
    world.save(ruled(**said) | {"on_new_prices": {}}, version=2)
    world.facts.kept["prd"] = some_facts(price_since=MONDAY - timedelta(hours=1))

    world.decide(world.start())

    noted = world.prices.noted.get(("org", "demo-eu", "match"), {})
    assert noted == ({} if again_at is None else {"prd": again_at})


def test_a_policy_that_follows_nothing_waits_for_nothing(world: World) -> None:
    world.save(ruled(schedule={"hours": {"from": "08:00", "to": "20:00"}}), version=2)

    world.decide(world.start())

    assert world.prices.noted == {}
