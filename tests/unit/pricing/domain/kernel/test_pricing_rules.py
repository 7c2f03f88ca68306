"""E1 to E27, as far as one decision goes: a row of each behaviour table, through the kernel and the law."""

from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.plan import CompetitorSet, Compliance, Edges, Ending, EndingPlan, Evidence, Line
from tests.builders.kernel import NINETY_NINE, a_rule, decided, euros, goods, line, reference, seen

MARKET = (
    seen("20.00", competitor="c1"),
    seen("22.00", competitor="c2"),
    seen("22.00", competitor="c3"),
    seen("30.00", competitor="c4"),
)


def priced(asked: Line, **changes: Any) -> str:
    return euros(decided(goods("24.00", *MARKET, min="10.00", cost="9.00", msrp="40.00"), a_rule(asked, **changes)))


@pytest.mark.parametrize(
    ("kind", "price"),
    [
        ("lowest", "20.00"),
        ("second_lowest", "22.00"),
        ("average", "23.50"),
        ("median", "22.00"),
        ("mode", "22.00"),
        ("highest", "30.00"),
    ],
)
def test_e1_references(kind: str, price: str) -> None:
    assert priced(line(kind)) == price


@pytest.mark.parametrize(
    ("relation", "money", "ppm", "price", "reason"),
    [
        ("below", 50, None, "19.50", "BEAT_LOWEST"),
        ("below", None, 123_450, "17.53", "BEAT_LOWEST"),
        ("equal", None, None, "20.00", "MATCH_LOWEST"),
        ("above", 50, None, "20.50", "MATCH_LOWEST"),
        ("above", None, 10_000, "20.20", "MATCH_LOWEST"),
    ],
)
def test_e1_relations(relation: str, money: int | None, ppm: int | None, price: str, reason: str) -> None:
    verdict = decided(goods("21.00", *MARKET, min="1.00"), a_rule(line("lowest", relation, money=money, ppm=ppm)))

    assert (euros(verdict), verdict.reason) == (price, reason)


@pytest.mark.parametrize(("rank", "price"), [(1, "20.00"), (2, "22.00"), (3, "22.00"), (4, "30.00")])
def test_e2_rank(rank: int, price: str) -> None:
    assert priced(line(reference("rank", rank=rank))) == price


def test_e2_a_rank_that_the_market_does_not_have_is_no_reference() -> None:
    verdict = decided(goods("21.00", *MARKET), a_rule(line(reference("rank", rank=5))))

    assert (euros(verdict), verdict.reason) == ("21.00", "NO_COMPETITION")


@pytest.mark.parametrize(
    ("kind", "share", "price"),
    [
        ("range_point", 0, "20.00"),
        ("range_point", 250_000, "22.50"),
        ("range_point", 1_000_000, "30.00"),
        ("range_rank", 0, "20.00"),
        ("range_rank", 250_000, "20.00"),
        ("range_rank", 500_000, "22.00"),
        ("range_rank", 1_000_000, "30.00"),
    ],
)
def test_e3_point_in_the_range(kind: str, share: int, price: str) -> None:
    assert priced(line(reference(kind, share_ppm=share))) == price


@pytest.mark.parametrize(
    ("kind", "ids", "price"),
    [("all", (), "20.00"), ("only", ("c4",), "30.00"), ("except", ("c1",), "22.00"), ("only", ("nobody",), "24.00")],
)
def test_e4_competitor_set(kind: Any, ids: tuple[str, ...], price: str) -> None:
    assert priced(line(), competitors=CompetitorSet(kind=kind, ids=ids)) == price


@pytest.mark.parametrize(
    ("out", "price", "used"),
    [((), "23.00", 0), (("a",), "24.00", 0), (("a", "b"), "25.00", 0), (("a", "b", "c"), "22.00", 1)],
)
def test_e5_follow_a_else_b_else_c_else_the_median(out: tuple[str, ...], price: str, used: int) -> None:
    prices = {"a": "23.00", "b": "24.00", "c": "25.00", "d": "22.00"}
    offers = [
        seen(value, competitor=name, marks=frozenset({"NOT_IN_STOCK"} if name in out else ()))
        for name, value in prices.items()
    ]
    rule = a_rule(line(reference("named", competitors=("a", "b", "c"))), fallbacks=(line("median"),))

    verdict = decided(goods("23.50", *offers), rule)

    assert (euros(verdict), verdict.line) == (price, used)


@pytest.mark.parametrize(
    ("ignore", "price", "reason"), [(True, "22.00", "MATCH_LOWEST"), (False, "21.00", "HOLD_FLOOR")]
)
def test_e6_competitors_below_my_minimum(ignore: bool, price: str, reason: str) -> None:  # noqa: FBT001
    verdict = decided(goods("23.00", *MARKET, min="21.00"), a_rule(ignore_below_min=ignore))

    assert (euros(verdict), verdict.reason) == (price, reason)


