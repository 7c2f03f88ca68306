"""E13 (learned), E19, E20, F1, F2, F6 by day: rows of their behaviour tables, through the kernel and the law."""

from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.errors import InvalidPolicy
from pricing.domain.kernel.decide import decide
from pricing.domain.plan import CompetitorSet, Edges, LoopPlan, Plan, RoutingPlan
from tests.builders.kernel import a_rule, bounds, decided, euros, goods, line, reference, seen
from tests.oracle.columns import a_batch, verdicts
from tests.oracle.court import judge_all
from tests.oracle.judge import Verdict

BELIEVING = RoutingPlan(quarantine_above_ppm=10_000_000)
FAR = seen("1.00")


def floor_of(product: dict[str, str], **limits: int) -> Verdict:
    """The floor that a product is held up by, when the market is far below."""
    return decided(goods("150.00", FAR, **product), a_rule(routing=BELIEVING, **limits))


@pytest.mark.parametrize(
    ("cost", "limits", "price", "binding"),
    [
        ("100.00", {"min_margin_ppm": 200_000}, "125.00", "MIN_MARGIN"),
        ("100.00", {"min_markup_ppm": 250_000}, "125.00", "MIN_MARKUP"),
        ("100.00", {"min_profit": 2500}, "125.00", "MIN_PROFIT"),
        ("100.00", {"min_margin_ppm": 200_000, "channel_fee_ppm": 150_000}, "153.85", "MIN_MARGIN"),
        ("100.00", {"min_markup_ppm": 250_000, "channel_fee_ppm": 150_000}, "147.06", "MIN_MARKUP"),
        ("100.00", {"min_profit": 2500, "channel_fee_ppm": 150_000}, "147.06", "MIN_PROFIT"),
        ("100.00", {"min_margin_ppm": 200_000, "cost_tax_ppm": 190_000}, "148.75", "MIN_MARGIN"),
        ("100.00", {"min_markup_ppm": 250_000, "cost_tax_ppm": 190_000}, "148.75", "MIN_MARKUP"),
        ("100.00", {"min_profit": 2500, "cost_tax_ppm": 190_000}, "144.00", "MIN_PROFIT"),
        ("0.03", {"min_profit": 0, "channel_fee_ppm": 999_999}, "30000.00", "MIN_PROFIT"),
        ("100.00", {"min_margin_ppm": 200_000, "min_markup_ppm": 250_000, "min_profit": 2500}, "125.00", "MIN_MARGIN"),
    ],
)
def test_f1_f2_floors_by_cost_with_tax_and_fee(cost: str, limits: Any, price: str, binding: str) -> None:
    verdict = floor_of({"cost": cost}, **limits)

    assert (f"{Decimal(verdict.lower).scaleb(-2)}", verdict.lower_by) == (price, binding)


@pytest.mark.parametrize("limits", [{"min_markup_ppm": 0}, {"min_profit": 0}])
def test_f1_a_floor_by_cost_without_a_cost_holds(limits: Any) -> None:
    verdict = decided(goods("24.00", seen("20.00"), min="10.00"), a_rule(**limits))

    assert (euros(verdict), verdict.reason) == ("24.00", "MISSING_COST")


def test_f2_tax_on_costs_is_in_cost_plus_and_in_the_compliance_check() -> None:
    plus = decided(
        goods("30.00", cost="10.00"),
        a_rule(line(reference("cost_plus", markup_ppm=500_001)), cost_tax_ppm=190_003, routing=BELIEVING),
    )
    held = decided(goods("12.50", seen("11.89"), cost="10.00"), a_rule(cost_tax_ppm=190_000))

    assert euros(plus) == "17.85"
    assert (euros(held), held.binding) == ("12.50", "BELOW_COST")


def test_f6_a_day_measures_moves_from_its_first_price() -> None:
    verdict = decided(goods("96.00", seen("90.00"), base="100.00"), a_rule(max_down_ppm=50_000))

    assert (euros(verdict), verdict.reason) == ("95.00", "CHANGE_LIMIT")


