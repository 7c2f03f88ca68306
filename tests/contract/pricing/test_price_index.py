"""The price index over HTTP: 97.99 of J1, periods of days, and our own prices as they were."""

import random
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from pricing.domain.exact_percent import rounded
from tests.fakes.doors import Doors
from tests.fakes.gateway import Gateway
from tests.fakes.rolled_up import rebuilt, rolled_up
from tests.fakes.stored_market import HOUR, Market, ask, headphones, since


@pytest.fixture
def api(doors: Doors) -> Gateway:
    return doors.api("pricing")


@pytest.fixture
def market(doors: Doors) -> Market:
    return headphones(doors)


def days_of(market: Market, days: int) -> dict[str, str]:
    """The last days, as questions name them."""
    today = market.now.date()
    return {"from": (today - timedelta(days=days - 1)).isoformat(), "to": today.isoformat()}


@pytest.mark.usefixtures("market")
def test_j1s_index_is_97_99_with_its_records(api: Gateway) -> None:
    found = ask(api, "price-index/HP-100", shop_id="demo-eu").json

    assert found["direction"].endswith("below 100 we are cheaper")
    now = found["now"]
    assert (now["ours"], now["average"], now["index"]) == ("92.99", "94.90", "97.99")
    assert [one["competitor_id"] for one in now["offers"]] == ["c1", "c2"]
    assert {one["landed_price"] for one in now["offers"]} == {"94.90"}
    assert len(found["days"]) == 14
    for one in now["offers"]:
        assert ask(api, f"observations/{one['observation_id']}").json["offer_id"] == one["offer_id"]


def test_groups_compare_the_last_days_with_those_before(api: Gateway, doors: Doors) -> None:
    market = Market(doors)
    drawn = random.Random(11)
    for name in ("c1", "c2"):
        market.competitor(name, expire_after_days=1)
    noon = 12 + (market.now - market.now.replace(hour=12, minute=0, second=0)) / HOUR - 12
    expected: dict[tuple[str | None, bool], list[Fraction]] = {}
    for number in range(12):
        category = [None, "Audio", "Light"][number % 3]
        price = Decimal(drawn.randrange(1000, 9999)) / 100
        market.product(f"P{number}", str(price), category=category)
        offers = [market.offer(f"P{number}", name) for name in ("c1", "c2")]
        days: dict[bool, list[Fraction]] = {False: [], True: []}
        for back in range(6):
            prices = [Decimal(drawn.randrange(1000, 9999)) / 100 for _ in offers]
            for offer, one in zip(offers, prices, strict=True):
                # Before noon today, so that there is no look after now.
                market.look(offer, str(one), noon + back * 24 + 0.001 if back else max(noon, 0) + 0.001)
                market.look(offer, "1", max(noon, 0) + 0.002 + back * 24)
            days[back < 3].append(Fraction(price) * 2 / sum(map(Fraction, prices), Fraction(0)) * 100)
        for last, some in days.items():
            expected.setdefault((category, last), []).append(sum(some, Fraction(0)) / len(some))

    rebuilt(doors, api, market)

    found = ask(api, "price-index", by="category", days=3).json

    told = {(one["key"], last): one["last" if last else "before"]["index"] for one in found["data"] for last in (1, 0)}
    assert told == {key: str(rounded(sum(some, Fraction(0)) / len(some))) for key, some in expected.items()}
    assert [one["key"] for one in found["data"]] == ["Audio", "Light", None]
    analysed = ask(api, "analytics/index", by="category", benchmark="average", **days_of(market, 3)).json["data"]
    assert {one["key"]: (one["index"], one["before_index"], one["change"]) for one in analysed} == {
        one["key"]: (one["last"]["index"], one["before"]["index"], one["change"]) for one in found["data"]
    }
    by_brand = ask(api, "price-index", by="brand", days=3).json["data"]
    assert [one["last"]["products"] for one in by_brand] == [12]


def test_our_own_published_price_counts_from_its_day_on(api: Gateway, doors: Doors) -> None:
    market = Market(doors)
    market.product("HP-1", "90", price_since=market.now)
    market.competitor("c1")
    market.look(market.offer("HP-1", "c1"), "100", 47)
    moved = {"organisation_id": "org", "product_id": market.id_of("HP-1"), "at": market.now, "reason": "MATCH_LOWEST"}
    doors.database["own_moves"].insert_one({"_id": "chg"} | moved | {"before": Decimal(110), "after": Decimal(90)})

    days = ask(api, "price-index/HP-1", days=2).json["days"]

    known = [one["index"] for one in days if one["index"] is not None]
    assert known[-1] == "90.00"
    assert set(known[:-1]) == {"110.00"}


def test_a_product_that_nobody_else_offers_is_counted_apart(doors: Doors, api: Gateway, market: Market) -> None:
    market.product("HP-400", "29.99", category="Audio")
    market.product("OLD-1", "10", category="Audio", active=False)
    market.product("HP-900", "10", category="Audio", shop_id="other")
    assert ask(api, "price-index", shop_id="demo-eu").json["data"] == []
    rolled_up(doors)

    found = ask(api, "price-index", shop_id="demo-eu", days=1).json

    (audio,) = found["data"]
    assert found["as_of"] >= since(market, 0)[:16]
    assert (audio["key"], audio["last"]["products"], audio["last"]["without_competition"]) == ("Audio", 1, 1)
    assert audio["last"]["index"] == ask(api, "price-index/HP-100", days=1).json["index"] == "97.99"


@pytest.mark.usefixtures("market")
def test_each_competitor_is_measured_by_its_own_lowest_price(doors: Doors, api: Gateway) -> None:
    rolled_up(doors)

    found = ask(api, "price-index", by="competitor", days=1).json

    assert found["direction"].startswith("our price / the lowest price of each competitor x 100")
    assert {one["key"]: one["last"]["index"] for one in found["data"]} == {"c1": "97.99", "c2": "97.99"}


@pytest.mark.usefixtures("market")
def test_a_product_by_days_is_what_is_kept_of_its_days(doors: Doors, api: Gateway) -> None:
    """What is made for one answer and what is made each hour are one thing."""
    market = Market(doors)
    rebuilt(doors, api, market)

    days = ask(api, "price-index/HP-100", days=3).json["days"]

    kept = {one["day"]: one for one in doors.database["market_days"].find({"sku": "HP-100"})}
    for one in days[:-1]:
        stored = kept[one["day"]]
        counted = [offer["observation_id"] for offer in stored["offers"] if not offer["left_out"]]
        index = stored["landed"]["index"].get("average")
        assert one["index"] == (None if index is None else str(rounded(Fraction(index))))
        assert [offer["observation_id"] for offer in one["offers"]] == counted
