"""When the first place is lost."""

from decimal import Decimal

from pricing.domain.position import lost_first_place
from pricing.domain.reading import Availability
from tests.builders.pricing import an_offer, some_facts


def test_a_cut_below_our_price_loses_first_place() -> None:
    lost = lost_first_place(some_facts("50.00"), (an_offer("49.00", previous="55.00"),))

    assert lost is not None
    assert (lost.before.item_price, lost.now.item_price) == (Decimal("55.00"), Decimal("49.00"))


def test_equal_prices_share_the_first_place() -> None:
    assert lost_first_place(some_facts("50.00"), (an_offer("50.00", previous="55.00"),)) is None


def test_who_was_not_first_has_nothing_to_lose() -> None:
    assert lost_first_place(some_facts("50.00"), (an_offer("40.00", previous="45.00"),)) is None


def test_an_own_offer_takes_no_place_from_us() -> None:
    assert lost_first_place(some_facts("50.00"), (an_offer("40.00", previous="55.00", seller="OWN2"),)) is None


def test_goods_that_are_out_of_stock_take_no_place() -> None:
    offer = an_offer("40.00", previous="55.00", availability=Availability.OUT_OF_STOCK)

    assert lost_first_place(some_facts("50.00"), (offer,)) is None


def test_shipping_counts_in_the_place() -> None:
    offer = an_offer("48.00", previous="55.00", shipping=Decimal("5.00"))

    assert lost_first_place(some_facts("50.00"), (offer,)) is None
