"""The price index: 97.99 of J1, what is in no figure, and against a plain computation in fractions."""

import random
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.competitor_rules import Sellers
from pricing.domain.exact_percent import rounded
from pricing.domain.price_index import (
    Day,
    DayIndex,
    PeriodFigure,
    days_until,
    index_of_days,
    keys_of,
    of_competitor,
    price_at,
    product_index,
)
from pricing.domain.price_seen import PriceSeen
from pricing.domain.reading import Availability
from pricing.usecases.moves import OwnMove
from tests.builders.market import HOUR, rivals, seen
from tests.builders.pricing import MONDAY, a_competitor, some_facts

TODAY = Day(MONDAY.date(), MONDAY)
OUT = Availability.OUT_OF_STOCK


def now(ours: str | None, *looks: PriceSeen, **changes: object) -> DayIndex:
    known = changes.get("rivals", rivals())
    assert isinstance(known, type(rivals()))
    (found,) = index_of_days([TODAY], [None if ours is None else Decimal(ours)], looks, known)
    return found


def offers(*prices: str) -> list[PriceSeen]:
    return [seen(price, 1, offer_id=f"o{place}") for place, price in enumerate(prices)]


def test_j1_headphones_at_92_99_have_an_index_of_97_99() -> None:
    c3 = seen("79", 1, offer_id="c3", availability=OUT)
    own = seen("88", 1, offer_id="own", seller="OWN2")

    found = now("92.99", *offers("94.90", "94.90"), c3, own)

    assert found.shown == (Decimal("94.90"), Decimal("97.99"))
    assert [one.offer_id for one in found.offers] == ["o0", "o1"]


def test_at_parity_it_is_100_and_above_it_we_are_dearer() -> None:
    assert now("10", *offers("10")).shown[1] == 100
    assert now("11", *offers("9", "11")).shown[1] == 110


def test_of_each_offer_the_newest_look_counts_and_only_within_its_time() -> None:
    expired = seen("1", 24 * 15, offer_id="b")
    later = seen("1", -1, offer_id="c")

    found = now("10", seen("8", 9, offer_id="a"), seen("10", 2, offer_id="a"), expired, later)

    assert [one.landed_price for one in found.offers] == [Decimal(10)]
    assert found.shown[1] == 100


def test_a_newer_look_that_does_not_count_leaves_no_older_one_to_count() -> None:
    sold_out = seen("8", 1, offer_id="a", availability=OUT)
    excluded = rivals(None, a_competitor(sellers=Sellers(exclude=("dumper",))))

    assert now("10", seen("8", 9, offer_id="a"), sold_out).index is None
    assert now("10", seen("8", 9), seen("7", 1, seller="Dumper"), rivals=excluded).index is None


def test_a_price_without_a_rate_counts_nowhere_and_one_with_it_in_our_money() -> None:
    unrated = seen("5", 1, offer_id="a", currency="USD")
    rated = seen("5", 1, offer_id="b", currency="USD", compared_price=Decimal(20), compared_currency="EUR")

    assert now("10", unrated, rated).shown == (Decimal(20), Decimal(50))
    assert now("10", unrated).index is None


def test_what_our_price_was_is_only_said_where_it_is_known() -> None:
    facts = some_facts("12", price_since=MONDAY - 2 * HOUR)
    moves = [
        OwnMove("prd", MONDAY - 50 * HOUR, Decimal(9), Decimal(10), ""),
        OwnMove("prd", MONDAY - 2 * HOUR, Decimal(10), Decimal(12), ""),
    ]

    prices = [price_at(facts, moves, MONDAY - hours * HOUR) for hours in (0, 2, 3, 50, 51)]

    assert prices == [Decimal(12), Decimal(12), Decimal(10), Decimal(10), Decimal(9)]
    assert price_at(facts, [], MONDAY - 3 * HOUR) is None
    assert price_at(some_facts("12"), [], MONDAY - 900 * HOUR) == 12


