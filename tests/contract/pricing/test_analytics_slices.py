"""Any slice of two dimensions, outliers and how far prices spread: equal to pandas on the raw rows, in fractions."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from math import isclose
from typing import Any

import pandas as pd  # type: ignore[import-untyped] # no stubs come with it
import pytest

from pricing.domain.analysis import Dimension
from pricing.domain.exact_percent import rounded
from shared.runtime.mongo import Mongo
from tests.fakes.cloud import FakeCloud
from tests.fakes.drawn_days import LAST, RIVALS, DrawnMarket, mean, share
from tests.fakes.market_house import House
from tests.fakes.runs import Run

PAIRS: tuple[tuple[Dimension, Dimension], ...] = (
    ("category", "day"),
    ("brand", "week"),
    ("tag", "supplier"),
    ("shop", "brand"),
    ("product", "week"),
    ("competitor", "category"),
    ("competitor", "day"),
)


@pytest.fixture
def house(store: Callable[[str], Mongo], run: Run, cloud: FakeCloud) -> House:
    assert cloud is not None
    return House(store("pricing"), run)


def kept(house: House, market: DrawnMarket) -> DrawnMarket:
    house.know(market.organisation_id)
    house.keep(market)
    house.roll_up(market)
    return market


def known(values: Any) -> list[Fraction]:
    return [Fraction(one) for one in values if one is not None and not pd.isna(one)]


def told(value: Fraction | None) -> Decimal | None:
    return None if value is None else rounded(value)


def of_products(some: pd.DataFrame, column: str) -> Fraction | None:
    """The mean of the products, each the mean of its days."""
    found = (mean(known(one[column])) for _, one in some.groupby("product"))
    return mean([one for one in found if one is not None])


def by_rival(frame: pd.DataFrame, mode: str) -> pd.DataFrame:
    """A row for each rival that counts on a product's day, with the index against it alone."""
    made = []
    for rival in RIVALS:
        some = frame[frame[f"{mode}_{rival}_min"].notna()]
        columns = {"competitor": rival, "index": some[f"{mode}_{rival}"], "lowest": some[f"{mode}_{rival}_min"]}
        made.append(some.assign(**columns))
    return pd.concat(made)


def expected(frame: pd.DataFrame, by: tuple[str, str], mode: str) -> Iterator[tuple[tuple[Any, Any], dict[str, Any]]]:
    if "competitor" in by:
        frame = by_rival(frame, mode)
    else:
        frame = frame.assign(index=frame[f"{mode}_lowest"], lowest=frame[f"{mode}_min"])
    if "tag" in by:
        frame = frame.explode("tag")
    for keys, some in frame.groupby(list(by), dropna=False):
        one, other = (None if pd.isna(key) else key for key in keys)
        yield (one, other), figures(some, mode, whole="competitor" not in by)


def figures(some: pd.DataFrame, mode: str, *, whole: bool) -> dict[str, Any]:
    indexes = known(some["index"])
    index = of_products(some, "index")
    rank = of_products(some, f"{mode}_rank")
    found = {
        "index": told(index),
        "price_ratio": told(None if index is None else index - 100),
        "products": sum(bool(known(one["index"])) for _, one in some.groupby("product")),
        "product_days": len(indexes),
        "cheaper": sum(one < 99 for one in indexes),
        "same": sum(99 <= one <= 101 for one in indexes),
        "dearer": sum(one > 101 for one in indexes),
        "first": int((some[f"{mode}_rank"] == 1).sum()),
        "average_rank": told(rank),
        "offers_below": told(None if rank is None else rank - 1),
        "offers": told(of_products(some, "offers")),
        "ours": told(of_products(some, "ours")),
        "lowest": told(of_products(some, "lowest")),
        "margin": told(of_products(some, "margin")),
    }
    if not whole:
        return found | dict.fromkeys(("average", "highest", "retailers", "overlap", "stability", "ups", "downs"))
    offered = sum(one["offers"].max() > 0 for _, one in some.groupby("product"))
    steps = [step for day in some["steps"] for step in day]
    return found | {
        "average": told(of_products(some, f"{mode}_mean")),
        "highest": told(of_products(some, f"{mode}_max")),
        "retailers": told(of_products(some, "retailers")),
        "overlap": told(share(Decimal(int(offered)), Decimal(some["product"].nunique()))),
        "stability": told(share(Decimal(sum(not day for day in some["steps"])), Decimal(len(some)))),
        "ups": sum(step > 0 for step in steps),
        "downs": sum(step < 0 for step in steps),
    }


