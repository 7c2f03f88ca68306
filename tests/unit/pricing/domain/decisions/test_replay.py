"""Stored decisions are made again to the cent, from the stored form of what they were made from."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.domain.decision import Decision
from pricing.domain.decisions.deciding import decide
from pricing.domain.decisions.inputs import inputs_of
from pricing.domain.decisions.replay import Difference, differences, replayed, untrue
from pricing.domain.decisions.stored import canonical, data_of, hash_of, inputs_from
from pricing.domain.decisions.subjects import Standing, Subject
from pricing.domain.market import Offer
from pricing.domain.plan import Evidence, RoutingPlan
from pricing.domain.reading import Availability
from tests.builders.decisions import ONE_PERCENT_UNDER, FakeRules, a_subject, some_inputs, some_rules
from tests.builders.kernel import NINETY_NINE, a_rule, line
from tests.builders.pricing import MONDAY, an_offer

AMOUNTS = st.decimals(Decimal("0.0001"), Decimal(5000), places=4)
CENTS = st.decimals(Decimal("0.01"), Decimal(5000), places=2)
MAYBE = st.none() | CENTS


def an_amount(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    return an_offer(
        f"{draw(AMOUNTS):f}",
        offer_id=draw(st.uuids().map(str)),
        competitor_id=draw(st.sampled_from(["c1", "c2", "c3"])),
        shipping=draw(MAYBE),
        currency=draw(st.sampled_from(["EUR", "EUR", "EUR", "USD"])),
        availability=draw(st.sampled_from([Availability.IN_STOCK, Availability.IN_STOCK, *Availability])),
        seller=draw(st.sampled_from([None, None, "Shop", "OWN2"])),
        confidence=draw(st.decimals(0, 1, places=3)),
        agreement=draw(st.integers(0, 4)),
        captured_at=MONDAY - timedelta(seconds=draw(st.integers(-600, 200_000))),
        match_type=draw(st.sampled_from(["exact", "exact", "equivalent"])),
        fulfilment=draw(st.sampled_from([None, "FBA"])),
    )


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    changes: dict[str, Any] = {
        name: an_amount(draw(MAYBE)) for name in ("cost", "min_price", "max_price", "map_price", "msrp")
    }
    standing = Standing(
        locked=draw(st.integers(0, 20)) == 0,
        last_changed_at=draw(st.none() | st.just(MONDAY - timedelta(minutes=90))),
        base_price=draw(MAYBE),
        learned_price=draw(MAYBE),
    )
    return a_subject(
        an_amount(draw(MAYBE)),
        *draw(st.lists(offers(), max_size=6)),
        standing=standing,
        product_id=draw(st.uuids().map(str)),
        brand=draw(st.sampled_from([None, "Acme"])),
        **{name: amount for name, amount in changes.items() if amount is not None},
    )


RULES = some_rules(
    a_rule(
        ONE_PERCENT_UNDER,
        line("median"),
        name="acme",
        choose="average",
        ending=NINETY_NINE,
        min_margin_ppm=123_450,
        max_up_ppm=50_000,
        max_down_ppm=50_000,
        min_gap_minutes=120,
        evidence=Evidence(min_confidence_ppm=300_000, min_agreement=1, match_types=("exact", "equivalent")),
    ),
    a_rule(
        line("second_lowest", "above", money=7),
        name="rest",
        price_mode="item",
        ignore_below_min=True,
        fallbacks=(line("average"), "learned"),
        routing=RoutingPlan(auto_within_ppm=100_000),
    ),
    when=[lambda facts: facts.brand == "Acme", lambda facts: facts.cost is not None],
)


def stored_and_again(rules: FakeRules, some: list[Subject]) -> tuple[list[Decision], list[Decision]]:
    stored = decide(rules, some, {}, MONDAY, policy_version=4)
    kept = [json.loads(canonical(data_of(one))) for one in inputs_of(some, {}, MONDAY)]
    return stored, replayed(rules, [inputs_from(one) for one in kept], policy_version=4)


@settings(max_examples=120, deadline=None)
@given(st.lists(subjects(), max_size=12))
def test_a_replay_differs_nowhere(some: list[Subject]) -> None:
    stored, again = stored_and_again(RULES, some)
    assert [differences(one, other) for one, other in zip(stored, again, strict=True)] == [()] * len(some)
    for subject, one in zip(some, stored, strict=True):
        (alone,) = decide(RULES, [subject], {}, MONDAY, policy_version=4)
        assert alone == one
        assert one.inputs_hash == hash_of(some_inputs(subject)[0])


def test_a_difference_names_the_field() -> None:
    (made,) = decide(some_rules(), [a_subject("99.99", an_offer("95.00"))], {}, MONDAY)
    changed = replace(made, price=Decimal("95.01"), binding="MAP")
    assert [(one.field, one.stored, one.again) for one in differences(changed, made)] == [
        ("price", "95.01", "95.00"),
        ("binding", "MAP", "None"),
    ]
    assert differences(replace(made, price=Decimal("95.0")), made) == ()


def test_inputs_are_held_against_the_observations_that_they_name() -> None:
    subject = a_subject("99.99", an_offer("95.00", seller="OWN2"), an_offer("94.00"), an_offer("93.00"))
    (inputs,) = some_inputs(subject)
    looks = {one.latest.observation_id: one.latest for one in subject.offers if one.latest is not None}
    assert untrue(inputs, looks) == ()
    looks["obs-off-94.00"] = replace(looks["obs-off-94.00"], item_price=Decimal("94.01"))
    del looks["obs-off-93.00"]
    assert untrue(inputs, looks) == (
        Difference(product_id="prd", field="observation obs-off-93.00", stored="named", again="not there"),
        Difference(product_id="prd", field="observation obs-off-94.00: item", stored="940000", again="940100"),
        Difference(product_id="prd", field="observation obs-off-94.00: landed", stored="940000", again="940100"),
    )
