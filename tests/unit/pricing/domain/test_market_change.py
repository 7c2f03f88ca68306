"""What moved: each change between two trusted looks, and what is stale."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.competitor_rules import Sellers
from pricing.domain.market import Offer
from pricing.domain.market_change import Cause, MarketChange, OfferMoved, OfferMoves, Spell, moves_of
from pricing.domain.price_seen import PriceSeen
from pricing.domain.reading import Availability
from tests.builders.market import HOUR, rivals, seen, watched
from tests.builders.pricing import MONDAY, a_competitor, an_observation

DAY = timedelta(days=1)
FRIDAY = MONDAY - 60 * HOUR
WEEKEND = Spell(since=FRIDAY, until=MONDAY, stale_after=DAY)
OUT = Availability.OUT_OF_STOCK


def moved(*looks: PriceSeen, before: PriceSeen | None = None, **changes: Any) -> OfferMoves:
    offer: Offer = changes.pop("offer", watched())
    known = changes.pop("rivals", rivals())
    spell = changes.pop("spell", WEEKEND)
    return moves_of(offer, before, looks, known, spell)


def rows(found: Sequence[MarketChange]) -> list[tuple[str, Decimal | None, Decimal | None, Decimal | None]]:
    return [(one.cause.value, one.before, one.after, one.percent) for one in found]


def test_a_cut_of_saturday_that_monday_took_back_is_listed_with_the_rise() -> None:
    found = moved(seen("79.90", 40), seen("79.90", 30), seen("94.90", 2), before=seen("94.90", 70))

    assert rows(found.changes) == [
        ("price_cut", Decimal("94.90"), Decimal("79.90"), Decimal("-15.81")),
        ("price_rise", Decimal("79.90"), Decimal("94.90"), Decimal("18.77")),
    ]
    assert [one.taken_back_at for one in found.changes] == [MONDAY - 2 * HOUR, None]
    assert found.state is OfferMoved.CHANGED


def test_a_cut_that_is_only_halved_was_not_taken_back() -> None:
    found = moved(seen("80", 40), seen("90", 2), before=seen("100", 70))

    assert [one.taken_back_at for one in found.changes] == [None, None]


def test_the_same_price_again_is_no_change() -> None:
    found = moved(seen("9.90", 3), before=seen("9.9", 70))

    assert (found.changes, found.state) == ((), OfferMoved.UNCHANGED)


@pytest.mark.parametrize(
    ("before", "after", "causes"),
    [
        (Availability.IN_STOCK, OUT, ["out_of_stock"]),
        (OUT, Availability.IN_STOCK, ["back_in_stock"]),
        (Availability.IN_STOCK, Availability.BACK_ORDER, ["out_of_stock"]),
        (OUT, Availability.DISCONTINUED, []),
        (Availability.IN_STOCK, Availability.UNKNOWN, []),
        (Availability.UNKNOWN, Availability.IN_STOCK, []),
    ],
)
def test_stock_changes_where_both_looks_say_so(before: Availability, after: Availability, causes: list[str]) -> None:
    found = moved(seen("9", 3, availability=after), before=seen("9", 70, availability=before))

    assert [one.cause for one in found.changes] == causes


def test_stock_that_a_page_does_not_say_is_what_it_was() -> None:
    unsaid, gone = seen("9", 20, availability=Availability.UNKNOWN), seen("9", 3, availability=OUT)

    (one,) = moved(unsaid, gone, before=seen("9", 70)).changes

    assert (one.cause, one.in_stock) == (Cause.OUT_OF_STOCK, False)


def test_a_look_may_show_another_price_and_another_stock() -> None:
    found = moved(seen("8", 3), before=seen("9", 70, availability=OUT))

    assert [one.cause for one in found.changes] == [Cause.BACK_IN_STOCK, Cause.PRICE_CUT]


def test_another_currency_has_no_percent_and_a_rate_that_moves_is_no_change() -> None:
    (one,) = moved(seen("9", 3, currency="USD"), before=seen("9", 70)).changes
    rated = moved(
        seen("9", 3, compared_price=Decimal(8), compared_currency="USD"),
        before=seen("9", 70, compared_price=Decimal(10), compared_currency="USD"),
    )

    assert (one.cause, one.before, one.after, one.percent) == (Cause.CURRENCY_CHANGED, None, Decimal(9), None)
    assert rated.changes == ()


def test_what_was_never_seen_is_new_and_what_expired_meanwhile_is_seen_again() -> None:
    new = moved(seen("9", 3), offer=watched(MONDAY - 5 * HOUR))
    returned = moved(seen("9", 3), offer=watched(MONDAY - 99 * DAY))
    expired = moved(seen("9", 3), before=seen("7", 24 * 15))

    assert rows(new.changes) == [("new_offer", None, Decimal(9), None)]
    assert rows(returned.changes) == [("seen_again", None, Decimal(9), None)]
    assert [(one.cause, one.before) for one in expired.changes] == [(Cause.SEEN_AGAIN, Decimal(7))]


def test_our_own_offer_and_a_seller_that_is_left_out_are_in_no_figure() -> None:
    ours = moved(seen("80", 40, seller="own2"), seen("79", 3, seller="OWN2"), before=seen("90", 70))
    excluded = rivals(None, a_competitor(sellers=Sellers(exclude=("Dumper*",))))
    theirs = moved(seen("80", 3, seller="Dumper Ltd"), before=seen("90", 70), rivals=excluded)
    between = moved(seen("80", 40, seller="OWN2"), seen("88", 3), before=seen("90", 70))

    assert (ours.state, ours.changes, ours.stale_since) == (OfferMoved.LEFT_OUT, (), None)
    assert (theirs.state, theirs.changes) == (OfferMoved.LEFT_OUT, ())
    assert rows(between.changes) == [("price_cut", Decimal(90), Decimal(88), Decimal("-2.22"))]


def test_what_nobody_confirmed_in_time_is_stale_since_then_and_not_unchanged() -> None:
    found = moved(before=seen("90", 70))
    long_ago = moved(offer=watched(latest=an_observation("7", captured_at=MONDAY - 40 * DAY)))
    patient = moved(before=seen("90", 70), spell=Spell(since=FRIDAY, until=MONDAY, stale_after=99 * DAY))
    expiring = moved(
        before=seen("90", 70),
        spell=Spell(since=FRIDAY, until=MONDAY, stale_after=99 * DAY),
        rivals=rivals(None, a_competitor(expire_after_days=2)),
    )

    assert (found.state, found.stale_since) == (OfferMoved.STALE, MONDAY - 46 * HOUR)
    assert rows(found.changes) == [("stale", Decimal(90), None, None)]
    assert (long_ago.state, long_ago.stale_since) == (OfferMoved.STALE, MONDAY - 39 * DAY)
    assert patient.state is OfferMoved.UNCHANGED
    assert (expiring.state, expiring.stale_since) == (OfferMoved.STALE, MONDAY - 22 * HOUR)


def test_a_page_that_is_gone_is_lost_since_its_first_failure_and_one_never_read_is_that() -> None:
    gone = moved(offer=watched(misses=3, failing_since=MONDAY - 20 * HOUR), before=seen("9", 70))
    before = moved(offer=watched(misses=3, failing_since=FRIDAY - HOUR), before=seen("9", 70))
    failing = moved(offer=watched(misses=2, failing_since=MONDAY - HOUR))

    assert gone.state is OfferMoved.LOST
    assert [(one.cause, one.at) for one in gone.changes if one.cause is Cause.LOST] == [
        (Cause.LOST, MONDAY - 20 * HOUR)
    ]
    assert (before.state, [one.cause for one in before.changes]) == (OfferMoved.LOST, [Cause.STALE])
    assert (failing.state, failing.changes) == (OfferMoved.NEVER_READ, ())


LOOKS = st.lists(
    st.tuples(
        st.decimals("0.01", "1000", places=2),
        st.sampled_from(["in", "out", "unknown"]),
        st.sampled_from([None, "OWN2", "Shop"]),
    ),
    max_size=12,
)
STOCKS = {"in": Availability.IN_STOCK, "out": OUT, "unknown": Availability.UNKNOWN}


@given(LOOKS)
def test_every_move_is_what_plain_computation_finds(drawn: list[tuple[Decimal, str, str | None]]) -> None:
    looks = [
        seen(str(price), 50 - place, availability=STOCKS[stock], seller=seller)
        for place, (price, stock, seller) in enumerate(drawn)
    ]
    found = moved(*looks, before=seen("50", 70), spell=Spell(since=FRIDAY, until=MONDAY, stale_after=99 * DAY))

    expected: list[tuple[str, Decimal, Decimal]] = []
    last, stock = Decimal(50), "in"
    for price, said, seller in drawn:
        if seller == "OWN2":
            continue
        if said not in {"unknown", stock}:
            expected.append(("back_in_stock" if said == "in" else "out_of_stock", last, price))
            stock = said
        if price != last:
            expected.append(("price_cut" if price < last else "price_rise", last, price))
        last = price
    if drawn and drawn[-1][2] == "OWN2":
        expected = []
    moves = [(one.cause.value, one.before, one.after) for one in found.changes]
    assert moves == expected
    for one in found.changes:
        assert one.before is not None
        assert one.after is not None
        exact = ((one.after - one.before) / one.before * 100).quantize(Decimal("0.0000000001"))
        assert one.percent == exact.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
