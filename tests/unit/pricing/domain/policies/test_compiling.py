"""A document becomes a plan in whole numbers, or is refused with every flaw named."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.errors import InvalidPolicy
from pricing.domain.plan import Ending as PlanEnding
from pricing.domain.plan import Line as PlanLine
from pricing.domain.policies.compiled import competitors_of
from pricing.domain.policies.compiling import compile_policy, compiled
from pricing.domain.policies.document import Condition, Rule, Settings
from pricing.domain.policies.flaws import MOST_KEPT
from pricing.domain.policies.limits import MOST_RULES
from pricing.domain.policies.parts import (
    Amount,
    Bounds,
    Competitors,
    Compliance,
    EdgeCases,
    Ending,
    Evidence,
    Line,
    Loop,
    Routing,
    SamePrice,
    Schedule,
)
from tests.builders.policies import BELOW, a_document, a_rule, where
from tests.builders.pricing import some_facts

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def test_shares_are_millionths_and_amounts_minor_units() -> None:
    bounds = Bounds(min_margin_percent=Decimal("12.3456"), min_price=Decimal("9.5"), max_down=Decimal(3))
    plan = compiled(a_document(a_rule(bounds=bounds, smallest_move=Decimal("0.05")))).plan.rules[0]
    assert (plan.bounds.min_margin_ppm, plan.bounds.min_price, plan.bounds.max_down) == (123_456, 950, 300)
    assert plan.smallest_move == 5


def test_rules_by_day_are_told_by_product_and_conditions_asked_only_where_there_is_one() -> None:
    by_day = a_rule(name="by day", when=where("brand", eq="Acme"), bounds=Bounds(max_up_percent=Decimal(9), per="day"))
    present = a_rule(name="present", bounds=Bounds(max_up_percent=Decimal(9)))
    products = [some_facts(brand="Acme"), some_facts(brand="Another")]
    nobody_looks: Any = [None, None]

    assert compiled(a_document(by_day, present)).per_day(products) == [True, False]
    assert compiled(a_document(present)).per_day(nobody_looks) == [False, False]


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("JPY", "120", 120), ("EUR", "1.20", 120), ("BHD", "0.120", 120)]
)
def test_amounts_follow_the_currencys_digits(currency: str, amount: str, minor: int) -> None:
    document = a_document(a_rule(bounds=Bounds(min_price=Decimal(amount))), currency=currency)
    assert compiled(document).plan.rules[0].bounds.min_price == minor


def test_a_rule_takes_from_the_defaults_what_it_does_not_say() -> None:
    defaults = Settings(
        bounds=Bounds(min_margin_percent=Decimal(20), max_up_percent=Decimal(5), per="day"),
        evidence=Evidence(max_age_hours=Decimal("0.5"), min_agreement=2),
        competitors=Competitors(only=("c1",)),
        edge_cases=EdgeCases(no_competition="keep"),
        routing=Routing(auto_within_percent=Decimal(3)),
    )
    rule = a_rule(bounds=Bounds(max_up_percent=Decimal(9)), evidence=Evidence(min_agreement=0))
    made = compiled(a_document(rule, defaults=defaults))
    plan = made.plan.rules[0]
    assert (plan.bounds.min_margin_ppm, plan.bounds.max_up_ppm, made.limits_per_day(0)) == (200_000, 90_000, True)
    assert (plan.evidence.max_age_minutes, plan.evidence.min_agreement) == (30, 0)
    assert (plan.competitors.kind, plan.competitors.ids, plan.edges.no_competition) == ("only", ("c1",), "keep")
    assert plan.routing.auto_within_ppm == 30_000


def test_a_fallback_to_a_rule_stands_for_its_line_and_chain() -> None:
    second = a_rule(
        name="second",
        follow=(Line(reference="median"),),
        fallback=(Line(reference="own", own="msrp"),),
        otherwise="max",
    )
    first = a_rule(name="first", when=where("sku", eq="x"), fallback=(Line(reference="rule", rule="second"),))
    steps = compiled(a_document(first, second)).plan.rules[0].fallbacks
    assert [step.reference.kind if isinstance(step, PlanLine) else step for step in steps] == ["median", "own", "max"]


@pytest.mark.parametrize(
    ("text", "currency", "ending"),
    [
        (".99", "EUR", PlanEnding(99, 100)),
        ("0.99", "EUR", PlanEnding(99, 100)),
        ("9", "EUR", PlanEnding(9, 10)),
        ("9.00", "EUR", PlanEnding(900, 1000)),
        ("99", "JPY", PlanEnding(99, 100)),
        (".990", "BHD", PlanEnding(990, 1000)),
    ],
)
def test_endings_are_as_prices_are_written(text: str, currency: str, ending: PlanEnding) -> None:
    made = compiled(a_document(a_rule(ending=Ending(endings=(text,))), currency=currency))
    assert made.plan.rules[0].ending is not None
    assert made.plan.rules[0].ending.endings == (ending,)


@pytest.mark.parametrize(
    ("rule", "pointer", "code"),
    [
        (a_rule(bounds=Bounds(min_price=Decimal("9.999"))), "/rules/0/bounds/min_price", "more decimals"),
        (a_rule(bounds=Bounds(min_price=Decimal(0))), "/rules/0/bounds/min_price", "above zero"),
        (a_rule(bounds=Bounds(min_price=Decimal("NaN"))), "/rules/0/bounds/min_price", "is not an amount"),
        (a_rule(bounds=Bounds(min_price=Decimal("1e999999"))), "/rules/0/bounds/min_price", "is not an amount"),
        (a_rule(bounds=Bounds(min_margin_percent=Decimal(100))), "/rules/0/bounds/min_margin_percent", "out of range"),
        (a_rule(bounds=Bounds(max_up_percent=Decimal(0))), "/rules/0/bounds/max_up_percent", "no price change"),
        (
            a_rule(bounds=Bounds(min_margin_percent=Decimal(90), channel_fee_percent=Decimal(10))),
            "/rules/0/bounds/min_margin_percent",
            "leave nothing",
        ),
        (a_rule(bounds=Bounds(valid_to=Decimal(2_000_000))), "/rules/0/bounds", "valid range"),
        (a_rule(ending=Ending(endings=(".9",))), "/rules/0/ending/endings/0", "2 decimals"),
        (a_rule(ending=Ending(endings=("x",))), "/rules/0/ending/endings/0", "no ending"),
        (a_rule(ending=Ending(endings=())), "/rules/0/ending", "no ending is named"),
        (a_rule(follow=(Line(reference="rank"),)), "/rules/0/follow/0", "lacks «rank»"),
        (a_rule(follow=(Line(reference="lowest", rank=1),)), "/rules/0/follow/0/rank", "takes no «rank»"),
        (a_rule(follow=(Line(reference="rank", rank=0),)), "/rules/0/follow/0/rank", "is no rank"),
        (a_rule(follow=(Line(reference="lowest", relation="below"),)), "/rules/0/follow/0/by", "takes one amount"),
        (a_rule(follow=(Line(reference="lowest", by=BELOW.by),)), "/rules/0/follow/0/by", "takes no amount"),
        (
            a_rule(follow=(Line(reference="lowest", relation="below", by=Amount(percent=Decimal(100))),)),
            "/rules/0/follow/0/by/percent",
            "out of range",
        ),
        (
            a_rule(follow=(Line(reference="own", own="msrp", fulfilments=("FBA",)),)),
            "/rules/0/follow/0/fulfilments",
            "no offer",
        ),
        (a_rule(follow=(Line(reference="rule", rule="all"),)), "/rules/0/follow/0", "only a fallback"),
        (a_rule(follow=(BELOW,) * 6), "/rules/0/follow", "too many"),
        (a_rule(fallback=(Line(reference="rule", rule="all"),)), "/rules/0/fallback/0", "in a circle: «all» → «all»"),
        (a_rule(fallback=(BELOW,) * 21), "/rules/0/fallback", "21 steps"),
        (a_rule(competitors=Competitors(only=("a",), except_=("b",))), "/rules/0/competitors", "at once"),
        (a_rule(evidence=Evidence(min_confidence=Decimal("1.1"))), "/rules/0/evidence/min_confidence", "out of range"),
        (a_rule(evidence=Evidence(match_types=())), "/rules/0/evidence/match_types", "no match type"),
        (a_rule(evidence=Evidence(max_age_hours=Decimal(0))), "/rules/0/evidence/max_age_hours", "no age"),
        (a_rule(routing=Routing(auto_within_percent=Decimal(50))), "/rules/0/routing", "the limits fall"),
        (a_rule(evidence=Evidence(max_age_hours=Decimal(8_761))), "/rules/0/evidence/max_age_hours", "out of range"),
        (
            a_rule(evidence=Evidence(min_confidence=Decimal("1e999999"))),
            "/rules/0/evidence/min_confidence",
            "out of range",
        ),
        (a_rule(schedule=Schedule(min_gap_hours=Decimal(8_761))), "/rules/0/schedule/min_gap_hours", "out of range"),
        (a_rule(schedule=Schedule(min_gap_hours=Decimal("1e99999"))), "/rules/0/schedule/min_gap_hours", "not a time"),
        (a_rule(loop=Loop(window_hours=Decimal(721))), "/rules/0/loop/window_hours", "721 hours are out of range"),
        (a_rule(when=where("price", eq="1e16")), "/rules/0/when/eq", "larger than 10^15"),
        (a_rule(when=where("price", eq=f"1.{'0' * 60}1")), "/rules/0/when/eq", "12 digits"),
        (a_rule(loop=Loop(max_moves=9)), "/rules/0/loop", "cannot be kept"),
        (a_rule(name=" "), "/rules/0/name", "no name"),
    ],
)
def test_what_cannot_be_carried_out_is_named(rule: Rule, pointer: str, code: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        compiled(a_document(rule))
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert code in refused.value.faults[0].detail


def test_names_are_given_once_and_a_currency_exists() -> None:
    with pytest.raises(InvalidPolicy) as refused:
        compiled(a_document(a_rule(), a_rule(), currency="EURO"))
    assert [fault.pointer for fault in refused.value.faults] == ["/currency", "/rules/0/name", "/rules/1/name"]


def test_fallbacks_that_branch_are_not_laid_out_to_their_end() -> None:
    rules = [
        a_rule(name=str(number), when=where("stock", eq=str(number)), fallback=(_to(number + 1),) * 8)
        for number in range(30)
    ]
    with pytest.raises(InvalidPolicy, match="chain of fallbacks has"):
        compiled(a_document(*rules, a_rule(name="30")))


def test_fallbacks_to_rules_without_a_good_line_count_as_well() -> None:
    rules = [
        a_rule(name=str(number), follow=(Line(reference="rank"),), fallback=(_to(number + 1),) * 8)
        for number in range(9)
    ]
    with pytest.raises(InvalidPolicy, match="lacks «rank»"):
        compiled(a_document(*rules, a_rule(name="9")))


def _to(rule: int) -> Line:
    return Line(reference="rule", rule=str(rule))


def test_a_chain_of_twenty_steps_is_taken() -> None:
    rules = [a_rule(name=str(number), fallback=(_to(number + 1),)) for number in range(20)]
    made = compiled(a_document(*rules, a_rule(name="20")))
    assert len(made.plan.rules[0].fallbacks) == 20


def test_of_many_flaws_a_thousand_are_kept() -> None:
    tests = tuple(where("colour", eq="x") for _ in range(3_000))
    outcome = compile_policy(a_document(a_rule(when=Condition(any_=tests)), a_rule(name="")))
    assert len(outcome.flaws) == MOST_KEPT


def test_every_other_part_reaches_the_plan() -> None:
    rule = a_rule(
        freeze_while_lowest="c1",
        same_price=SamePrice(choose="average"),
        loop=Loop(max_moves=2, window_hours=Decimal(6)),
        compliance=Compliance(below_map=True),
        ignore_below_min=True,
        price_mode="item",
        bounds=Bounds(floor_competitor="c2", channel_fee_percent=Decimal(15), cost_tax_percent=Decimal(19)),
        follow=(
            Line(reference="lowest", fulfilments=("FBA", "SFP")),
            Line(reference="competitor", competitors=("c3",)),
        ),
        choose="closest",
    )
    made = compiled(a_document(rule))
    plan = made.plan.rules[0]
    assert (plan.freeze_while_lowest, plan.same_price, plan.loop.max_moves, plan.loop.window_minutes) == (
        "c1",
        "average",
        2,
        360,
    )
    assert (plan.compliance.below_map, plan.compliance.below_cost, plan.ignore_below_min, plan.price_mode) == (
        True,
        True,
        True,
        "item",
    )
    assert (plan.bounds.channel_fee_ppm, plan.bounds.cost_tax_ppm, plan.choose) == (150_000, 190_000, "closest")
    assert plan.lines[0].reference.fulfilments == ("FBA", "SFP")
    assert {name for plan in made.plan.rules for name in competitors_of(plan)} == {"c1", "c2", "c3"}


def test_ten_thousand_rules_are_a_policy_and_one_more_is_too_many() -> None:
    rules = [a_rule(name=str(number), when=where("sku", eq=f"S-{number}")) for number in range(MOST_RULES + 1)]
    made = compiled(a_document(*rules[:-1]))
    assert made.rules_of([some_facts(sku="S-9999"), some_facts(sku="S-10000")], NOW) == [9_999, -1]
    with pytest.raises(InvalidPolicy, match="10001 rules"):
        compiled(a_document(*rules))