@pytest.mark.parametrize(
    ("asked", "price"),
    [
        (reference("cost_plus", margin_ppm=200_000), "125.00"),
        (reference("cost_plus", markup_ppm=250_000), "125.00"),
        (reference("cost_plus", margin_ppm=150_000), "117.64"),
        (reference("formula", formula="f"), "111.11"),
        (reference("own", own="msrp"), "130.00"),
        (reference("own", own="map"), "105.00"),
        (reference("own", own="current"), "120.00"),
        (reference("own", own="min"), "101.00"),
        (reference("own", own="max"), "140.00"),
    ],
)
def test_e7_cost_plus_formula_and_own_amounts(asked: Any, price: str) -> None:
    product = goods("120.00", cost="100.00", msrp="130.00", map="105.00", min="101.00", max="140.00")
    product.formulas["f"] = Decimal("111.11")

    assert euros(decided(product, a_rule(line(asked), respect_map=False, respect_msrp=False))) == price


def test_e7_a_missing_cost_never_means_free() -> None:
    for rule in (a_rule(line(reference("cost_plus", markup_ppm=1))), a_rule(min_margin_ppm=0)):
        assert decided(goods("21.00", *MARKET), rule).reason == "MISSING_COST"
        assert decided(goods("21.00", *MARKET, cost="0"), rule).reason == "MISSING_COST"


@pytest.mark.parametrize(
    ("choose", "price", "used"),
    [("lowest", "20.00", 0), ("highest", "30.00", 1), ("average", "25.00", 0), ("closest", "22.00", 2)],
)
def test_e11_several_lines_choose_one(choose: Any, price: str, used: int) -> None:
    lines = (line("lowest"), line("highest"), line("median"))[: 3 if choose == "closest" else 2]

    verdict = decided(goods("23.00", *MARKET, min="1.00"), a_rule(*lines, choose=choose))

    assert (euros(verdict), verdict.line) == (price, used)


@pytest.mark.parametrize(
    ("floor", "chain", "price", "reason"),
    [
        ("10.00", (line("second_lowest"), "msrp"), "20.00", "MATCH_LOWEST"),
        ("21.00", (line("second_lowest"), "msrp"), "22.00", "MATCH_LOWEST"),
        ("23.00", (line("second_lowest"), line("highest")), "30.00", "MATCH_LOWEST"),
        ("31.00", (line("second_lowest"), "msrp"), "40.00", "HOLD_FLOOR"),
        ("31.00", (line("second_lowest"), "keep"), "32.00", "HOLD_FLOOR"),
        ("31.00", (line("second_lowest"),), "31.00", "HOLD_FLOOR"),
    ],
)
def test_e12_fallback_chain(floor: str, chain: Any, price: str, reason: str) -> None:
    verdict = decided(goods("32.00", *MARKET, min=floor, msrp="40.00"), a_rule(fallbacks=chain))

    assert (euros(verdict), verdict.reason) == (price, reason)


def test_e12_an_action_of_the_chain_leaves_the_products_own_columns_as_they_are() -> None:
    asked = line(reference("own", own="current"))

    verdict = decided(goods("9.00", min="10.00", cost="5.00"), a_rule(asked, fallbacks=("min",), min_gap_minutes=60))
    held = decided(
        goods("9.00", min="10.00", minutes_since_change=0), a_rule(asked, fallbacks=("min",), min_gap_minutes=60)
    )

    assert (euros(verdict), euros(held), held.reason) == ("10.00", "9.00", "MIN_GAP")


ACTIONS = [("keep", "16.00"), ("min", "15.00"), ("max", "20.00"), ("msrp", "18.00"), ("fallback", "17.00")]


@pytest.mark.parametrize(("action", "price"), ACTIONS)
@pytest.mark.parametrize(
    ("edge", "offers", "now"),
    [
        ("no_competition", (), "16.00"),
        ("competitor_below_min", ("14.00",), "16.00"),
        ("competitor_equals_min", ("15.00",), "16.00"),
        ("own_equals_min", ("19.00",), "15.00"),
    ],
)
def test_e13_edge_cases(edge: str, offers: tuple[str, ...], now: str, action: Any, price: str) -> None:
    """Each of the four, with each answer."""
    rule = a_rule(
        edges=Edges(**{edge: action}), fallbacks=(line(reference("formula", formula="f")),), respect_msrp=False
    )
    product = goods(now, *map(seen, offers), min="15.00", max="20.00", msrp="18.00")
    product.formulas["f"] = Decimal("17.00")

    verdict = decided(product, rule)

    assert euros(verdict) == (now if action == "keep" else price)
    if action != "fallback":
        assert verdict.binding == edge.upper()
        assert verdict.reason == ("NO_COMPETITION" if edge == "no_competition" else "HOLD_FLOOR")


