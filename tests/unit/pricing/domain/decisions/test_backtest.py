"""A policy against the recorded past, and two policies against each other."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from pricing.domain.decisions.backtest import Moment, backtest
from pricing.domain.decisions.counting import counted
from pricing.domain.decisions.deciding import decided
from pricing.domain.decisions.statistics import Branches, Tally
from pricing.domain.decisions.subjects import Standing
from tests.builders.decisions import ONE_PERCENT_UNDER, FakeRules, a_subject, some_inputs, some_rules
from tests.builders.kernel import NINETY_NINE, a_rule
from tests.builders.pricing import MONDAY, an_offer
from tests.unit.pricing.domain.decisions.test_journeys import HP_100

LIVE = some_rules()
UNDER = some_rules(a_rule(ONE_PERCENT_UNDER))


def a_week(rules: FakeRules) -> list[Moment]:
    """A run a day; what is decided stands the next day."""
    moments, price = [], "99.99"
    for day, market in enumerate(("95.00", "95.00", "93.00", "96.00", "96.00", "90.00", "90.00")):
        at = MONDAY + timedelta(days=day)
        subject = a_subject(price, an_offer(market, captured_at=at), cost="60.00", sold_28d=28)
        inputs = some_inputs(subject, at=at)
        decisions = decided(rules, inputs, policy_version=3)
        moments.append(Moment(at=at, inputs=inputs, decisions=decisions))
        price = str(decisions[0].price)
    return moments


def test_the_unchanged_policy_makes_what_is_stored() -> None:
    made = backtest(a_week(LIVE), LIVE, LIVE)
    assert made.unfaithful == ()
    assert (made.moments, made.decisions, made.decided_otherwise, made.paths) == (7, 7, 0, ())
    assert made.live == made.candidate
    assert made.live_branches == made.candidate_branches
    assert (made.live.changes, made.live.ups, made.live.downs) == (4, 1, 3)
    assert len(made.days) == 7
    assert made.days[0].live.index == Decimal("100.00")
    assert made.days[0].live.margin_at_sales == Decimal("36.84")


def test_a_candidate_goes_its_own_way_from_its_first_other_price() -> None:
    made = backtest(a_week(LIVE), UNDER, LIVE)
    assert made.unfaithful == ()
    assert made.products_otherwise == 1
    (path,) = made.paths
    assert [one.candidate for one in path.points] == [
        Decimal(one) for one in ("94.05", "94.05", "92.07", "95.04", "95.04", "89.10", "89.10")
    ]
    assert made.candidate.changes == 4
    assert made.days[1].candidate.changes == 0
    assert made.candidate.index == Decimal("99.00")


def test_its_gaps_are_counted_from_its_own_changes() -> None:
    gap = some_rules(a_rule(ONE_PERCENT_UNDER, min_gap_minutes=3 * 24 * 60))
    made = backtest(a_week(LIVE), gap, LIVE)
    assert [one.candidate for one in made.paths[0].points] == [
        Decimal(one) for one in ("94.05", "94.05", "94.05", "95.04", "95.04", "95.04", "89.10")
    ]
    assert made.candidate.reasons["MIN_GAP"] == 2


def test_daily_limits_are_measured_from_its_own_start_of_the_day() -> None:
    rules = some_rules(a_rule(max_down_ppm=50_000))
    subject = a_subject("100.00", an_offer("80.00"), standing=Standing(base_price=Decimal("100.00")))
    moments = []
    for hours in (0, 1, 24):
        inputs = [replace(one, at=MONDAY + timedelta(hours=hours)) for one in some_inputs(subject)]
        moments.append(Moment(at=inputs[0].at, inputs=inputs, decisions=decided(LIVE, inputs)))
    made = backtest(moments, rules, LIVE)
    assert [one.candidate for one in made.paths[0].points] == [Decimal("95.00"), Decimal("95.00"), Decimal("90.25")]


def test_a_stored_decision_that_was_tampered_with_is_named() -> None:
    first, *rest = a_week(LIVE)
    decisions = [replace(one, price=Decimal("94.99")) for one in first.decisions]
    made = backtest([replace(first, decisions=decisions), *rest], LIVE, LIVE)
    assert [(one.field, one.stored, one.again) for one in made.unfaithful] == [("price", "94.99", "95.00")]


def test_a_branch_counts_what_its_rule_took() -> None:
    inputs = some_inputs(HP_100, a_subject("29.99", product_id="p2", sku="HP-400", cost="20.00"))
    whole, branches = Tally(), Branches()
    for one, made in zip(
        inputs, decided(some_rules(a_rule(ONE_PERCENT_UNDER, ending=NINETY_NINE)), inputs), strict=True
    ):
        whole.take(counted(one, made))
        branches.take(counted(one, made))

    (branch,) = branches.all()
    assert (branch.rule, branch.figures.decisions, branch.figures.downs) == ("rule", 2, 1)
    assert (branch.figures.average_change, branch.figures.average_percent) == (Decimal("-7.00"), Decimal("-7.00"))
    assert whole.figures().index == Decimal("97.99")
    assert whole.figures().reasons == {"BEAT_LOWEST": 1, "NO_COMPETITION": 1}


def test_nothing_has_no_figures() -> None:
    made = Tally().figures()
    assert (made.decisions, made.average_change, made.index, made.margin_percent) == (0, None, None, None)
