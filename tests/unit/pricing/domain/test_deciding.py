"""The decision's order of operations, with the numbers of the journeys."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.deciding import decide
from pricing.domain.decision import Decision, ReasonCode
from pricing.domain.policy import Bounds, Evidence, Policy, Routing, Step
from pricing.domain.reading import Availability
from tests.builders.pricing import MONDAY, a_policy, an_offer, some_facts

ONE_PERCENT_UNDER = {"relation": "below", "step": Step(percent=Decimal(1)), "ending": Decimal("0.99")}
HEADPHONE_OFFERS = (
    an_offer("94.90", offer_id="c1"),
    an_offer("89.90", offer_id="c2", shipping=Decimal("5.00")),
    an_offer("79.00", offer_id="c3", availability=Availability.OUT_OF_STOCK),
    an_offer("88.00", offer_id="own", seller="OWN2"),
)


def headphones(bounds: Bounds) -> Decision:
    facts = some_facts("99.99", cost=Decimal(60), max_price=Decimal(129))
    return decide(facts, HEADPHONE_OFFERS, a_policy(**ONE_PERCENT_UNDER, bounds=bounds), MONDAY)


def test_one_percent_under_the_lowest_landed_price_gets_its_ending() -> None:
    decision = headphones(Bounds(min_margin_percent=Decimal(20)))

    assert (decision.target, decision.price) == (Decimal("93.951"), Decimal("92.99"))
    assert (decision.reason, decision.goal_reached) == (ReasonCode.BEAT_LOWEST, True)


def test_a_change_limit_keeps_the_ending_inside_it() -> None:
    decision = headphones(Bounds(min_margin_percent=Decimal(20), max_change_percent=Decimal(5)))

    assert decision.price == Decimal("95.99")
    assert (decision.reason, decision.binding, decision.goal_reached) == (
        ReasonCode.CHANGE_LIMIT,
        "largest cut",
        False,
    )


def test_out_of_stock_and_own_offers_are_in_no_figure() -> None:
    decision = headphones(Bounds())

    assert decision.observation_ids == ("obs-c1", "obs-c2")
    assert "1 not in stock; 1 own offer" in decision.steps[0].after


def test_the_margin_floor_holds_against_a_market_below_it_and_waits_for_review() -> None:
    facts = some_facts("54.99", cost=Decimal(40))
    policy = a_policy(ending=Decimal("0.99"), bounds=Bounds(min_margin_percent=Decimal(15)))

    decision = decide(facts, (an_offer("45.00"),), policy, MONDAY)

    assert (decision.price, decision.reason) == (Decimal("47.99"), ReasonCode.HOLD_FLOOR)
    assert (decision.route, decision.change_percent) == ("review", Decimal("-12.73"))


def test_map_is_published_when_the_market_is_below_it() -> None:
    facts = some_facts("209.00", cost=Decimal(120), map_price=Decimal(199))

    decision = decide(facts, (an_offer("179.00"),), a_policy(), MONDAY)

    assert (decision.price, decision.reason) == (Decimal("199.00"), ReasonCode.HOLD_MAP)


def test_without_competition_the_price_stays() -> None:
    decision = decide(some_facts("29.99", cost=Decimal(20)), (), a_policy(), MONDAY)

    assert (decision.price, decision.reason, decision.route) == (Decimal("29.99"), ReasonCode.NO_COMPETITION, "none")


def test_a_leader_raises_to_just_under_the_next_offer_and_stops_at_its_maximum() -> None:
    facts = some_facts("450.00", min_price=Decimal(433), max_price=Decimal(463))
    policy = a_policy(relation="below", step=Step(money=Decimal(1)))

    decision = decide(facts, (an_offer("464.85"),), policy, MONDAY)

    assert (decision.target, decision.price) == (Decimal("463.85"), Decimal("463.00"))
    assert decision.reason is ReasonCode.HOLD_MAX


def test_a_price_misread_by_a_thousand_is_quarantined() -> None:
    decision = decide(some_facts("1149.00", cost=Decimal(800)), (an_offer("1.099"),), a_policy(), MONDAY)

    assert (decision.price, decision.reason, decision.moves) == (Decimal("1149.00"), ReasonCode.QUARANTINED, False)


def test_an_ending_that_the_floor_pushes_above_the_target_does_not_claim_to_beat_anybody() -> None:
    facts = some_facts("99.99", min_price=Decimal("93.00"))
    policy = a_policy(**ONE_PERCENT_UNDER)

    decision = decide(facts, (an_offer("93.95"),), policy, MONDAY)

    assert (decision.price, decision.reason) == (Decimal("93.99"), ReasonCode.HOLD_FLOOR)
    assert (decision.binding, decision.goal_reached) == ("min_price", False)


def test_a_missing_cost_never_means_free() -> None:
    policy = a_policy(bounds=Bounds(min_margin_percent=Decimal(20)))

    decision = decide(some_facts("99.99"), (an_offer("10.00"),), policy, MONDAY)

    assert (decision.price, decision.reason) == (Decimal("99.99"), ReasonCode.MISSING_COST)


def test_bounds_that_contradict_fail_closed_and_name_both() -> None:
    facts = some_facts("99.99", min_price=Decimal(130), max_price=Decimal(129))

    decision = decide(facts, (an_offer("90.00"),), a_policy(), MONDAY)

    assert (decision.price, decision.reason) == (Decimal("99.99"), ReasonCode.BOUNDS_CONFLICT)
    assert (decision.steps[-2].before, decision.steps[-2].after) == ("lower min_price 130", "upper max_price 129")


def test_a_move_below_the_smallest_is_not_made() -> None:
    policy = a_policy(smallest_move=Decimal("0.50"))

    decision = decide(some_facts("99.99"), (an_offer("99.60"),), policy, MONDAY)

    assert (decision.price, decision.reason) == (Decimal("99.99"), ReasonCode.BELOW_MIN_MOVE)


def test_a_policy_in_another_currency_prices_nothing() -> None:
    decision = decide(some_facts("99.99"), (an_offer("90.00"),), a_policy(currency="USD"), MONDAY)

    assert (decision.price, decision.reason) == (Decimal("99.99"), ReasonCode.BOUNDS_CONFLICT)


@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        (an_offer("80", captured_at=MONDAY - timedelta(hours=25)), ReasonCode.STALE_DATA),
        (an_offer("80", captured_at=MONDAY + timedelta(hours=1)), ReasonCode.NO_COMPETITION),
        (an_offer("80", confidence=Decimal("0.4")), ReasonCode.LOW_CONFIDENCE),
        (an_offer("80", availability=Availability.UNKNOWN), ReasonCode.NO_COMPETITION),
        (an_offer("80", currency="USD"), ReasonCode.NO_COMPETITION),
        (an_offer("80", match_type="substitute"), ReasonCode.NO_COMPETITION),
        (an_offer("80", competitor_id="other"), ReasonCode.NO_COMPETITION),
        (an_offer("0"), ReasonCode.NO_COMPETITION),
    ],
    ids=["stale", "future", "confidence", "stock", "currency", "match", "competitor", "zero"],
)
def test_evidence_that_does_not_suffice_prices_nothing(offer: object, reason: ReasonCode) -> None:
    policy = a_policy(competitor_ids=("c1",), evidence=Evidence(min_confidence=Decimal("0.5")))

    decision = decide(some_facts("99.99"), (offer,), policy, MONDAY)  # type: ignore[arg-type]  # parametrised

    assert (decision.price, decision.reason) == (Decimal("99.99"), reason)


def test_a_raise_follows_when_the_second_lowest_rises() -> None:
    policy = a_policy(relation="below", step=Step(money=Decimal("0.50")))

    decision = decide(some_facts("19.50"), (an_offer("22.00"),), policy, MONDAY)

    assert decision.price == Decimal("21.50")


amounts = st.decimals(min_value=Decimal("0.50"), max_value=Decimal(5000), places=2)


@given(
    current=amounts,
    cost=amounts,
    rivals=st.lists(amounts, min_size=1, max_size=5),
    margin=st.integers(0, 60),
    change=st.integers(1, 50),
    ending=st.sampled_from([None, Decimal("0.99"), Decimal("0.95")]),
)
def test_a_moved_price_never_leaves_its_bounds(
    current: Decimal, cost: Decimal, rivals: list[Decimal], margin: int, change: int, ending: Decimal | None
) -> None:
    bounds = Bounds(min_margin_percent=Decimal(margin), max_change_percent=Decimal(change))
    policy: Policy = a_policy(ending=ending, bounds=bounds, routing=Routing(quarantine_above_percent=Decimal(100)))
    offers = tuple(an_offer(str(price), offer_id=f"o{place}") for place, price in enumerate(rivals))

    decision = decide(some_facts(str(current), cost=cost), offers, policy, MONDAY)

    assert decision.price is not None
    if decision.moves:
        assert (decision.price - cost) * 100 >= decision.price * margin
        assert abs(decision.price - current) * 100 <= current * change
        assert decision.price >= Decimal("0.01")
    assert decide(some_facts(str(current), cost=cost), offers, policy, MONDAY) == decision


def test_a_step_that_leaves_nothing_of_the_price_is_held_unless_a_bound_holds_it() -> None:
    step = Step(money=Decimal(5))
    unbounded = a_policy(
        relation="below", step=step, bounds=Bounds(), routing=Routing(quarantine_above_percent=Decimal(100))
    )
    bounded = replace(unbounded, bounds=Bounds(min_price=Decimal(2)))

    held, floored = (decide(some_facts("4.00"), (an_offer("3.00"),), policy, MONDAY) for policy in (unbounded, bounded))

    assert (held.reason, held.moves) == (ReasonCode.BOUNDS_CONFLICT, False)
    assert (floored.reason, floored.price) == (ReasonCode.HOLD_FLOOR, Decimal("2.00"))
