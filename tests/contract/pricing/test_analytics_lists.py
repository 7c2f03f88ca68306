"""What people ask of the market by days, through the doors: the grid, places, breaches, cost and the main figures."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.doors import Doors
from tests.fakes.gateway import Gateway
from tests.fakes.rolled_up import rebuilt
from tests.fakes.stored_market import HOUR, Market, ask, headphones, since


@pytest.fixture
def api(doors: Doors) -> Gateway:
    return doors.api("pricing")


@pytest.fixture
def market(doors: Doors, api: Gateway) -> Market:
    """J1's product with a MAP of 90, one that only we have, and one that the market sells under our cost."""
    made = headphones(doors)
    doors.database["products"].update_one({"sku": "HP-100"}, {"$set": {"map_price": Decimal(90), "cost": Decimal(60)}})
    made.product("ALONE", "20", category="Light")
    made.product("DEAR", "100", cost=Decimal(80), supplier="Nord GmbH", category="Light")
    made.look(made.offer("DEAR", "c1"), "75.00", 100)
    rebuilt(doors, api, made, days=13)
    return made


def asked(api: Gateway, path: str, **query: Any) -> Any:
    found = ask(api, f"analytics/{path}", shop_id="demo-eu", **query)
    assert found.status == 200, found.json
    return found.json


def rows(api: Gateway, path: str, key: str = "key", **query: Any) -> Mapping[Any, Any]:
    return {one[key]: one for one in asked(api, path, **query)["data"]}


def test_d1_a_history_has_thirty_days_and_the_lowest_price_of_each(api: Gateway, market: Market) -> None:
    found = asked(api, "history", sku="HP-100")
    day = (market.now - 50 * HOUR).date().isoformat()
    lines = {one["line"]: one for one in found["data"] if one["day"] == day}

    assert found["to"] == market.now.date().isoformat()
    assert found["from"] == (market.now.date() - timedelta(days=29)).isoformat()
    assert set(lines) == {"ours", "c1", "c2", "c3", "c4"}
    assert (lines["ours"]["price"], lines["c1"]["price"], lines["c1"]["low"]) == ("92.99", "79.90", "79.90")
    year = ask(api, "analytics/history", shop_id="demo-eu", sku="HP-100", **{"from": "2025-11-24", "to": "2026-11-23"})
    assert year.status == 200


def test_d2_the_grid_says_who_is_cheaper_dearer_and_under_map(api: Gateway, market: Market) -> None:
    assert market.now is not None
    cells = {(one["sku"], one["competitor_id"]): one for one in asked(api, "matrix")["data"]}

    told = {key: (one["place"], one["map_breach"]) for key, one in cells.items()}
    assert told == {
        ("HP-100", "c1"): ("cheaper", False),
        ("HP-100", "c2"): ("cheaper", True),
        ("HP-100", "c3"): (None, False),
        ("HP-100", "c4"): (None, False),
        ("DEAR", "c1"): ("dearer", False),
    }


def test_d2_only_what_violates_and_as_it_was_on_a_past_day_or_moment(api: Gateway, market: Market) -> None:
    violating = asked(api, "matrix", only="violating")["data"]
    assert {one["sku"] for one in violating} == {"HP-100"}
    # 79.90 was seen fifty hours ago; the day it was seen on and the moment after it say so.
    day = (market.now - 50 * HOUR).date().isoformat()
    moment = since(market, 49.9)
    for as_of in (day, moment):
        cells = {one["competitor_id"]: one for one in asked(api, "matrix", as_of=as_of)["data"] if one["sku"] != "DEAR"}
        assert (cells["c1"]["price"], cells["c1"]["place"], cells["c1"]["map_breach"]) == ("79.90", "dearer", True)
    before = {one["competitor_id"]: one for one in asked(api, "matrix", as_of=since(market, 50.1))["data"]}
    assert before["c1"]["price"] in {"94.90", "75.00"}


@pytest.mark.usefixtures("market")
def test_d3_the_index_of_each_product_names_its_direction_and_benchmark(api: Gateway) -> None:
    day = {"from": asked(api, "index")["to"]}
    average = asked(api, "index", by="product", benchmark="average", **day)
    rival = asked(api, "index", by="product", benchmark="rival", competitor_id="c1", price_mode="item", **day)

    assert {one["key"]: one["index"] for one in average["data"]} == {"ALONE": None, "DEAR": "133.33", "HP-100": "97.99"}
    assert (average["benchmark"], average["price_mode"]) == ("average", "landed")
    assert rival["benchmark"] == "rival c1"
    assert rival["direction"].startswith("our price / the lowest price of c1 x 100, item")
    assert {one["key"]: one["index"] for one in rival["data"]}["HP-100"] == "97.99"


