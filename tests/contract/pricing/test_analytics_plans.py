"""Every documented question about the market is answered from indexes: asked as people ask it, each query explained."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from pricing.domain.analysis import ANALYSES, Analysis, Dimension
from shared.runtime.mongo import Mongo
from tests.fakes.cloud import FakeCloud
from tests.fakes.drawn_days import DrawnMarket
from tests.fakes.market_house import NOW, House
from tests.fakes.runs import Run
from tests.fakes.spoken import spoken

DIMENSIONS: tuple[Dimension, ...] = (
    *("brand", "category", "competitor", "shop", "supplier", "tag", "day", "week", "product"),
)
GROUPS: tuple[Dimension, ...] = ("brand", "category", "tag", "supplier", "competitor", "product")
MOVERS: tuple[Dimension, ...] = (*GROUPS, "day", "week")
MOMENT = NOW - timedelta(days=3)
type Question = tuple[Analysis, dict[str, Any]]


def documented() -> Iterator[Question]:
    """Each sentence of D1 to D11, as the API asks it."""
    yield "history", {"sku": "org-EUR-1"}
    for some in ({}, {"only_violating": True}, {"after": "org-EUR-1"}, {"as_of": MOMENT, "last": MOMENT.date()}):
        yield "matrix", some
    for one in GROUPS:
        yield "index", {"by": (one,), "benchmark": "average"}
        yield "positions", {"by": (one,)}
    for benchmark in ({"benchmark": "median"}, {"benchmark": "rival", "rival": "c1"}):
        yield "index", benchmark
    for days in ((), ("day",)):
        yield "positions", {"by": days}
    for one in MOVERS:
        yield "volatility", {"by": (one,)}
    for kind in ("map", "msrp"):
        yield "breaches", {"limit_kind": kind}
    yield "below-cost", {}
    yield "outliers", {}
    yield "summary", {}
    for one in DIMENSIONS:
        yield "slices", {"by": (one,)}
    for pair in combinations(DIMENSIONS, 2):
        yield "slices", {"by": pair}


QUESTIONS = [*documented()]


@pytest.fixture
def house(store: Callable[[str], Mongo], run: Run, cloud: FakeCloud) -> House:
    assert cloud is not None
    made = House(store("pricing"), run)
    made.know("org")
    for currency in ("EUR", "JPY"):
        market = DrawnMarket(1, "org", currency, products=3)
        made.keep(market)
        made.roll_up(market)
    # A store that has nothing in a collection has no plan for it.
    run(made.mongo.collection("own_moves").insert_one({"_id": "x", "organisation_id": "org"}))
    return made


def checked(house: House, query: Mapping[str, Any], asked: object) -> None:
    plan = house.explained(query)
    assert "IXSCAN" in plan.stages, (asked, query, plan)
    assert "COLLSCAN" not in plan.stages, (asked, query, plan)
    # Whose it is stands first in every index that is used.
    assert plan.first_fields == {"organisation_id"}, (asked, query, plan)


def test_every_analysis_is_asked() -> None:
    assert {name for name, _ in QUESTIONS} == set(ANALYSES)


@pytest.mark.parametrize("shops", [("shop-eur",), ("shop-eur", "shop-jpy")], ids=["one shop", "two"])
def test_every_query_of_every_question_is_answered_from_an_index(house: House, shops: tuple[str, ...]) -> None:
    market = DrawnMarket(1, "org", "EUR", products=3)
    # A moment lies in a day of one shop's own clock.
    asked_of_them = [one for one in QUESTIONS if len(shops) == 1 or "as_of" not in one[1]]
    for name, more in asked_of_them:
        with spoken() as asked:
            house.ask(market, name, shop_ids=shops, **more)
        assert asked
        for query in asked:
            checked(house, query, (name, more))


def test_which_shops_there_are_is_answered_from_an_index(house: House) -> None:
    with spoken() as asked:
        house.ask(DrawnMarket(1, "org", "EUR", products=1), "summary", shop_ids=())

    assert [query for query in asked if query.get("find") == "products"]
    for query in asked:
        checked(house, query, "all shops")


def test_the_price_index_up_to_now_is_answered_from_indexes(house: House) -> None:
    with spoken() as asked:
        house.run(house.price_index.product("org", "org-EUR-1", "shop-eur", 7))
        house.run(house.price_index.groups("org", "category", 7, "shop-eur"))
    assert {query.get("find", query.get("aggregate")) for query in asked} >= {"market_days", "observations", "offers"}
    for query in asked:
        checked(house, query, "price index")


def test_a_query_without_an_index_is_noticed(house: House) -> None:
    with spoken() as asked:
        house.run(house.mongo.collection("market_days").find_one({"standing": 4}))

    with pytest.raises(AssertionError):
        checked(house, asked[0], "nothing")
