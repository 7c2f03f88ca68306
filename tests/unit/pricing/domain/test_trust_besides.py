"""Shipping and packs are part of the price that is followed, so they are doubted like it; refusals are remembered."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.market import Observation, Offer
from pricing.domain.recording import MOST_REFUSED, Known, looked, rejected, released
from tests.builders.pricing import a_competitor, some_facts
from tests.unit.pricing.domain.test_trust import after, look, price_of, unseen

# One of ours for 20: their dozen for 99 would be 8.25 for one.
OURS = Known(competitors={"c1": a_competitor()}, facts={"prd": some_facts("20", pack_quantity=1)})


def shipped(price: str, shipping: str | None, hours: int, **changes: Any) -> Observation:
    return look(price, hours, shipping=None if shipping is None else Decimal(shipping), **changes)


def doubts(offer: Offer, seen: Observation, known: Known = OURS) -> tuple[str, ...]:
    return looked(offer, seen, known).seen.suspicions


def judged(offer: Offer, judge: Any) -> Offer:
    """The offer once a person judged what waits."""
    assert offer.quarantined is not None
    result = judge(offer, offer.quarantined)
    assert isinstance(result.offer, Offer)
    return result.offer


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (("100", "4.99"), ("100", "499"), ("decimal_slip", "shipping_jump")),
        (("100", "49.90"), ("100", "4.99"), ("decimal_slip", "shipping_jump")),
        (("20", "4.99"), ("20", "7.99"), ()),
        (("20", "30"), ("20", "2"), ("shipping_jump",)),
        (("20", None), ("20", "28.01"), ("shipping_jump",)),
        (("20", "28"), ("20", None), ("shipping_jump",)),
        (("20", None), ("20", "0"), ()),
        (("20", "1"), ("20", "250"), ("far", "shipping_jump")),
        (("100", "40"), ("61", "1"), ("shipping_jump",)),
        (("100", "4.99"), ("50", "4.99"), ("jump",)),
    ],
)
def test_another_shipping_is_held_against_what_stands_with_its_own(
    before: tuple[str, str | None], now: tuple[str, str | None], said: tuple[str, ...]
) -> None:
    assert doubts(after(shipped(*before, 0)), shipped(*now, 1)) == said


def test_a_rate_that_moves_is_no_other_shipping() -> None:
    offer = after(shipped("20", "5", 0, currency="USD"))

    assert doubts(offer, shipped("20", "5", 1, currency="USD")) == ()
    assert doubts(offer, shipped("20", "5", 1)) == ("currency_changed",)


def test_a_shipping_that_two_jobs_read_lets_itself_through_and_a_slip_never_does() -> None:
    dearer = after(shipped("20", "5", 0), shipped("20", "30", 1), shipped("20", "30", 2))
    other = after(shipped("20", "5", 0), shipped("20", "30", 1), shipped("20", "31", 2))
    slipped = after(shipped("20", "5", 0), *(shipped("20", "50", hours) for hours in range(1, 6)))

    assert dearer.latest is not None
    assert dearer.latest.landed_price == Decimal(50)
    for doubted in (other, slipped):
        assert doubted.latest is not None
        assert doubted.latest.landed_price == Decimal(25)


def test_a_pack_that_only_a_page_says_divides_nothing_until_a_person_believes_it() -> None:
    offer = after(*(look("99", hours, pack=12) for hours in range(4)), given_=OURS)

    assert offer.latest is None
    assert offer.quarantined is not None
    assert offer.quarantined.suspicions == ("pack_changed",)
    believed = after(look("98", 5, pack=12), offer=judged(offer, released), given_=OURS)
    assert believed.latest is not None
    assert believed.latest.normalised is not None
    assert (believed.latest.normalised.item_price, believed.latest.normalised.pack) == (Decimal("8.1667"), "12/1")


def test_a_pack_that_appears_changes_or_goes_is_doubted() -> None:
    single = after(look("99", 0), given_=OURS)
    dozen = judged(after(look("99", 0, pack=12), given_=OURS), released)

    assert doubts(single, look("99", 1, pack=12)) == ("pack_changed",)
    assert doubts(dozen, look("99", 1, pack=12)) == ()
    assert doubts(dozen, look("49.50", 1, pack=6)) == ("jump", "pack_changed")
    assert doubts(dozen, look("99", 1)) == ("pack_changed",)


def test_a_pack_that_a_person_says_or_that_changes_nothing_is_believed() -> None:
    said = unseen(pack_quantity=12)
    unknown = Known(facts={"prd": some_facts("100")})

    assert doubts(said, look("99", 0, pack=6)) == ()
    assert doubts(unseen(), look("99", 0, pack=12), unknown) == ()
    assert doubts(unseen(), look("99", 0, pack=12), Known(facts={"prd": some_facts("100", pack_quantity=12)})) == ()
    assert doubts(unseen(), look("99", 0, pack=12), Known()) == ()


def test_our_own_pack_that_is_entered_later_gives_the_pages_word_no_weight() -> None:
    offer = after(look("99", 0, pack=12), given_=Known(facts={"prd": some_facts("100")}))

    assert doubts(offer, look("99", 1, pack=12)) == ("pack_changed",)
    assert doubts(offer, look("99", 1, pack=12), Known(facts={"prd": some_facts("100", pack_quantity=12)})) == ()


def test_every_price_that_a_person_refused_is_remembered() -> None:
    offer = after(look("100", 0))
    for hours, price in ((1, "50"), (2, "45")):
        offer = judged(after(look(price, hours), offer=offer), rejected)

    later = after(*(look("50", hours) for hours in range(3, 7)), offer=offer)

    assert (price_of(later.latest), price_of(later.quarantined)) == ("100", "50")
    believed = judged(later, released)
    assert [one.item_price for one in believed.rejected] == [Decimal(45)]


def test_so_many_refused_prices_are_remembered_newest_last() -> None:
    offer = after(look("100", 0))
    for hours in range(1, MOST_REFUSED + 3):
        offer = judged(after(look(str(hours + 9), hours), offer=offer), rejected)

    assert [int(one.item_price or 0) for one in offer.rejected] == list(range(12, MOST_REFUSED + 12))


def test_refusing_a_shipping_refuses_neither_the_amount_nor_another_shipping() -> None:
    offer = judged(after(shipped("20", "5", 0), shipped("20", "30", 1)), rejected)

    assert doubts(offer, shipped("20", "5", 2)) == ()
    assert doubts(offer, shipped("20", "30", 2)) == ("rejected_before", "shipping_jump")
    assert doubts(offer, shipped("20", "29", 2)) == ("shipping_jump",)


def test_refusing_a_pages_pack_leaves_the_price_to_a_person_who_says_the_pack() -> None:
    offer = judged(after(look("99", 0, pack=12), given_=OURS), rejected)

    assert doubts(offer, look("99", 1, pack=12)) == ("rejected_before", "pack_changed")
    assert doubts(replace(offer, pack_quantity=1), look("99", 1, pack=12)) == ()


def test_a_first_price_that_is_far_from_ours_only_by_its_pack_is_not_refused_for_it() -> None:
    dear = Known(facts={"prd": some_facts("100", pack_quantity=1)})
    offer = judged(after(look("99", 0, pack=12), given_=dear), rejected)

    assert doubts(offer, look("99", 1, pack=12), dear) == ("rejected_before", "far", "pack_changed")
    assert doubts(replace(offer, pack_quantity=1), look("99", 1, pack=12), dear) == ()