def test_f6_routing_measures_from_there_too_and_a_price_that_stands_goes_to_nobody() -> None:
    routing = RoutingPlan(auto_within_ppm=50_000)
    moves = decided(goods("96.00", seen("94.00"), base="100.00", min="1.00"), a_rule(routing=routing))
    stands = decided(goods("96.00", seen("96.00"), base="300.00", min="1.00"), a_rule(routing=routing))

    assert (moves.route, stands.route, stands.reason) == ("REVIEW", "NONE", "MATCH_LOWEST")


@pytest.mark.parametrize(("learned", "price"), [("23.45", "23.45"), (None, "24.00")])
def test_e13_the_learned_price_or_the_present_one(learned: str | None, price: str) -> None:
    verdict = decided(goods("24.00", learned=learned, min="1.00"), a_rule(edges=Edges(no_competition="learned")))

    assert (euros(verdict), verdict.reason) == (price, "NO_COMPETITION")


@pytest.mark.parametrize(
    ("minimum", "ids", "price", "binding"),
    [
        ("10.00", (), "20.00", "COMPETITOR_FLOOR"),
        ("21.00", (), "21.00", "MIN_PRICE"),
        ("10.00", ("c1",), "20.00", "COMPETITOR_FLOOR"),
    ],
)
def test_e19_a_competitor_as_floor_under_the_standard_one(minimum: str, ids: Any, price: str, binding: str) -> None:
    rule = a_rule(
        line(reference("named", competitors=("c1",))),
        floor_competitor="c2",
        competitors=CompetitorSet(kind="only", ids=ids) if ids else CompetitorSet(),
        routing=BELIEVING,
    )
    product = goods("24.00", seen("18.00"), seen("20.00", competitor="c2"), min=minimum)

    verdict = decided(product, rule)

    assert (euros(verdict), verdict.binding, verdict.reason) == (price, binding, "HOLD_FLOOR")


@pytest.mark.parametrize(
    ("theirs", "others", "minimum", "reason"),
    [
        ("20.00", "21.00", "10.00", "LOCKED"),
        ("20.00", "20.00", "10.00", "LOCKED"),
        ("20.00", "19.99", "10.00", "MATCH_LOWEST"),
        ("20.00", "21.00", "25.00", "HOLD_FLOOR"),
        ("24.00", "25.00", "10.00", "MATCH_LOWEST"),
    ],
)
def test_e19_frozen_while_they_are_lowest_unless_below_the_floor(
    theirs: str, others: str, minimum: str, reason: str
) -> None:
    product = goods("24.00", seen(others, competitor="c2"), seen(theirs, competitor="c1"), min=minimum)

    verdict = decided(product, a_rule(freeze_while_lowest="c1"))

    assert verdict.reason == reason
    assert (verdict.binding == "FREEZE") == (reason == "LOCKED")


EASY = RoutingPlan(auto_within_ppm=1_000_000, manager_above_ppm=1_000_000, quarantine_above_ppm=1_000_000)
GONE = {"marks": frozenset({"NOT_IN_STOCK"})}
OLD = {"age": 10**6}


@pytest.mark.parametrize(
    ("theirs", "floor", "freezer"),
    [
        ([OLD], ("20.00", "REVIEW"), ("20.00", "REVIEW")),
        ([{"marks": frozenset({"QUARANTINED"})}], ("20.00", "REVIEW"), ("20.00", "REVIEW")),
        ([{"marks": frozenset({"UNREAD"})}], ("20.00", "REVIEW"), ("20.00", "REVIEW")),
        ([{"marks": frozenset({"NO_RATE"})}], ("20.00", "REVIEW"), ("20.00", "REVIEW")),
        ([{"marks": frozenset({"STOCK_UNKNOWN"})}], ("20.00", "REVIEW"), ("20.00", "REVIEW")),
        ([GONE | OLD], ("20.00", "REVIEW"), ("20.00", "REVIEW")),
        ([GONE, OLD], ("20.00", "REVIEW"), ("20.00", "REVIEW")),
        ([], ("20.00", "REVIEW"), ("20.00", "REVIEW")),
        ([GONE], ("20.00", "AUTO"), ("20.00", "AUTO")),
        ([GONE, {}], ("20.00", "AUTO"), ("24.00", "NONE")),
        ([{}, OLD], ("20.00", "AUTO"), ("24.00", "NONE")),
    ],
)
def test_e19_a_guard_of_whom_nothing_is_known_stops_automation(
    theirs: Any, floor: tuple[str, str], freezer: tuple[str, str]
) -> None:
    offers = [seen("20.00", competitor="c1"), *(seen("20.00", competitor="c2", **one) for one in theirs)]
    product = goods("24.00", *offers, min="10.00")

    for guard, (price, route) in (("floor_competitor", floor), ("freeze_while_lowest", freezer)):
        verdict = decided(product, a_rule(**{guard: "c2"}, routing=EASY))

        assert (euros(verdict), verdict.route, verdict.guard_unknown) == (price, route, route == "REVIEW")


