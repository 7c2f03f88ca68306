"""From a look at a page to new decisions by itself, through the doors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders.events import body_of, sample, with_bodies
from tests.builders.pricing import MATCH
from tests.fakes.doors import Doors
from tests.fakes.gateway import Gateway
from tests.fakes.trials import checked_without_a_shop

PRODUCTS = body_of(sample("sqs_products_changed"))
READ = body_of(sample("sqs_pages_read"))
NOTHING_FAILED: dict[str, Any] = {"batchItemFailures": []}
SKUS = ("HP-100", "HP-200")


class Market:
    """Two products of one shop, each watched at one competitor, and a policy that follows prices at once."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.api: Gateway = doors.api("pricing")
        self.decided = 0
        told = PRODUCTS["products"][0]
        products = [told | {"product_id": f"prd-{sku}", "sku": sku} for sku in SKUS]
        doors.cloud.functions["pricing-trial"] = checked_without_a_shop
        self.deliver(
            "record_products", "sqs_products_changed", PRODUCTS | {"organisation_id": "org", "products": products}
        )
        competitor = {"competitor_id": "shop-example", "name": "Shop", "domain": "shop.example"}
        assert self.api.ask("POST", "/pricing/competitors", competitor).status == 201
        offers = [
            {"shop_id": "demo-eu", "sku": sku, "competitor_id": "shop-example", "url": f"https://shop.example/p/{sku}"}
            for sku in SKUS
        ]
        added = self.api.ask("POST", "/pricing/offers", {"offers": offers}).json["results"]
        self.offers = {sku: one["offer_id"] for sku, one in zip(SKUS, added, strict=True)}
        policy = MATCH | {"on_new_prices": {"after_minutes": 0}}
        assert self.api.ask("PUT", "/pricing/policies/match", policy).status == 200

    def deliver(self, door: str, name: str, *bodies: dict[str, Any]) -> None:
        """Open a queue's door with these messages."""
        assert self.doors.open("pricing", door)(with_bodies(sample(name), bodies)) == NOTHING_FAILED

    def look(self, job_id: str, prices: dict[str, str], hours_ago: int) -> None:
        """A scan's readings."""
        at = (datetime.now(UTC) - timedelta(hours=hours_ago)).isoformat()
        first = READ["readings"][0]
        readings = [
            first | {"offer_id": self.offers[sku], "product_id": f"prd-{sku}", "captured_at": at, "item_price": price}
            for sku, price in prices.items()
        ]
        message = READ | {"id": f"msg-{job_id}", "job_id": job_id, "organisation_id": "org", "readings": readings}
        self.deliver("record_observations", "sqs_pages_read", message, message)

    def tick(self) -> int:
        """The minute's tick; returns how many runs it started."""
        counted: int = self.doors.open("pricing", "follow_prices")(sample("schedule_tick"))["count"]
        return counted

    def decide(self) -> None:
        """Deliver what was asked for since, twice."""
        messages = self.doors.cloud.messages("decide")[self.decided :]
        self.decided += len(messages)
        self.deliver("decide", "sqs_run_requested", *messages, *messages)

    def changes(self) -> list[tuple[str, str, str]]:
        """SKU, price and state of every price change."""
        data = self.api.ask("GET", "/pricing/price-changes").json["data"]
        return sorted((one["sku"], one["after"]["amount"], one["state"]) for one in data)


@pytest.fixture
def market(doors: Doors) -> Market:
    """The house whose prices are followed."""
    return Market(doors)


def test_new_prices_are_decided_by_themselves_and_leave_other_proposals_alone(market: Market) -> None:
    idle = market.tick()
    market.look("job-1", dict.fromkeys(SKUS, "94.90"), 3)
    first = [market.tick(), market.tick()]
    market.decide()
    both = market.changes()

    market.look("job-2", {"HP-100": "93.90", "HP-200": "94.90"}, 2)
    second = [market.tick(), market.tick()]
    market.decide()

    runs = market.api.ask("GET", "/pricing/runs").json["data"]
    assert (idle, first, second) == (0, [1, 0], [1, 0])
    assert both == [(sku, "94.90", "PROPOSED") for sku in SKUS]
    assert [(one["trigger"], one["state"], one["decisions"]) for one in runs] == [
        ("new_prices", "FINISHED", 1),
        ("new_prices", "FINISHED", 2),
    ]
    assert market.changes() == [
        ("HP-100", "93.90", "PROPOSED"),
        ("HP-100", "94.90", "DENIED"),
        ("HP-200", "94.90", "PROPOSED"),
    ]
    decisions = market.api.ask("GET", "/pricing/decisions", query=f"run_id={runs[0]['run_id']}").json["data"]
    assert [one["sku"] for one in decisions] == ["HP-100"]
    planned = {one["job_id"]: one["items"] for one in market.doors.cloud.facts("jobs.job-planned")}
    assert [planned[one["run_id"]] for one in runs] == [1, 2]


def test_what_the_queue_did_not_take_is_sent_by_the_relay(market: Market) -> None:
    market.look("job-1", {"HP-100": "94.90"}, 3)
    market.doors.cloud.down.add("sqs")
    assert market.tick() == 1
    market.doors.cloud.down.clear()
    assert market.doors.cloud.messages("decide") == []

    market.doors.open("pricing", "relay")(sample("schedule_tick"))
    market.decide()

    (run,) = market.api.ask("GET", "/pricing/runs").json["data"]
    assert (run["state"], run["decisions"]) == ("FINISHED", 1)


def test_a_policy_that_follows_no_more_starts_nothing(market: Market) -> None:
    market.look("job-1", {"HP-100": "94.90"}, 3)
    assert market.api.ask("PUT", "/pricing/policies/match", MATCH).status == 200

    market.look("job-2", {"HP-100": "93.90"}, 2)

    assert (market.tick(), market.doors.cloud.messages("decide")) == (0, [])