def test_days_are_whole_ones_in_utc_and_the_last_ends_now() -> None:
    days = days_until(MONDAY, 3)

    assert [one.date for one in days] == [date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)]
    assert [one.at for one in days[:2]] == [MONDAY - 30 * HOUR, MONDAY - 6 * HOUR]
    assert days[2].at == MONDAY


def test_products_without_competition_or_price_are_counted_apart() -> None:
    figure = PeriodFigure()
    for days in ([now("10", *offers("8"))], [now("10")], [now(None, *offers("8"))]):
        figure.take(days)

    assert (figure.products, figure.without_competition, figure.without_price) == (1, 1, 1)
    assert figure.index == 125
    assert PeriodFigure().index is None


def test_a_product_stands_in_the_groups_that_are_asked_for() -> None:
    facts = some_facts(category="Audio", brand="Alder")
    watching = {"prd": ["c2", "c1", "c2"]}

    assert keys_of(facts, "category", watching) == ("Audio",)
    assert keys_of(facts, "brand", watching) == ("Alder",)
    assert keys_of(facts, "competitor", watching) == ["c1", "c2"]
    assert keys_of(facts, "none", watching) == (None,)


def test_against_one_competitor_only_its_offers_count() -> None:
    known = rivals(None, a_competitor(), a_competitor(competitor_id="c2", domain="c2.example"))
    day = now("10", seen("8", 1, offer_id="a"), seen("20", 1, offer_id="b", competitor_id="c2"), rivals=known)

    indexes = {name: of_competitor([day], name, known)[0].shown[1] for name in ("c1", "c2", "c3")}

    assert indexes == {"c1": 125, "c2": 50, "c3": None}


MONEY = st.decimals("0.01", "99999.99", places=2)


@given(MONEY, st.lists(st.tuples(MONEY, st.booleans(), st.booleans()), min_size=1, max_size=8))
def test_one_product_is_what_fractions_say(ours: Decimal, drawn: list[tuple[Decimal, bool, bool]]) -> None:
    looks = [
        seen(
            str(price),
            1,
            offer_id=f"o{place}",
            availability=Availability.IN_STOCK if stocked else OUT,
            seller="own2" if own else None,
        )
        for place, (price, stocked, own) in enumerate(drawn)
    ]

    found = now(str(ours), *looks)

    counting = [Fraction(price) for price, stocked, own in drawn if stocked and not own]
    expected = Fraction(ours) * len(counting) / sum(counting) * 100 if counting else None
    assert found.index == expected
    assert found.shown[1] == (None if expected is None else rounded(expected))


def test_a_group_of_many_products_is_the_mean_of_exact_fractions() -> None:
    drawn = random.Random(5)
    figure, exact = PeriodFigure(), []
    for _ in range(300):
        days = []
        for _day in range(drawn.randrange(1, 4)):
            prices = [f"{drawn.randrange(100, 99_999) / 100:.2f}" for _ in range(drawn.randrange(1, 6))]
            days.append(now(f"{drawn.randrange(100, 99_999) / 100:.2f}", *offers(*prices)))
        figure.take(days)
        exact.append(sum((one.index or Fraction(0) for one in days), Fraction(0)) / len(days))

    assert figure.index == rounded(sum(exact, Fraction(0)) / len(exact))


def test_half_of_a_hundredth_goes_to_the_even_one_in_groups_too() -> None:
    # 100.005 and 100.015 exactly, as the mean of two products each.
    for pair, expected in ((("100", "100.01"), "100.00"), (("100.01", "100.02"), "100.02")):
        figure = PeriodFigure()
        for ours in pair:
            figure.take([now(ours, *offers("100"))])
        assert figure.index == Decimal(expected)
    assert rounded(Fraction("97.985")) == Decimal("97.985").quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def test_a_period_is_the_mean_of_its_days() -> None:
    days = [now("10", *offers("10")), now("10", *offers("8")), now("10")]

    assert product_index(days) == Decimal("112.50")
    assert product_index([now("10")]) is None