def test_e19_a_guard_of_whom_nothing_is_known_lets_no_member_of_a_family_go_alone() -> None:
    rule = a_rule(floor_competitor="c2", same_price="lowest", routing=EASY)
    known = goods("24.00", seen("20.00"), seen("19.00", competitor="c2"), min="10.00", family=1)
    unknown = goods("24.00", seen("20.00"), min="10.00", family=1)
    plan = Plan(currency="EUR", minor_digits=2, rules=(rule,))
    batch = a_batch([known, unknown], plan)

    made = verdicts(decide(batch), batch)

    assert [(one.route, one.guard_unknown) for one in made] == [("REVIEW", False), ("REVIEW", True)]
    assert [(one.route, one.guard_unknown) for one in judge_all([known, unknown], plan)] == [
        ("REVIEW", False),
        ("REVIEW", True),
    ]


@pytest.mark.parametrize(
    ("ways", "price"), [(("seller",), "20.00"), (("warehouse",), "22.00"), (("pigeon",), None), ((), "18.00")]
)
def test_e20_a_reference_of_one_way_of_fulfilment(ways: tuple[str, ...], price: str | None) -> None:
    offers = (seen("18.00"), seen("20.00", fulfilment="seller"), seen("22.00", fulfilment="warehouse"))

    verdict = decided(goods("24.00", *offers), a_rule(line(reference("lowest", fulfilments=ways))))

    assert (euros(verdict), verdict.reason) == (price or "24.00", "MATCH_LOWEST" if price else "NO_COMPETITION")


def test_e20_what_another_way_of_fulfilment_lacks_is_no_reason_to_hold() -> None:
    stale = seen("18.00", fulfilment="seller", age=10**6)

    verdict = decided(goods("24.00", stale), a_rule(line(reference("lowest", fulfilments=("warehouse",)))))

    assert verdict.reason == "NO_COMPETITION"


@pytest.mark.parametrize(
    "limits",
    [
        {"min_margin_ppm": 900_000, "channel_fee_ppm": 100_000},
        {"channel_fee_ppm": 1_000_000},
        {"cost_tax_ppm": -1},
        {"min_markup_ppm": 8_000_001},
        {"min_profit": -1},
        {"max_price": 10**17},
    ],
)
def test_bounds_that_no_price_can_have_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(InvalidPolicy):
        bounds(**limits)


@pytest.mark.parametrize(
    ("settles", "price", "binding"),
    [("21.00", "21.00", "LOOP"), ("5.00", "10.00", "LOOP"), (None, "24.00", "LOOP")],
)
def test_a_looping_product_goes_to_the_end_of_its_loop_inside_its_bounds(
    settles: str | None, price: str, binding: str
) -> None:
    product = goods("24.00", seen("20.00"), settles=settles, min="10.00", marks=frozenset({"LOOPING"}))

    verdict = decided(product, a_rule(routing=BELIEVING))

    assert (euros(verdict), verdict.reason, verdict.binding) == (price, "LOOP_DETECTED", binding)


def test_where_a_product_is_in_no_loop_nothing_settles_it() -> None:
    assert euros(decided(goods("24.00", seen("20.00"), settles="21.00"), a_rule())) == "20.00"


def test_a_loop_never_takes_more_than_three_moves() -> None:
    with pytest.raises(InvalidPolicy):
        LoopPlan(max_moves=4)
