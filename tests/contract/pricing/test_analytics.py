"""The days of the market in MongoDB: equal to pandas on the raw rows, made twice alike, each tenant's own."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pandas as pd  # type: ignore[import-untyped] # no stubs come with it
import pytest

from pricing.domain.analysis import Analysis, Answer
from pricing.domain.exact_percent import rounded
from shared.runtime.mongo import Mongo
from tests.fakes.cloud import FakeCloud
from tests.fakes.drawn_days import FIRST, LAST, RIVALS, DrawnMarket, mean, mean_of_means
from tests.fakes.market_house import NOW, House
from tests.fakes.runs import Run


@pytest.fixture
def house(store: Callable[[str], Mongo], run: Run, cloud: FakeCloud) -> House:
    assert cloud is not None
    return House(store("pricing"), run)


def rows_of(answer: Answer) -> dict[Any, Any]:
    return {one.get("key"): one for one in answer.rows}


@pytest.mark.parametrize(("seed", "currency"), [(1, "EUR"), (2, "JPY"), (3, "KWD")])
def test_figures_are_those_of_pandas_on_the_raw_rows(house: House, seed: int, currency: str) -> None:
    market, other = (DrawnMarket(seed, name, currency) for name in ("org", "rival"))
    for one in (market, replace_seed(other, seed + 50)):
        house.know(one.organisation_id)
        house.keep(one)
        house.roll_up(one)
    frame = market.frame()

    for mode in ("landed", "item"):
        for benchmark in ("lowest", "average", "median"):
            told = house.ask(market, "index", by=("category",), mode=mode, benchmark=benchmark)
            for key, row in rows_of(told).items():
                some = frame[[(one if isinstance(one, str) else None) == key for one in frame["category"]]]
                assert (row["index"], row["products"]) == mean_of_means(some, f"{mode}_{benchmark}")
            assert told.products == mean_of_means(frame, f"{mode}_{benchmark}")[1]
            assert told.products + sum(told.left_out.values()) == len(market.facts)
        for rival in RIVALS:
            told = house.ask(market, "index", mode=mode, benchmark="rival", rival=rival)
            assert (told.rows[0]["index"], told.products) == mean_of_means(frame, f"{mode}_{rival}")
        by_rival = rows_of(house.ask(market, "slices", by=("competitor",), mode=mode))
        for rival in RIVALS:
            expected = mean_of_means(frame, f"{mode}_{rival}")
            found = by_rival.get(rival, {"index": None, "products": 0})
            assert (found["index"], found["products"]) == expected
        _positions(house, market, frame, mode)


def replace_seed(market: DrawnMarket, seed: int) -> DrawnMarket:
    return DrawnMarket(seed, market.organisation_id, market.currency)


def _positions(house: House, market: DrawnMarket, frame: pd.DataFrame, mode: Any) -> None:
    by_day = rows_of(house.ask(market, "positions", by=("day",), mode=mode, tolerance=Decimal(2)))
    for day, some in frame.groupby("day"):
        apart = [one - 100 for one in some[f"{mode}_lowest"] if not pd.isna(one)]
        expected = {
            "products": len(apart),
            "cheaper": sum(one < -2 for one in apart),
            "same": sum(-2 <= one <= 2 for one in apart),
            "dearer": sum(one > 2 for one in apart),
            "first": int((some[f"{mode}_rank"] == 1).sum()),
        }
        assert {name: by_day[day][name] for name in expected} == expected
        ranks = [Fraction(int(one)) for one in some[f"{mode}_rank"].dropna()]
        middle = mean(ranks)
        assert by_day[day]["average_rank"] == (None if middle is None else rounded(middle))
    under = frame[(frame["day"] == LAST.isoformat()) & frame[f"{mode}_min"].notna()]
    expected_under = {one["product"] for _, one in under.iterrows() if one[f"{mode}_min"] < one["cost"]}
    found = house.ask(market, "below-cost", first=LAST, mode=mode)
    assert {one["product_id"] for one in found.rows} == expected_under


def test_breaches_volatility_and_summary_are_those_of_the_raw_rows(house: House) -> None:
    market = DrawnMarket(7, "org", "EUR", products=12)
    house.know("org")
    house.keep(market)
    house.roll_up(market)
    facts = {one.product_id: one for one in market.facts}
    begins, ends = market.ends(FIRST - timedelta(days=1)), market.ends(LAST)
    rows = sorted(market.rows, key=lambda one: one["at"])

    changes = 0
    for offer in {one["offer"] for one in rows}:
        mine = [one for one in rows if one["offer"] == offer]
        for last, one in pairwise(mine):
            near = one["at"] - last["at"] <= timedelta(days=14)
            step = abs(one["landed"] - last["landed"]) * 100 / last["landed"]
            counts = not last["own"] and not one["own"] and near and step >= 5
            changes += begins <= one["at"] < ends and counts
    told = house.ask(market, "volatility", by=("brand",), smallest=Decimal(5))
    assert sum(int(str(one["changes"])) for one in told.rows) == changes > 3

    under = [
        one
        for one in rows
        if begins <= one["at"] < ends
        and not one["own"]
        and not one["unavailable"]
        and one["item"] < (facts[one["product"]].map_price or 0)
    ]
    expected: dict[str, tuple[Any, Any]] = {}
    for one in under:
        first, _ = expected.get(one["offer"], (one["at"], None))
        expected[one["offer"]] = (first, one["at"])
    breaches = {one["offer_id"]: one for one in house.ask(market, "breaches").rows}
    for offer, (first, last) in expected.items():
        assert breaches[offer]["last_seen"] == last
        assert breaches[offer]["first_seen"] <= first
    frame = market.frame()
    ending = frame[frame["day"] == LAST.isoformat()]
    summary = {one["figure"]: one["value"] for one in house.ask(market, "summary").rows}
    index = mean_of_means(ending, "landed_lowest")[0]
    assert index is not None
    assert summary["diff_retailer_percent"] == index - 100
    assert summary["products_monitored"] == 12
    assert summary["first_positions"] == int((ending["landed_rank"] == 1).sum())


def test_the_same_part_twice_and_day_after_day_make_the_same_days(house: House) -> None:
    market = DrawnMarket(11, "org", "EUR")
    house.know("org")
    house.keep(market)
    house.roll_up(market)
    whole = house.days()
    house.roll_up(market)
    assert house.days() == whole

    house.run(house.mongo.collection("market_days").delete_many({}))
    for ahead in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=ahead)
        for hours in (13, 2):
            house.roll_up(market, market.ends(day) - timedelta(hours=hours), first=day, last=day, job_id=None)
    # What was open when its day ended is closed by what is due next.
    house.roll_up(market, market.ends(LAST) + timedelta(minutes=5), first=None, last=None, job_id=None)
    for ahead in range((LAST - FIRST).days):
        day = FIRST + timedelta(days=ahead)
        house.roll_up(market, NOW, first=day, last=day, job_id=None)
    days = {name: one for name, one in house.days().items() if one["day"] <= LAST.isoformat()}
    assert days == whole


def test_a_late_message_leaves_a_newer_day_and_facts_stay_those_of_the_day(house: House) -> None:
    market = DrawnMarket(5, "org", "EUR")
    house.know("org")
    house.keep(market)
    house.roll_up(market, market.ends(LAST) - timedelta(hours=1), first=LAST, last=LAST, job_id=None)
    house.roll_up(market, market.ends(LAST) - timedelta(hours=9), first=LAST, last=LAST, job_id=None)
    assert {one["until"] for one in house.days().values()} == {market.ends(LAST) - timedelta(hours=1)}

    change = {"$set": {"brand": "Later", "cost": Decimal(1)}}
    house.run(house.mongo.collection("products").update_many({"organisation_id": "org"}, change))
    house.roll_up(market, NOW, first=LAST, last=LAST)

    assert {one["brand"] for one in house.days().values()} == {"Alder", "Birch", None}


def test_one_organisation_never_reads_anothers_days(house: House) -> None:
    mine, theirs = DrawnMarket(1, "org", "EUR"), DrawnMarket(2, "rival", "EUR")
    house.know("org")
    for one in (mine, theirs):
        house.keep(one)
    house.roll_up(mine)
    before = [house.ask(mine, name, by=by).rows for name, by in QUESTIONS]

    house.know("rival")
    house.roll_up(theirs)

    assert [house.ask(mine, name, by=by).rows for name, by in QUESTIONS] == before
    stranger = replace_seed(mine, 1)
    stranger.organisation_id = "nobody"
    assert all(not house.ask(stranger, name, by=by).rows for name, by in QUESTIONS if name != "summary")


QUESTIONS: Sequence[tuple[Analysis, tuple[Any, ...]]] = (
    ("matrix", ()),
    ("index", ("brand",)),
    ("positions", ("tag",)),
    ("volatility", ("competitor",)),
    ("breaches", ()),
    ("below-cost", ()),
    ("outliers", ()),
    ("summary", ()),
    ("slices", ("category", "day")),
)


def test_a_moment_inside_a_day_is_made_from_the_looks(house: House) -> None:
    market = DrawnMarket(9, "org", "EUR")
    house.know("org")
    house.keep(market)
    moment = market.ends(date(2026, 11, 18)) - timedelta(hours=7)
    rows = [one for one in market.rows if one["at"] < moment]
    newest = {one["offer"]: one for one in sorted(rows, key=lambda one: one["at"])}

    told = house.ask(market, "matrix", as_of=moment, last=date(2026, 11, 18))

    prices = {(one["product_id"], one["competitor_id"]): one["price"] for one in told.rows}
    expected = {
        (one["product"], one["rival"]): one["landed"]
        if one["stock"] == "in" and not one["own"] and moment - one["at"] <= timedelta(days=14)
        else None
        for one in newest.values()
    }
    assert prices == expected
    assert house.days() == {}


def test_our_changes_are_marked_with_where_they_came_from(house: House) -> None:
    """Published on the 18th, imported by the shop on the 20th, published again on the 21st; then all made again."""
    market = DrawnMarket(21, "org", "EUR", products=1)
    house.know("org")
    house.keep(market)
    name = market.facts[0].product_id
    moves, products = house.mongo.collection("own_moves"), house.mongo.collection("products")

    def at(day: int, hour: int = 9) -> datetime:
        return datetime(2026, 11, day, hour, tzinfo=UTC)

    def publish(moment: datetime, before: str, after: str) -> None:
        fields = {"organisation_id": "org", "product_id": name, "at": moment, "reason": "BEAT_LOWEST"}
        amounts = {"before": Decimal(before), "after": Decimal(after)}
        house.run(moves.insert_one({"_id": f"{moment}"} | fields | amounts))
        # The catalogue tells of it some minutes later.
        shows(moment + timedelta(minutes=5), after)

    def shows(moment: datetime, price: str) -> None:
        change = {"$set": {"price": Decimal(price), "price_since": moment}}
        house.run(products.update_one({"_id": name}, change))

    shows(at(1), "10.00")
    house.roll_up(market, at(17, 20), first=None, last=None, job_id=None)
    publish(at(18), "10.00", "9.50")
    for day in (18, 19):
        house.roll_up(market, at(day, 20), first=None, last=None, job_id=None)
    shows(at(20), "12.00")
    house.roll_up(market, at(20, 20), first=None, last=None, job_id=None)
    publish(at(21), "12.00", "11.00")
    for day in (21, 22):
        house.roll_up(market, at(day, 20), first=None, last=None, job_id=None)
    house.roll_up(market, at(23, 1), first=None, last=None, job_id=None)

    def told() -> list[tuple[Any, Any, list[tuple[str, Any, Any]]]]:
        return [
            (one["day"], one["ours"], [(c["source"], c["before"], c["after"]) for c in one["own_changes"]])
            for _, one in sorted(house.days().items())
            if one["day"] <= "2026-11-22"
        ]

    ten, low, high, last = (Decimal(one) for one in ("10.00", "9.50", "12.00", "11.00"))
    expected = [
        ("2026-11-17", ten, []),
        ("2026-11-18", low, [("BEAT_LOWEST", ten, low)]),
        ("2026-11-19", low, []),
        ("2026-11-20", high, [("catalogue", low, high)]),
        ("2026-11-21", last, [("BEAT_LOWEST", high, last)]),
        ("2026-11-22", last, []),
    ]
    assert told() == expected
    house.roll_up(market, NOW, first=date(2026, 11, 17), last=LAST)
    assert told() == expected


def test_days_on_which_nothing_ran_are_made_up_for(house: House) -> None:
    market = DrawnMarket(4, "org", "EUR", products=3)
    house.know("org")
    house.keep(market)
    house.roll_up(market, market.ends(FIRST) + timedelta(hours=2), first=None, last=None, job_id=None)
    house.roll_up(
        market, market.ends(FIRST + timedelta(days=4)) - timedelta(hours=2), first=None, last=None, job_id=None
    )

    days = {one["day"]: one for one in house.days().values()}

    assert sorted(days) == [(FIRST + timedelta(days=ahead)).isoformat() for ahead in (1, 2, 3, 4)]
    assert [days[name]["until"] == days[name]["ends_at"] for name in sorted(days)] == [True, True, True, False]