@pytest.mark.parametrize(
    ("prefer", "endings", "lower", "upper", "price"),
    [
        ("lower", [(99, 100)], "10.00", "30.00", "20.99"),
        ("higher", [(99, 100)], "10.00", "30.00", "21.99"),
        ("closer", [(99, 100)], "10.00", "30.00", "20.99"),
        ("closer", [(99, 100), (49, 100)], "10.00", "30.00", "21.49"),
        ("lower", [(9, 10)], "10.00", "30.00", "21.39"),
        ("lower", [(99, 100)], "21.00", "30.00", "21.99"),
        ("higher", [(99, 100)], "10.00", "21.50", "20.99"),
        ("closer", [(99, 100)], "21.00", "21.50", "21.40"),
    ],
)
def test_e15_endings_inside_the_bounds(prefer: Any, endings: Any, lower: str, upper: str, price: str) -> None:
    plan = EndingPlan(endings=tuple(Ending(*one) for one in endings), prefer=prefer)

    verdict = decided(goods("21.00", seen("21.40"), min=lower, max=upper), a_rule(ending=plan))

    assert euros(verdict) == price
    assert verdict.no_ending == (price == "21.40")


def test_e15_an_ending_that_stands_on_the_bound_is_inside_it() -> None:
    verdict = decided(goods("49.99", seen("60.00"), min="47.99", max="48.50"), a_rule(ending=NINETY_NINE))

    assert (euros(verdict), verdict.reason) == ("47.99", "HOLD_MAX")


def test_e15_where_a_step_leaves_nothing_no_ending_makes_a_price_of_it() -> None:
    rule = a_rule(line("lowest", "below", money=50), ending=NINETY_NINE)

    verdict = decided(goods("1.20", seen("0.50")), rule)

    assert (euros(verdict), verdict.reason, verdict.binding) == ("1.20", "BOUNDS_CONFLICT", "VALID_LOW")


def test_e7_a_cost_plus_price_beyond_every_price_is_none() -> None:
    asked = line(reference("cost_plus", margin_ppm=999_999), "below", ppm=999_999)

    verdict = decided(goods("10.00", cost="999999999999.00"), a_rule(asked, compliance=Compliance(below_cost=False)))

    assert (euros(verdict), verdict.reason) == ("10.00", "NO_COMPETITION")


def test_e15_the_lowest_ending_there_is_is_bound_by_nothing() -> None:
    verdict = decided(goods("1.20", seen("0.50")), a_rule(ending=NINETY_NINE))

    assert (euros(verdict), verdict.reason, verdict.binding) == ("0.99", "MATCH_LOWEST", "NONE")


@pytest.mark.parametrize(
    ("marks", "since", "reason"),
    [
        ({"OUT_OF_SCHEDULE"}, None, "MIN_GAP"),
        (set(), 59, "MIN_GAP"),
        (set(), 60, "MATCH_LOWEST"),
        ({"IN_PROMOTION"}, None, "IN_PROMOTION"),
        ({"LOCKED"}, None, "LOCKED"),
        ({"LOOPING"}, None, "LOOP_DETECTED"),
        ({"LOCKED", "IN_PROMOTION"}, 0, "LOCKED"),
    ],
)
def test_e16_e18_e26_and_loops_calculate_and_wait(marks: set[str], since: int | None, reason: str) -> None:
    product = goods("21.00", *MARKET, marks=frozenset(marks), minutes_since_change=since)

    verdict = decided(product, a_rule(min_gap_minutes=60))

    assert (verdict.reason, verdict.target) == (reason, 2000)
    assert euros(verdict) == ("20.00" if reason == "MATCH_LOWEST" else "21.00")


GATES: dict[str, Any] = {
    "QUARANTINED": {"marks": frozenset({"QUARANTINED"})},
    "STALE_DATA": {"age": 1441},
    "LOW_CONFIDENCE": {"confidence_ppm": 1},
    "NO_COMPETITION": {"marks": frozenset({"NOT_IN_STOCK"})},
}


@pytest.mark.parametrize("kind", ["lowest", "second_lowest", "average", "median", "mode", "highest", "range_point"])
@pytest.mark.parametrize("reason", GATES)
def test_below_the_minimum_of_evidence_every_reference_holds_with_its_gate(kind: str, reason: str) -> None:
    asked = line(reference(kind, share_ppm=1) if kind == "range_point" else kind)
    rule = a_rule(asked, evidence=Evidence(min_confidence_ppm=2), edges=Edges(no_competition="keep"))

    verdict = decided(goods("21.00", seen("20.00", **GATES[reason])), rule)

    assert (euros(verdict), verdict.reason) == ("21.00", reason)
