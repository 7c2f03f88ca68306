"""Policies, runs, and the offers they look at."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.decision import ReasonCode
from pricing.domain.errors import CompetitorExists, PolicyNotFound, RunNotFound
from pricing.domain.offer_draft import OfferDraft
from pricing.domain.policy import Routing
from pricing.domain.price_change import State
from pricing.usecases.decide import PRODUCTS_IN_A_PART, DecideRun, StartRun
from pricing.usecases.policies import SavePolicy
from pricing.usecases.ports import Run
from pricing.usecases.register import OfferResult, RegisterCompetitor, RegisterOffers
from shared.kernel.errors import Unavailable
from shared.kernel.public_url import UnsafeUrl
from tests.builders.pricing import MONDAY, a_change, a_competitor, a_policy, an_observation, an_offer, some_facts
from tests.fakes.pricing import (
    FakeCompetitors,
    FakeFacts,
    FakeOffers,
    FakePolicies,
    FakeRuns,
    FakeStops,
)


@dataclass
class World:
    """One product with one dearer rival, and a policy that matches."""

    facts: FakeFacts = field(default_factory=lambda: FakeFacts({"prd": some_facts()}))
    offers: FakeOffers = field(default_factory=lambda: FakeOffers({"off": an_offer("95.99", offer_id="off")}))
    competitors: FakeCompetitors = field(default_factory=FakeCompetitors)
    policies: FakePolicies = field(default_factory=FakePolicies)
    runs: FakeRuns = field(default_factory=FakeRuns)
    stops: FakeStops = field(default_factory=FakeStops)
    decided_at: datetime = MONDAY + timedelta(minutes=1)

    def start(self, organisation_id: str = "org", user_id: str = "usr") -> Run:
        starting = StartRun(policies=self.policies, runs=self.runs, clock=lambda: MONDAY)
        return asyncio.run(starting(organisation_id, "match", user_id))

    def decide(self, run: Run) -> Run:
        deciding = DecideRun(
            facts=self.facts,
            offers=self.offers,
            competitors=self.competitors,
            policies=self.policies,
            runs=self.runs,
            stops=self.stops,
            clock=lambda: self.decided_at,
        )
        return asyncio.run(deciding(run.organisation_id, run.run_id))


@pytest.fixture
def world() -> World:
    made = World()
    asyncio.run(SavePolicy(policies=made.policies)(a_policy()))
    return made


def test_saving_makes_a_version_and_keeps_the_one_before(world: World) -> None:
    saved = asyncio.run(SavePolicy(policies=world.policies)(a_policy(name="stricter")))

    assert saved.version == 2
    assert asyncio.run(world.policies.version("org", "match", 1)).name == a_policy().name


def test_a_run_is_kept_with_the_newest_version(world: World) -> None:
    run = world.start()

    assert (run.state, run.policy_version, run.shop_id) == ("PENDING", 1, "demo-eu")
    assert world.runs.kept == {run.run_id: run}


def test_a_run_that_waited_long_looks_at_what_was_observed_meanwhile_and_decides_the_same_when_repeated(
    world: World,
) -> None:
    run = world.start()
    world.decided_at = MONDAY + timedelta(hours=2)
    seen_later = an_observation("90.00", captured_at=MONDAY + timedelta(hours=1))
    world.offers.kept["off"] = replace(an_offer("95.99", offer_id="off"), latest=seen_later)
    world.facts.kept["more"] = some_facts(product_id="more", sku="M")
    world.runs.killed_after_parts = 0
    with pytest.raises(Unavailable):
        world.decide(run)
    world.runs.killed_after_parts = None
    world.decided_at = MONDAY + timedelta(hours=9)

    done = world.decide(run)

    assert done.started_at == MONDAY + timedelta(hours=2)
    assert world.runs.of_product("prd").price == Decimal("90.00")
    assert {one.decided_at for one in world.runs.taken.values()} == {done.started_at}


def test_a_run_that_is_to_stop_keeps_its_decisions_and_withdraws_its_proposals(world: World) -> None:
    many = PRODUCTS_IN_A_PART + 1
    world.facts.kept = {f"p{place:04}": some_facts(product_id=f"p{place:04}", sku=str(place)) for place in range(many)}
    world.offers.kept = {"off": replace(an_offer("95.99", offer_id="off"), product_id="p0000")}
    run = world.start(user_id="colleague")
    world.stops = FakeStops({("org", run.run_id)}, after=1)

    done = world.decide(run)

    (change,) = world.runs.changes.kept.values()
    assert (done.state, done.decisions, world.decide(run)) == ("CANCELLED", PRODUCTS_IN_A_PART, done)
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
    asyncio.run(SavePolicy(policies=world.policies)(a_policy(routing=Routing(auto_within_percent=Decimal(1)))))

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

    assert (len(before), done.decisions) == (PRODUCTS_IN_A_PART, many)
    assert all(world.runs.taken[key] == one for key, one in before.items())


def test_a_newer_run_withdraws_proposals_that_wait(world: World) -> None:
    world.runs.changes.kept["old"] = a_change(change_id="old", proposed_at=MONDAY - timedelta(days=1))

    run = world.start()
    world.decide(run)

    old = world.runs.changes.kept["old"]
    assert (old.state, old.deny_reason) == (State.DENIED, f"superseded by {run.run_id}")


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