@pytest.mark.parametrize(("seed", "currency", "mode"), [(1, "EUR", "landed"), (2, "JPY", "item"), (3, "KWD", "landed")])
def test_slices_of_two_dimensions_are_those_of_pandas(house: House, seed: int, currency: str, mode: Any) -> None:
    market = kept(house, DrawnMarket(seed, "org", currency, products=9))
    frame = market.frame()

    for pair in PAIRS:
        rows = {(one["key"], one["second"]): one for one in house.ask(market, "slices", by=pair, mode=mode).rows}
        wanted = dict(expected(frame, pair, mode))
        assert set(rows) == set(wanted)
        for key, figure in wanted.items():
            assert {name: rows[key][name] for name in figure} == figure, (pair, key)
            assert rows[key]["currency"] == currency


def test_prices_in_two_kinds_of_money_have_no_mean(house: House) -> None:
    for currency in ("EUR", "JPY"):
        kept_market = DrawnMarket(5, "org", currency, products=3)
        if currency == "EUR":
            house.know("org")
        house.keep(kept_market)
        house.roll_up(kept_market)

    (both,) = house.ask(kept_market, "slices", shop_ids=("shop-eur", "shop-jpy")).rows
    shops = house.ask(kept_market, "slices", shop_ids=("shop-eur", "shop-jpy"), by=("shop",)).rows

    assert (both["currency"], both["ours"], both["lowest"]) == (None, None, None)
    assert both["index"] is not None
    assert {one["key"]: one["currency"] for one in shops} == {"shop-eur": "EUR", "shop-jpy": "JPY"}
    assert None not in {one["ours"] for one in shops}


def test_outliers_and_how_far_prices_spread_are_those_of_pandas(house: House) -> None:
    market = kept(house, DrawnMarket(41, "org", "EUR", products=12))
    frame = market.frame()

    found = {
        (one["product_id"], one["competitor_id"]): one["divergence"]
        for one in house.ask(market, "outliers", divergence=Decimal(20), first=LAST).rows
    }
    last = frame[(frame["day"] == LAST.isoformat()) & frame["ours"].notna()]
    wanted = {
        (day["product"], rival): share(abs(day["ours"] - Decimal(theirs)), day["ours"])
        for _, day in last.iterrows()
        for rival in RIVALS
        if not pd.isna(theirs := decimal(day[f"landed_{rival}_min"]))
    }
    assert found == {key: rounded(one) for key, one in wanted.items() if one >= 20}
    assert found

    spread = {one["key"]: one for one in house.ask(market, "volatility", by=("product",)).rows}
    for product, row in spread.items():
        mine = frame[frame["product"] == product]
        steps = [step for day in mine["steps"] for step in day]
        assert (row["changes"], row["ups"]) == (len(steps), sum(one > 0 for one in steps))
        assert (row["largest_rise"], row["largest_fall"]) == (
            told(max((one for one in steps if one > 0), default=None)),
            told(min((one for one in steps if one < 0), default=None)),
        )
        deviation = pd.Series([float(one) for one in known(mine["landed_min"])]).std(ddof=0)
        assert isclose(float(str(row["standard_deviation"])), deviation, abs_tol=0.006)
    assert spread


def decimal(value: Any) -> Any:
    return value if pd.isna(value) else Decimal(value.numerator) / Decimal(value.denominator)