@pytest.mark.usefixtures("market")
def test_d4_what_is_the_same_is_for_the_one_who_asks(api: Gateway) -> None:
    places = [rows(api, "positions", tolerance=one)[None] for one in ("1", "2", "2.1", "40")]

    told = [(one["cheaper"], one["same"], one["dearer"]) for one in places]
    assert told == [(1, 0, 1), (1, 0, 1), (0, 1, 1), (0, 2, 0)]


@pytest.mark.usefixtures("market")
def test_d5_a_product_that_only_we_have_is_first_apart(api: Gateway) -> None:
    found = rows(api, "positions", by="category")

    told = {key: (one["products"], one["first"], one["alone"], one["average_rank"]) for key, one in found.items()}
    assert told == {"Audio": (1, 1, 0, "1.00"), "Light": (1, 0, 1, "2.00")}


@pytest.mark.usefixtures("market")
def test_d6_a_slice_has_prices_overlap_and_stability(api: Gateway) -> None:
    day = {"from": asked(api, "slices")["to"]}
    found = rows(api, "slices", by="category", **day)

    audio, light = found["Audio"], found["Light"]
    assert (audio["lowest"], audio["average"], audio["price_ratio"]) == ("94.90", "94.90", "-2.01")
    assert (light["overlap"], light["retailers"], light["stability"]) == ("50.00", "0.50", "100.00")
    assert (light["currency"], light["ours"]) == ("EUR", "60.00")


@pytest.mark.usefixtures("market")
def test_d7_how_much_prices_move_from_the_smallest_that_counts(api: Gateway) -> None:
    every, large = (rows(api, "volatility", by="product", smallest=one)["HP-100"] for one in ("0", "16"))

    assert (every["changes"], every["largest_fall"], every["largest_rise"]) == (2, "-15.81", "18.77")
    assert (large["changes"], large["ups"], large["downs"]) == (1, 1, 0)
    assert Decimal(every["variance"]) > 0 < Decimal(every["standard_deviation"])
    assert Decimal(every["changed_percent"]) > Decimal(large["changed_percent"]) > 0


@pytest.mark.usefixtures("market")
def test_d8_the_market_under_our_cost_is_listed_with_whom_we_buy_from(api: Gateway) -> None:
    found = rows(api, "below-cost", "sku")

    assert set(found) == {"DEAR"}
    told = {name: found["DEAR"][name] for name in ("supplier", "cost", "lowest", "gap", "gap_percent")}
    assert told == {"supplier": "Nord GmbH", "cost": "80", "lowest": "75.00", "gap": "5.00", "gap_percent": "6.25"}
    assert set(rows(api, "slices", by="supplier")) == {None, "Nord GmbH"}


@pytest.mark.usefixtures("market")
def test_d10_the_main_figures_each_with_its_change(api: Gateway) -> None:
    found = rows(api, "summary", "figure")

    value = {name: one["value"] for name, one in found.items()}
    assert (value["products_monitored"], value["retailers"], value["offers"]) == (3, 2, 3)
    assert value["offers_per_product"] == "1.00"
    assert (value["first_positions"], value["rival_rises"], value["rival_cuts"]) == (1, 1, 1)
    assert found["offers"]["change_percent"] is None
    assert found["average_margin_percent"]["change_percent"] == "0.00"


@pytest.mark.usefixtures("market")
def test_d11_breaches_are_evidence_with_first_and_last_seen_and_the_new_ones_are_counted(
    api: Gateway, market: Market
) -> None:
    found = asked(api, "breaches", limit=1)
    every = rows(api, "breaches", "competitor_id")
    late = asked(api, "breaches", **{"from": (market.now.date() - timedelta(days=1)).isoformat()})

    assert (len(found["data"]), found["more"], found["counts"]) == (1, True, {"offers": 3, "new": 3})
    # c3 was under it until it sold out.
    assert set(every) == {"c1", "c2", "c3"}
    c1, c2 = every["c1"], every["c2"]
    assert (c1["price"], c1["limit"], c1["gap"], c1["gap_percent"]) == ("79.90", "90", "10.10", "11.22")
    assert (c2["first_seen"], c2["last_seen"]) == (shown(market, 90), shown(market, 4))
    assert ask(api, f"observations/{c1['observation_id']}").json["item_price"] == "79.90"
    # c2 has been under MAP since before; nobody is newly so.
    assert late["counts"]["new"] == 0
    assert late["counts"]["offers"] == len(late["data"])


def shown(market: Market, hours: float) -> str:
    return since(market, hours).replace("Z", ".000Z")
