"""What a policy demands of a competitor's price, and what a decision says when nothing is good enough."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.competitor_rules import Sellers
from pricing.domain.deciding import decide
from pricing.domain.decision import ReasonCode
from pricing.domain.market import Normalised, Offer
from pricing.domain.policy import Evidence, Step
from pricing.domain.reading import Availability
from tests.builders.pricing import MONDAY, a_competitor, a_policy, an_observation, an_offer, some_facts

HOUR = timedelta(hours=1)
RULES = [
    {"reference": reference, "relation": relation, "step": step, "price_mode": mode}
    for reference in ("lowest", "second_lowest")
    for relation, step in (("equal", Step()), ("below", Step(money=Decimal(1))), ("below", Step(percent=Decimal(1))))
    for mode in ("item", "landed")
]
WEAK: dict[str, tuple[dict[str, Any], Evidence, ReasonCode]] = {
    "stale": ({"captured_at": MONDAY - 7 * HOUR}, Evidence(max_age_hours=6), ReasonCode.STALE_DATA),
    "expired": (
        {"captured_at": MONDAY - 15 * 24 * HOUR},
        Evidence(max_age_hours=8760),
        ReasonCode.STALE_DATA,
    ),
    "confidence too low": (
        {"confidence": Decimal("0.79")},
        Evidence(min_confidence=Decimal("0.8")),
        ReasonCode.LOW_CONFIDENCE,
    ),
    "too few readers agree": ({"agreement": 1}, Evidence(min_agreement=2), ReasonCode.LOW_CONFIDENCE),
}
COMPETITORS = {"c1": a_competitor()}


def doubted(offer: Offer) -> Offer:
    later = an_observation("1", captured_at=MONDAY, quality="suspicious", suspicions=("jump",))
    return replace(offer, quarantined=later)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: "-".join(str(one) for one in rule.values())[:60])
@pytest.mark.parametrize("gate", WEAK)
def test_below_the_minimum_every_rule_holds_and_names_the_gate(gate: str, rule: dict[str, Any]) -> None:
    changes, evidence, reason = WEAK[gate]
    offers = tuple(an_offer("90", offer_id=name, **changes) for name in "ab")

    found = decide(some_facts(), offers, a_policy(evidence=evidence, **rule), MONDAY, COMPETITORS)

    assert (found.reason, found.binding, found.moves) == (reason, gate, False)
    assert f"2 {gate}" in found.steps[0].after


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: "-".join(str(one) for one in rule.values())[:60])
def test_a_doubted_newer_price_takes_its_offer_out_of_every_rule(rule: dict[str, Any]) -> None:
    offers = tuple(doubted(an_offer("90", offer_id=name)) for name in "ab")

    found = decide(some_facts(), offers, a_policy(**rule), MONDAY, COMPETITORS)

    assert (found.reason, found.binding, found.price) == (ReasonCode.QUARANTINED, "quarantined", Decimal("99.99"))


def test_one_doubted_offer_leaves_the_others_to_follow() -> None:
    offers = (doubted(an_offer("90", offer_id="a")), an_offer("95", offer_id="b"))

    found = decide(some_facts(), offers, a_policy(), MONDAY)

    assert (found.price, found.reason) == (Decimal("95.00"), ReasonCode.MATCH_LOWEST)
    assert "1 quarantined" in found.steps[0].after


def test_a_second_lowest_that_is_missing_for_want_of_evidence_names_the_gate() -> None:
    offers = (an_offer("90", offer_id="a"), an_offer("95", offer_id="b", captured_at=MONDAY - 30 * HOUR))

    found = decide(some_facts(), offers, a_policy(reference="second_lowest"), MONDAY)

    assert (found.reason, found.binding) == (ReasonCode.STALE_DATA, "stale")


@pytest.mark.parametrize(
    ("changes", "evidence"),
    [
        ({"captured_at": MONDAY - 6 * HOUR}, Evidence(max_age_hours=6)),
        ({"confidence": Decimal("0.8")}, Evidence(min_confidence=Decimal("0.8"))),
        ({"agreement": 2}, Evidence(min_agreement=2)),
        ({"availability": Availability.UNKNOWN}, Evidence(accept_unknown_stock=True)),
    ],
)
def test_at_the_minimum_it_counts(changes: dict[str, Any], evidence: Evidence) -> None:
    found = decide(some_facts(), (an_offer("95", **changes),), a_policy(evidence=evidence), MONDAY)

    assert found.price == Decimal("95.00")


@pytest.mark.parametrize("seller", ["OWN2", "own2", " Demo  Shop ", "DEMO SHOP"])
def test_own_offers_never_count_by_id_or_name_in_any_case(seller: str) -> None:
    facts = some_facts(own_seller_ids=("OWN2", "Demo Shop"))

    found = decide(facts, (an_offer("88", seller=seller),), a_policy(), MONDAY)

    assert found.reason is ReasonCode.NO_COMPETITION
    assert "1 own offer" in found.steps[0].after


@pytest.mark.parametrize(
    ("sellers", "seller", "counts"),
    [
        (Sellers(exclude=("grey*",)), "Grey Import Ltd", False),
        (Sellers(exclude=("grey*",)), "Honest Grey", True),
        (Sellers(exclude=("[x]?",)), "[X]1", False),
        (Sellers(exclude=("[x]?",)), "x1", True),
        (Sellers(only=("Big Shop",)), "big shop", True),
        (Sellers(only=("Big Shop",)), "Other", False),
        (Sellers(only=("Big Shop",)), None, True),
        (Sellers(only=("Big Shop",), exclude=("big*",)), "Big Shop", False),
    ],
)
def test_sellers_are_left_out_by_pattern_and_all_but_some(
    sellers: Sellers, seller: str | None, *, counts: bool
) -> None:
    competitors = {"c1": a_competitor(sellers=sellers)}

    found = decide(some_facts(), (an_offer("95", seller=seller),), a_policy(), MONDAY, competitors)

    assert found.moves is counts
    assert ("seller left out" in found.steps[0].after) is not counts


def test_prices_are_followed_in_the_shops_money() -> None:
    made = Normalised(item_price=Decimal(92), landed_price=Decimal(94), currency="EUR")
    offers = (an_offer("100", offer_id="a", currency="USD", normalised=made), an_offer("95", offer_id="b"))

    landed = decide(some_facts(), offers, a_policy(), MONDAY)
    item = decide(some_facts(), offers, a_policy(price_mode="item"), MONDAY)

    assert (landed.price, item.price) == (Decimal("94.00"), Decimal("92.00"))


def test_another_currency_is_left_out_only_without_a_rate() -> None:
    found = decide(some_facts(), (an_offer("95", currency="USD"),), a_policy(), MONDAY)

    assert found.reason is ReasonCode.NO_COMPETITION
    assert "1 other currency without a rate" in found.steps[0].after


def test_a_correction_that_leaves_nothing_is_no_price() -> None:
    made = Normalised(item_price=Decimal(-2), landed_price=Decimal(-2), currency="EUR")

    found = decide(some_facts(), (an_offer("5", normalised=made),), a_policy(), MONDAY)

    assert "1 nothing left after correction" in found.steps[0].after


@pytest.mark.parametrize("mode", ["item", "landed"])
@pytest.mark.parametrize("item", ["0", "-1"])
def test_an_article_of_which_nothing_is_left_is_not_followed_by_its_shipping(mode: str, item: str) -> None:
    made = Normalised(item_price=Decimal(item), landed_price=Decimal("4.99"), currency="EUR")

    found = decide(some_facts(), (an_offer("1", normalised=made),), a_policy(price_mode=mode), MONDAY)

    assert (found.reason, found.moves) == (ReasonCode.NO_COMPETITION, False)
    assert "1 nothing left after correction" in found.steps[0].after
