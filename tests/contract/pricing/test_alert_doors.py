"""From a look at a page to an alert, through the doors, and what people do with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders.events import body_of, identity, sample, with_bodies
from tests.fakes.doors import Doors
from tests.fakes.gateway import EVERYTHING, Gateway

PRODUCTS = body_of(sample("sqs_products_changed"))
READ = body_of(sample("sqs_pages_read"))
RULE: dict[str, Any] = {"shop_id": "demo-eu", "name": "Cuts", "triggers": ["drop"]}


class Market:
    """One product of one shop, watched at one competitor, with a rule that tells cuts."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.api: Gateway = doors.api("pricing")
        told = PRODUCTS["products"][0] | {"product_id": "prd", "sku": "HP-200", "sold_28d": 40}
        self.deliver(
            "record_products", "sqs_products_changed", PRODUCTS | {"organisation_id": "org", "products": [told]}
        )
        competitor = {"competitor_id": "shop-example", "name": "Shop", "domain": "shop.example"}
        assert self.api.ask("POST", "/pricing/competitors", competitor).status == 201
        offer = {
            "shop_id": "demo-eu",
            "sku": "HP-200",
            "competitor_id": "shop-example",
            "url": "https://shop.example/p",
        }
        added = self.api.ask("POST", "/pricing/offers", {"offers": [offer]}).json["results"]
        self.offer_id = added[0]["offer_id"]
        self.rule = self.api.ask("POST", "/pricing/alert-rules", RULE).json

    def deliver(self, door: str, name: str, *bodies: dict[str, Any]) -> None:
        """Open a queue's door with these messages."""
        assert self.doors.open("pricing", door)(with_bodies(sample(name), bodies)) == {"batchItemFailures": []}

    def look(self, price: str, hours_ago: int) -> None:
        """A scan's reading, delivered twice."""
        at = (datetime.now(UTC) - timedelta(hours=hours_ago)).isoformat()
        ours = {"offer_id": self.offer_id, "product_id": "prd", "captured_at": at, "item_price": price}
        message = READ | {"id": f"m-{price}", "job_id": f"job-{price}", "organisation_id": "org"}
        message["readings"] = [READ["readings"][0] | ours]
        self.deliver("record_observations", "sqs_pages_read", message, message)

    def tick(self) -> int:
        """The minute's tick, when what was noted has waited long enough."""
        events = self.doors.database["market_events"]
        events.update_many({}, {"$set": {"at": datetime.now(UTC) - timedelta(hours=1)}})
        counted: int = self.doors.open("pricing", "raise_alerts")(sample("schedule_tick"))["count"]
        return counted

    def alerts(self, query: str = "") -> list[dict[str, Any]]:
        """The list."""
        found: list[dict[str, Any]] = self.api.ask("GET", "/pricing/alerts", query=query).json["data"]
        return found


@pytest.fixture
def market(doors: Doors) -> Market:
    """The house whose market is watched."""
    return Market(doors)


def test_a_cut_becomes_one_alert_that_people_read_and_judge(market: Market) -> None:
    market.look("94.90", 3)
    first = market.tick()
    market.look("84.90", 2)
    told = [market.tick(), market.tick()]

    (alert,) = market.alerts("shop_id=demo-eu")
    path = f"/pricing/alerts/{alert['alert_id']}"
    whole = market.api.ask("GET", path).json
    judged = market.api.ask("POST", f"{path}/feedback", {"useful": True}).json
    (line,) = whole["lines"]
    assert (first, told) == (0, [1, 0])
    assert alert["text"].startswith("Shop cut HP-200 by ")
    assert (alert["direction"], alert["competitor_id"], alert["subscribers"]) == ("down", "shop-example", ["usr"])
    assert (line["sku"], line["trigger"], line["offer_id"]) == ("HP-200", "drop", market.offer_id)
    observation = market.api.ask("GET", f"/pricing/observations/{line['observation_id']}")
    assert (observation.status, observation.json["item_price"]) == (200, "84.90")
    assert (judged["useful"], judged["useful_by"]) == (True, "usr")
    assert market.alerts("rule_id=alt_other") == []


def test_a_rule_is_changed_switched_off_and_removed(market: Market) -> None:
    path = f"/pricing/alert-rules/{market.rule['rule_id']}"
    body = {
        "triggers": ["rise", "drop"],
        "scope": {"tags": ["KVI"], "price_from": "1.50"},
        "baseline": "mine",
        "threshold": {"amount": "2.50", "unit": "money"},
        "which": "named",
        "named": ["shop-example"],
        "timing": {"instant": False, "weekdays": [4, 0, 4], "hour": 7},
        "stop_after": 3,
        "enabled": False,
    }
    changed = market.api.ask("PATCH", path, body).json
    market.look("94.90", 3)
    market.look("84.90", 2)

    (listed,) = market.api.ask("GET", "/pricing/alert-rules", query="shop_id=demo-eu").json["data"]
    assert listed == changed == market.api.ask("GET", path).json
    assert (changed["triggers"], changed["version"], changed["enabled"]) == (["drop", "rise"], 2, False)
    assert changed["scope"] | {"tags": ["kvi"], "price_from": "1.50"} == changed["scope"]
    assert changed["timing"] == {"instant": False, "weekdays": [0, 4], "hour": 7}
    assert (changed["threshold"], changed["stop_after"]) == ({"amount": "2.50", "unit": "money"}, 3)
    assert market.tick() == 0
    assert market.api.ask("PATCH", path, {"stop_after": None}).json["stop_after"] is None
    assert [market.api.ask("DELETE", path).status for _ in range(2)] == [204, 204]
    gone = market.api.ask("GET", path)
    assert (gone.status, gone.json["type"]) == (404, "/problems/pricing/alert-rule-not-found")


@pytest.mark.parametrize(
    "body",
    [
        RULE | {"triggers": []},
        RULE | {"triggers": ["moon_phase"]},
        RULE | {"which": "named"},
        RULE | {"timing": {"instant": False}},
        RULE | {"threshold": {"amount": "-1"}},
        RULE | {"daily_budget": 0},
        RULE | {"organisation_id": "other"},
    ],
)
def test_rules_that_cannot_be_are_refused(market: Market, body: dict[str, Any]) -> None:
    assert market.api.ask("POST", "/pricing/alert-rules", body).status == 422


def test_another_organisation_finds_none_of_it(market: Market) -> None:
    market.look("94.90", 3)
    market.tick()
    market.look("84.90", 2)
    market.tick()
    (alert,) = market.alerts()
    other = identity(EVERYTHING, "other")
    asked = [
        ("GET", f"/pricing/alerts/{alert['alert_id']}", None),
        ("POST", f"/pricing/alerts/{alert['alert_id']}/feedback", {"useful": False}),
        ("GET", f"/pricing/alert-rules/{market.rule['rule_id']}", None),
        ("PATCH", f"/pricing/alert-rules/{market.rule['rule_id']}", {"name": "theirs"}),
    ]
    assert [market.api.ask(how, path, body, proved=other).status for how, path, body in asked] == [404] * 4
    for path in ("/pricing/alerts", "/pricing/alert-rules"):
        assert market.api.ask("GET", path, proved=other).json["data"] == []
    assert market.api.ask("DELETE", f"/pricing/alert-rules/{market.rule['rule_id']}", proved=other).status == 204
    assert [one["useful"] for one in market.alerts()] == [None]
    assert market.api.ask("GET", f"/pricing/alert-rules/{market.rule['rule_id']}").json["name"] == "Cuts"
