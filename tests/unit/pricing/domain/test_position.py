"""When the first place is lost."""

from datetime import timedelta
from decimal import Decimal

from pricing.domain.competitor_rules import Sellers
from pricing.domain.market import Normalised
from pricing.domain.position import current, lost_first_place, standing
from pricing.domain.reading import Availability
from tests.builders.pricing import MONDAY, a_competitor, an_offer, some_facts


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


def test_a_place_is_taken_in_the_shops_money() -> None:
    made = Normalised(item_price=Decimal("45.00"), landed_price=Decimal("47.00"), currency="EUR")
    offers = (an_offer("60", offer_id="a", currency="USD", normalised=made), an_offer("48", offer_id="b"))

    place = standing(some_facts("50.00"), offers)

    assert (place.rank, place.lowest_price, place.rivals) == (3, Decimal("47.00"), 2)


def test_what_expired_or_a_seller_that_does_not_count_is_in_no_figure() -> None:
    competitors = {"c1": a_competitor(expire_after_days=7, sellers=Sellers(exclude=("grey*",)))}
    week = timedelta(days=7)
    offers = (
        an_offer("48", offer_id="a", captured_at=MONDAY - week),
        an_offer("47", offer_id="b", captured_at=MONDAY - week - timedelta(seconds=1)),
        an_offer("46", offer_id="c", seller="Grey Ltd"),
    )

    assert [one.latest is not None for one in current(offers, competitors, MONDAY)] == [True, False, False]
