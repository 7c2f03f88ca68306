"""What would change a price: exactly there, and not one minor unit before."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.domain.decisions.counterfactual import Counterfactual, counterfactual
from pricing.domain.decisions.deciding import decided
from pricing.domain.decisions.inputs import Inputs
from pricing.domain.decisions.subjects import Standing
from pricing.domain.plan import CompetitorSet, Reference
from pricing.domain.reading import Availability
from tests.builders.decisions import ONE_PERCENT_UNDER, FakeRules, a_subject, some_inputs, some_rules
from tests.builders.kernel import NINETY_NINE, a_rule, line
from tests.builders.pricing import MONDAY, an_offer
from tests.unit.pricing.domain.decisions.test_journeys import HP_100


def what_if(rules: FakeRules, inputs: Inputs) -> Counterfactual | None:
    (made,) = decided(rules, [inputs])
    return counterfactual(rules, inputs, made)


def test_the_laws_example() -> None:
    """Were the lowest eligible offer 97.97 or more, the price would be 96.99."""
    rule = a_rule(ONE_PERCENT_UNDER, ending=NINETY_NINE, min_margin_ppm=200_000, max_up_ppm=50_000, max_down_ppm=50_000)
    found = what_if(some_rules(rule), some_inputs(HP_100)[0])
    assert found is not None
    assert (found.kind, found.at, found.price) == ("reference", Decimal("97.97"), Decimal("96.99"))
    assert (found.before, found.price_mode) == (Decimal("94.90"), "landed")


def test_a_product_without_competition_waits_for_an_offer() -> None:
    found = what_if(some_rules(), some_inputs(a_subject("29.99", cost="20.00"))[0])
    assert found is not None
    assert (found.kind, found.at, found.price) == ("new_offer", Decimal("29.98"), Decimal("29.98"))


def test_a_newcomer_is_somebody_whom_the_rule_follows() -> None:
    rule = a_rule(line("lowest", "below", money=1), competitors=replace(a_rule().competitors, kind="only", ids=("c9",)))
    found = what_if(some_rules(rule), some_inputs(a_subject("29.99", an_offer("10.00"), cost="20.00"))[0])
    assert found is not None
    assert (found.kind, found.at, found.price) == ("new_offer", Decimal("29.99"), Decimal("29.98"))


def test_flips_are_whole_prices() -> None:
    found = what_if(some_rules(), some_inputs(a_subject("1149.00", an_offer("1.099"), cost="800.00"))[0])
    assert found is not None
    assert (found.at, found.price) == (Decimal("800.00"), Decimal("800.00"))


def test_an_offer_that_comes_back_changes_the_price() -> None:
    offers = (
        an_offer("20.00", availability=Availability.OUT_OF_STOCK),
        an_offer("24.00", captured_at=MONDAY - timedelta(days=2)),
        an_offer("10.00", seller="OWN2"),
    )
    found = what_if(some_rules(), some_inputs(a_subject("29.99", *offers, cost="19.00"))[0])
    assert found is not None
    assert (found.kind, found.at, found.price) == ("returning_offer", Decimal("20.00"), Decimal("20.00"))


def test_one_offer_more_may_not_be_enough() -> None:
    gone = [an_offer(f"{price}.00", availability=Availability.OUT_OF_STOCK, competitor_id="c2") for price in (26, 25)]
    rule = a_rule(line(Reference(kind="rank", rank=3)), competitors=CompetitorSet(kind="only", ids=("c1", "c2")))
    (inputs,) = some_inputs(a_subject("29.99", *gone, an_offer("40.00"), cost="1.00"))
    assert what_if(some_rules(rule), inputs) is None


def test_nothing_changes_what_a_person_holds() -> None:
    subject = a_subject("29.99", an_offer("25.00"), standing=Standing(locked=True))
    assert what_if(some_rules(), some_inputs(subject)[0]) is None


def test_a_decision_that_was_made_otherwise_has_none() -> None:
    (inputs,) = some_inputs(a_subject("29.99", an_offer("25.00")))
    (made,) = decided(some_rules(), [inputs])
    assert counterfactual(some_rules(), inputs, replace(made, price=Decimal("1.00"))) is None


CENTS = st.integers(500, 30_000)
RULES = st.builds(
    lambda step, change, ending, margin, floor: some_rules(
        a_rule(step, ending=NINETY_NINE if ending else None, min_margin_ppm=margin, ignore_below_min=floor, **change)
    ),
    st.sampled_from(
        [line(), ONE_PERCENT_UNDER, line("second_lowest"), line("median"), line("average", "above", money=5)]
    ),
    st.sampled_from([{}, {"max_up_ppm": 50_000, "max_down_ppm": 50_000}]),
    st.booleans(),
    st.sampled_from([None, 100_000]),
    st.booleans(),
)


def at(cents: int) -> str:
    return f"{Decimal(cents).scaleb(-2)}"


@settings(max_examples=150, deadline=None)
@given(RULES, CENTS, CENTS, st.lists(st.tuples(CENTS, st.booleans()), max_size=5))
def test_it_flips_exactly_there(rules: FakeRules, price: int, cost: int, offers: list[tuple[int, bool]]) -> None:
    subject = a_subject(
        at(price),
        *(
            an_offer(
                at(cents),
                offer_id=f"{place}",
                availability=Availability.IN_STOCK if there else Availability.OUT_OF_STOCK,
            )
            for place, (cents, there) in enumerate(offers)
        ),
        cost=at(cost),
        min_price=at(cost // 2),
    )
    (inputs,) = some_inputs(subject)
    (made,) = decided(rules, [inputs])
    found = counterfactual(rules, inputs, made)
    if found is None:
        return
    assert found.price != made.price
    units = int(found.at * 10_000)
    (there,) = decided(rules, [_moved(inputs, found, units)])
    assert (there.price, there.reason) == (found.price, found.reason)
    before = int((found.before if found.before is not None else made.price or 0) * 10_000)
    if found.kind == "returning_offer" or units == before:
        return
    step = 100 if units > before else -100
    (nearly,) = decided(rules, [_moved(inputs, found, units - step)])
    assert nearly.price == made.price


def _moved(inputs: Inputs, found: Counterfactual, units: int) -> Inputs:
    if found.kind == "new_offer":
        new = some_inputs(a_subject("1.00", an_offer("1.00", offer_id="~new", competitor_id="new")))[0].offers[0]
        return replace(inputs, offers=(*inputs.offers, new._replace(item=units, landed=units)))
    (place,) = [n for n, one in enumerate(inputs.offers) if one.observation_id == found.observation_id]
    now = inputs.offers[place].landed
    offers = list(inputs.offers)
    if found.kind == "returning_offer":
        offers[place] = offers[place]._replace(marks=0)
        return replace(inputs, offers=tuple(offers))
    for n, one in enumerate(offers):
        between = units > now and one.marks == 0 and now <= one.landed < units and found.together
        if n == place or between:
            offers[n] = one._replace(item=units, landed=units)
    return replace(inputs, offers=tuple(offers))
