"""Who a price war is fought with, and which products no war may hold."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.competitor_rules import Sellers
from pricing.domain.decisions.deciding import decide
from pricing.domain.decisions.subjects import Standing, Subject
from pricing.domain.market import Competitor, Normalised, Observation, Offer, ProductFacts
from pricing.domain.policies.compiled import Compiled
from pricing.domain.policies.compiling import compiled
from pricing.domain.reading import Availability
from pricing.usecases.loops import HeedLoops
from pricing.usecases.moves import OwnMove
from pricing.usecases.subjects import Read
from tests.builders.pricing import MONDAY, a_competitor, a_policy, an_observation, an_offer, ruled, some_facts
from tests.fakes.own_moves import FakeLooks

HOUR = timedelta(hours=1)
UNDER = {"reference": "lowest", "relation": "below", "by": {"money": "0.10"}}
OURS = ((9, "102", "100"), (7, "100", "99"), (5, "99", "98"))
THEIRS = ((12, "103"), (8, "99.50"), (6, "98.50"), (4, "97.50"))
HELD = Standing(in_loop=True)


def looks(path: Sequence[tuple[float, str]] = THEIRS, **changes: Any) -> list[Observation]:
    """What an offer asked, so many hours ago."""
    return [
        an_observation(price, captured_at=MONDAY - hours * HOUR, observation_id=f"{hours}-{price}", **changes)
        for hours, price in path
    ]


def heeded(
    seen: Sequence[Observation],
    *,
    facts: ProductFacts | None = None,
    known: Mapping[str, Competitor] | None = None,
    ours: Sequence[tuple[float, str, str]] = OURS,
    matched: Mapping[str, str] | None = None,
    watched: Sequence[Offer] | None = None,
    **rule: Any,
) -> Standing | None:
    """How the product stands because of a war; None where none is heeded. Each offer stands at its newest look."""
    made = some_facts("98") if facts is None else facts
    newest = {look.offer_id: look for look in sorted(seen, key=lambda look: look.captured_at)}
    offers = [
        replace(
            an_offer(
                "1", offer_id=name, competitor_id=look.competitor_id, match_type=(matched or {}).get(name, "exact")
            ),
            latest=look,
        )
        for name, look in newest.items()
    ]
    subject = Subject(made, tuple(offers if watched is None else watched))
    moves = [OwnMove("prd", MONDAY - h * HOUR, Decimal(old), Decimal(new), "BEAT_LOWEST") for h, old, new in ours]
    rules: Compiled = compiled(a_policy(ruled(**({"follow": [UNDER]} | rule))).document)
    read = Read([subject], known or {}, {"prd": moves})
    decisions = decide(rules, read.subjects, read.competitors, MONDAY)
    found = asyncio.run(HeedLoops(looks=FakeLooks(list(seen)))(rules, read, decisions, MONDAY))
    return None if not found else found[0].standing


def test_a_war_with_an_offer_that_the_rule_follows_is_heeded() -> None:
    assert heeded(looks()) == HELD


def test_each_offer_of_a_competitor_is_a_rival_of_its_own() -> None:
    # Neither of them ever moves: together they look like one that jumps.
    dear = looks([(hours, "103") for hours in (13, 9, 5, 1)], offer_id="dear")
    cheap = looks([(hours, "97.50") for hours in (12.5, 8.5, 4.5, 0.5)], offer_id="cheap")
    ours = ((12.7, "104", "102"), (8.7, "102", "101"), (4.7, "101", "98"))

    assert heeded([*dear, *cheap], ours=ours) is None


def test_two_wars_with_one_competitor_are_not_mixed() -> None:
    still = looks([(hours, "120") for hours in (11, 7, 3)], offer_id="still")

    assert heeded([*looks(), *still]) == HELD


def test_what_the_rule_does_not_follow_is_no_rival() -> None:
    assert heeded(looks(competitor_id="c9"), competitors={"except": ["c9"]}) is None
    assert heeded(looks(), competitors={"only": ["c9"]}) is None
    assert heeded(looks(), matched={"off": "substitute"}) is None
    assert heeded(looks(), watched=()) is None
    assert heeded(looks(currency="USD")) is None


@pytest.mark.parametrize(
    "left_out",
    [
        {"seller": "own2 "},
        {"seller": "Outlet 7"},
        {"availability": Availability.OUT_OF_STOCK},
        {"availability": Availability.UNKNOWN},
        {"confidence": Decimal("0.4")},
        {"fulfilment": "FBM"},
    ],
)
@pytest.mark.parametrize("newest", [THEIRS[:-1], THEIRS])
def test_looks_that_the_rule_does_not_count_are_no_part_of_a_war(
    left_out: dict[str, Any], newest: Sequence[tuple[float, str]]
) -> None:
    seen = looks(newest, **({"fulfilment": "FBA"} | left_out)) + looks(THEIRS[len(newest) :], fulfilment="FBA")
    rule: dict[str, Any] = {"follow": [UNDER | {"fulfilments": ["FBA"]}], "evidence": {"min_confidence": "0.5"}}
    outlets = {"c1": a_competitor(sellers=Sellers(exclude=("outlet*",)))}

    assert heeded(seen, known=outlets, **rule) is None
    assert heeded(looks(fulfilment="FBA"), known=outlets, **rule) == HELD


def test_who_is_gone_now_fights_no_war() -> None:
    gone = looks([(1, "97.50")], availability=Availability.OUT_OF_STOCK)

    assert heeded([*looks(), *gone]) is None


def test_stock_that_nobody_states_counts_where_the_rule_says_so() -> None:
    assert heeded(looks(availability=Availability.UNKNOWN), evidence={"accept_unknown_stock": True}) == HELD


def test_another_match_type_counts_where_the_rule_says_so() -> None:
    rule: dict[str, Any] = {"evidence": {"match_types": ["exact", "substitute"]}}

    assert heeded(looks(), matched={"off": "substitute"}, **rule) == HELD


def test_a_rule_that_follows_one_competitor_fights_with_nobody_else() -> None:
    def follow(name: str) -> list[dict[str, Any]]:
        return [UNDER | {"reference": "competitor", "competitors": [name]}]

    other = looks([(hours, "97.50") for hours in (11, 7, 3)], offer_id="other", competitor_id="c2")

    assert heeded([*looks(), *other], follow=follow("c2")) is None
    assert heeded([*looks(), *other], follow=follow("c1")) == HELD


@pytest.mark.parametrize(("mode", "standing"), [("item", HELD), ("landed", None)])
def test_a_war_is_fought_in_the_prices_that_the_rule_compares(mode: str, standing: Standing | None) -> None:
    assert heeded(looks(shipping=Decimal("5.00")), price_mode=mode) == standing


@pytest.mark.parametrize(("mode", "standing"), [("item", HELD), ("landed", None)])
def test_what_is_comparable_with_ours_is_compared(mode: str, standing: Standing | None) -> None:
    def in_euros(look: Observation) -> Observation:
        made = Normalised(item_price=look.item_price or Decimal(0), landed_price=Decimal(200), currency="EUR")
        return replace(look, currency="USD", item_price=Decimal(1), normalised=made)

    assert heeded([in_euros(look) for look in looks()], price_mode=mode) == standing


def test_a_product_that_does_not_follow_the_market_is_in_no_war() -> None:
    cost = some_facts("98", cost=Decimal(80))
    markup = {"reference": "cost_plus", "markup_percent": 30}

    assert heeded(looks(), facts=cost, follow=[markup]) is None
    # The line in use is what counts, not what else the rule could do.
    assert heeded(looks(), facts=cost, follow=[UNDER, markup], choose="highest") is None
    assert heeded(looks(), facts=cost, follow=[UNDER, markup], choose="lowest") == HELD


@pytest.mark.parametrize(
    ("bounds", "standing"),
    [
        ({"min_price": Decimal(99)}, None),
        ({"min_price": Decimal(98)}, HELD),
        ({"max_price": Decimal(97)}, None),
        ({"max_price": Decimal(98)}, HELD),
    ],
)
def test_no_war_keeps_a_price_outside_its_bounds(bounds: dict[str, Decimal], standing: Standing | None) -> None:
    assert heeded(looks(), facts=some_facts("98", **bounds)) == standing


@pytest.mark.parametrize("most", [{"max_price": Decimal(105)}, {}])
def test_a_rule_that_rises_asleep_ends_wars_by_itself(most: dict[str, Decimal]) -> None:
    def sleep(until: str) -> dict[str, Any]:
        return {"sleep": {"from": "05:00", "to": until, "go_to_max": True}}

    facts = some_facts("98", **most)

    assert heeded(looks(), facts=facts, **sleep("07:00")) is None
    assert heeded(looks(), facts=facts, **sleep("05:30")) == HELD


def test_a_war_ends_beside_the_floor_of_a_rival_in_the_prices_that_the_rule_compares() -> None:
    stands = looks([(13, "103"), (11, "101.50"), (9, "101.30")], shipping=Decimal("5.00"))
    ours = ((11.5, "101", "102"), (10, "102", "101.40"), (8, "101.40", "101.00"))

    settled = heeded(stands, facts=some_facts("101.00"), ours=ours, price_mode="item")

    assert settled == Standing(in_loop=True, loop_price=Decimal("101.20"))
