"""What a decision is made from, and its stored form."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.competitor_rules import Sellers
from pricing.domain.decisions.amounts import UNUSABLE, amount_of, in_words, nearest_units, units_of
from pricing.domain.decisions.inputs import Inputs, Seen
from pricing.domain.decisions.stored import UnknownInputs, canonical, data_of, hash_of, inputs_from
from pricing.domain.decisions.subjects import Standing
from pricing.domain.kernel.codes import OfferFlag
from pricing.domain.market import Normalised
from pricing.domain.reading import Availability
from tests.builders.decisions import a_subject, some_inputs
from tests.builders.pricing import MONDAY, a_competitor, an_offer


def seen(*offers: object, **changes: object) -> Seen:
    (inputs,) = some_inputs(a_subject("99.99", *offers), **changes)  # type: ignore[arg-type] # passed on
    return inputs.offers[0]


def test_amounts_are_hundredths_of_a_minor_unit() -> None:
    offer = seen(an_offer("89.90", shipping=Decimal("5.00")))
    assert (offer.item, offer.landed) == (899_000, 949_000)


def test_normalised_prices_count_before_captured_ones() -> None:
    made = Normalised(item_price=Decimal("80.1234"), landed_price=Decimal("85.1234"), currency="EUR")
    offer = seen(an_offer("95.00", currency="USD", normalised=made))
    assert (offer.item, offer.landed, offer.marks) == (801_234, 851_234, 0)


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({"currency": "USD"}, OfferFlag.NO_RATE),
        ({"seller": "OWN2"}, OfferFlag.OWN),
        ({"seller": " own2"}, OfferFlag.OWN),
        ({"seller": "Bad Shop"}, OfferFlag.SELLER),
        ({"availability": Availability.UNKNOWN}, OfferFlag.STOCK_UNKNOWN),
        ({"availability": Availability.PRE_ORDER}, OfferFlag.NOT_IN_STOCK),
        ({"captured_at": MONDAY - timedelta(days=15)}, OfferFlag.EXPIRED),
        ({"item_price": None}, OfferFlag.UNREAD),
        ({"item_price": Decimal(0)}, OfferFlag.UNREAD),
        ({"item_price": Decimal("NaN")}, OfferFlag.UNREAD),
    ],
)
def test_what_stands_against_an_offer(changes: dict[str, Any], mark: OfferFlag) -> None:
    rules = {"c1": a_competitor(sellers=Sellers(exclude=("bad*",)))}
    assert seen(an_offer("95.00", **changes), competitors=rules).marks == mark


def test_anothers_competitor_rules_say_nothing_here() -> None:
    foreign = {"c1": a_competitor(organisation_id="other", sellers=Sellers(exclude=("*",)))}
    assert seen(an_offer("95.00", seller="Shop"), competitors=foreign).marks == 0


def test_a_newer_price_that_is_not_believed_hides_the_old_one() -> None:
    offer = an_offer("95.00")
    newer = replace(offer, quarantined=replace(offer.latest, observation_id="new"))  # type: ignore[type-var] # is there
    assert (seen(newer).observation_id, seen(newer).marks) == ("new", OfferFlag.QUARANTINED)


def test_an_offer_that_was_never_read_is_named_without_an_observation() -> None:
    never = replace(an_offer("95.00"), latest=None)
    assert seen(never) == Seen(competitor_id="c1", marks=OfferFlag.UNREAD.value)


@pytest.mark.parametrize("price", ["1000000000000.01", "1E+30"])
def test_an_amount_beyond_every_price_is_none(price: str) -> None:
    assert seen(an_offer(price)).item == UNUSABLE


def test_an_amount_of_a_trillion_is_exact() -> None:
    assert seen(an_offer("1000000000000")).item == 10**16


def test_captured_digits_beyond_the_finest_are_rounded_half_to_even() -> None:
    assert [nearest_units(Decimal(one), 4) for one in ("1.00005", "1.00015", "1.000051", "2.5")] == [
        10_000,
        10_002,
        10_001,
        25_000,
    ]


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "0.00001", "1000000000000.01"])
def test_own_amounts_are_never_rounded(amount: str) -> None:
    assert units_of(Decimal(amount), 4) == UNUSABLE


@pytest.mark.parametrize(
    ("units", "scale", "words"),
    [(949_000, 4, "94.90"), (948_999, 4, "94.8999"), (1_200, 2, "12"), (123_400, 5, "1.234"), (0, 4, "none")],
)
def test_amounts_are_shown_with_the_digits_they_need(units: int, scale: int, words: str) -> None:
    assert in_words(units, scale) == words
    assert words == "none" or f"{amount_of(units, scale):f}" == words


def everything() -> Inputs:
    standing = Standing(
        locked=True,
        in_promotion=True,
        in_loop=True,
        last_changed_at=MONDAY - timedelta(hours=3),
        base_price=Decimal("98.50"),
        learned_price=Decimal("97.00"),
        channel_prices={"shop-b": Decimal("12.50"), "shop-a": Decimal("13.00")},
    )
    subject = a_subject(
        "99.99",
        an_offer("94.90", offer_id="b", agreement=2, fulfilment="FBA", match_type="equivalent"),
        an_offer("89.90", offer_id="a", shipping=Decimal("5.00"), seller="OWN2"),
        standing=standing,
        cost="60.00",
        tags=("kvi", "new"),
        category="Home > Audio",
        stock=0,
        sold_28d=12,
        family="fam",
        tax_basis="excluding",
        active=False,
    )
    return some_inputs(subject)[0]


def test_the_stored_form_is_the_inputs() -> None:
    assert inputs_from(data_of(everything())) == everything()


def test_the_hash_knows_values_and_not_how_they_are_written() -> None:
    inputs = everything()
    again = replace(inputs, facts=replace(inputs.facts, price=Decimal("99.9900")))
    other = replace(inputs, facts=replace(inputs.facts, price=Decimal("99.98")))
    assert hash_of(again) == hash_of(inputs)
    assert hash_of(other) != hash_of(inputs)


def test_the_order_of_offers_is_no_difference() -> None:
    offers = [an_offer("94.90", offer_id="b"), an_offer("89.90", offer_id="a")]
    (one,) = some_inputs(a_subject("99.99", *offers))
    (two,) = some_inputs(a_subject("99.99", *reversed(offers)))
    assert canonical(data_of(one)) == canonical(data_of(two))


def test_ten_offers_take_about_a_kilobyte() -> None:
    offers = [an_offer("94.90", offer_id=f"01K{n:023d}", competitor_id=f"c{n}") for n in range(10)]
    (inputs,) = some_inputs(a_subject("99.99", *offers, cost="60.00", brand="Acme", category="Home > Audio"))
    assert len(canonical(data_of(inputs))) < 1250


def test_a_form_that_nobody_knows_is_named() -> None:
    with pytest.raises(UnknownInputs, match="form 99"):
        inputs_from(data_of(everything()) | {"z": 99})
