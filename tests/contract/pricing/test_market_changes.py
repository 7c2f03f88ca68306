"""What moved in the market over HTTP: each organisation its own, and nonsense refused by name."""

from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.doors import Doors
from tests.fakes.gateway import Gateway
from tests.fakes.rolled_up import rolled_up
from tests.fakes.stored_market import SCOPE, Market, ask, headphones, since


@pytest.fixture
def api(doors: Doors) -> Gateway:
    return doors.api("pricing")


@pytest.fixture
def market(doors: Doors) -> Market:
    return headphones(doors)


def test_the_weekend_is_listed_with_the_cut_that_was_taken_back(api: Gateway, market: Market) -> None:
    found = ask(api, "market-changes", since=since(market, 60)).json["data"]

    told = [(one["cause"], one["competitor_id"], one["before"], one["after"], one["percent"]) for one in found]
    assert told == [
        ("price_cut", "c1", "94.90", "79.90", "-15.81"),
        ("out_of_stock", "c3", "79.00", "79.00", "0.00"),
        ("price_rise", "c1", "79.90", "94.90", "18.77"),
    ]
    assert found[0]["taken_back_at"] == found[2]["at"]
    assert {one["sku"] for one in found} == {"HP-100"}
    for one in found:
        read = ask(api, f"observations/{one['observation_id']}").json
        assert Decimal(read["landed_price"]) == Decimal(one["after"])


def test_the_summary_counts_by_competitor_and_cause_and_stale_apart(api: Gateway, market: Market) -> None:
    old = market.offer("HP-100", "c5")
    market.competitor("c5")
    market.look(old, "70", 70)

    found = ask(api, "market-changes/summary", since=since(market, 60)).json
    rows = ask(api, "market-changes", since=since(market, 60), cause="stale").json["data"]

    told = {
        one["competitor_id"]: ({name: count for name, count in one["states"].items() if count}, one["stale_since"])
        for one in found["competitors"]
    }
    stale_since = since(market, 46).replace("Z", ".000Z")
    assert told == {
        "c1": ({"changed": 1}, None),
        "c2": ({"unchanged": 1}, None),
        "c3": ({"changed": 1}, None),
        "c4": ({"left_out": 1}, None),
        "c5": ({"stale": 1}, stale_since),
    }
    causes = {name: count for name, count in found["causes"].items() if count}
    assert causes == {"price_cut": 1, "price_rise": 1, "out_of_stock": 1, "stale": 1}
    assert [(one["competitor_id"], one["at"], one["before"]) for one in rows] == [("c5", stale_since, "70")]


def test_pages_of_changes_are_whole_and_without_repetition(api: Gateway, market: Market) -> None:
    for number in range(5):
        market.product(f"P{number}")
        offer = market.offer(f"P{number}", "c1")
        for hours in range(number + 3):
            market.look(offer, str(10 + hours % 2), 40 - hours)
    whole = ask(api, "market-changes", since=since(market, 60), limit=500).json["data"]

    paged: list[Any] = []
    cursor = ""
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = ask(api, "market-changes", since=since(market, 60), limit=2, **more).json
        assert len(page["data"]) <= 2
        paged += page["data"]
        cursor = page["next_cursor"]
        if not cursor:
            break

    assert paged == whole
    # Each of the five ends with the row that says it is stale.
    assert len(whole) == 3 + 4 + 5 + 6 + 7 + 8
    only = ask(api, "market-changes", since=since(market, 60), competitor_id="c3").json["data"]
    assert [one["cause"] for one in only] == ["out_of_stock"]


def test_no_organisation_sees_the_market_of_another(api: Gateway, market: Market, doors: Doors) -> None:
    rival = Market(doors, "rival")
    rival.product("HP-100", "50")
    rival.competitor("c1")
    offer = rival.offer("HP-100", "c1")
    rival.look(offer, "60", 30)
    rival.look(offer, "40", 3)

    theirs = ask(api, "market-changes", "rival", since=since(market, 60)).json["data"]
    summary = ask(api, "market-changes/summary", "rival", since=since(market, 60)).json
    index = ask(api, "price-index/HP-100", "rival").json["now"]
    rolled_up(doors)
    groups = ask(api, "price-index", "rival", by="competitor").json["data"]

    assert [(one["cause"], one["after"]) for one in theirs] == [("seen_again", "60"), ("price_cut", "40")]
    assert [one["competitor_id"] for one in summary["competitors"]] == ["c1"]
    assert (index["ours"], index["average"], index["index"]) == ("50", "40.00", "125.00")
    assert [(one["key"], one["last"]["products"]) for one in groups] == [("c1", 1)]
    assert ask(api, "price-index/HP-100", "stranger").status == 404
    assert ask(api, "market-changes", "stranger", since=since(market, 60)).json["data"] == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("market-changes?since=2026-01-01T00:00:00Z&until=2026-06-01T00:00:00Z", 422, "pricing/invalid-window"),
        ("market-changes?since=2099-01-01T00:00:00Z", 422, "pricing/invalid-window"),
        ("market-changes/summary?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", 422, "pricing/invalid-window"),
        ("market-changes?since=2026-01-01T00:00:00", 422, "request/invalid"),
        (
            "market-changes?since=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z&cursor=YWJj",
            422,
            "paging/invalid-cursor",
        ),
        ("price-index?by=colour", 422, "request/invalid"),
        ("price-index?days=46", 422, "request/invalid"),
        ("price-index/NO-SUCH", 404, "pricing/product-unknown"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(api: Gateway, path: str, status: int, code: str) -> None:
    place, _, query = path.partition("?")

    told = api.ask("GET", f"/pricing/{place}", query=query, scopes=SCOPE)

    assert (told.status, told.json["type"]) == (status, f"/problems/{code}")


@pytest.mark.parametrize("path", ["market-changes", "market-changes/summary", "price-index", "price-index/HP-100"])
def test_it_takes_the_scope_of_the_market(api: Gateway, path: str) -> None:
    told = api.ask("GET", f"/pricing/{path}", query="since=2026-11-01T00:00:00Z", scopes="prices:read")

    assert told.status == 403
