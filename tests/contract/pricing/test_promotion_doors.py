"""Promotions through their doors: heard prices, checks, four eyes, evidence, and the clock's ticks."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders.events import body_of, identity, sample, with_bodies
from tests.fakes.doors import Doors
from tests.fakes.gateway import EVERYTHING, Answer, Gateway

PRODUCTS = body_of(sample("sqs_products_changed"))
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
COLLEAGUE = identity(EVERYTHING, user_id="colleague")
ANALYST = identity(EVERYTHING, user_id="analyst") | {"roles": "analyst"}
WAS_100 = {"kind": "was", "value": "100.00"}


class Catalogue:
    """The products house's price function, which writes and shows."""

    def __init__(self) -> None:
        self.prices: dict[str, str] = {"p-A": "100.00", "p-B": "100.00"}

    def __call__(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["action"] == "set":
            self.prices |= {one["product_id"]: one["price"]["amount"] for one in asked["prices"]}
            return {"results": [{"product_id": one["product_id"], "outcome": "written"} for one in asked["prices"]]}
        shown = {one: {"amount": self.prices[one], "currency": "EUR"} for one in asked["product_ids"]}
        return {"prices": [{"product_id": one, "price": price} for one, price in shown.items()]}


@dataclass
class Shop:
    """A pricing house with two products of known past: A was 80 and is 100, B was always 100."""

    doors: Doors
    api: Gateway
    catalogue: Catalogue

    def tell(self, sku: str, price: str, days: float, number: int, **changes: Any) -> None:
        """The catalogue tells of a price since so many days before now."""
        product = PRODUCTS["products"][0] | {
            "product_id": f"p-{sku}",
            "sku": sku,
            "price": price,
            "price_since": (NOW + days * DAY).isoformat(),
            "price_number": number,
            "revision": number,
            "cost": "10.00",
            "country": "DE",
            "time_zone": "Europe/Berlin",
        }
        told = PRODUCTS | {"id": f"evt-{sku}-{number}", "organisation_id": "org", "products": [product | changes]}
        answered = self.doors.open("pricing", "record_products")(with_bodies(sample("sqs_products_changed"), [told]))
        assert answered == {"batchItemFailures": []}

    def propose(self, *items: dict[str, Any], path: str = "promotions", **changes: Any) -> Answer:
        ends = (datetime.now(UTC) + 14 * DAY).isoformat()
        body = {"shop_id": "demo-eu", "name": "Winter", "ends_at": ends, "items": list(items)} | changes
        return self.api.ask("POST", f"/pricing/{path}", body)

    def approve(self, promotion: dict[str, Any], proved: dict[str, str] = COLLEAGUE) -> Answer:
        path = f"/pricing/promotions/{promotion['promotion_id']}/approvals"
        return self.api.ask("POST", path, {"revision": promotion["revision"]}, proved=proved)

    def minute(self) -> None:
        """A minute passes for what waits, the clock ticks, and the publisher does what it is asked for."""
        self.doors.database["promotions"].update_many(
            {"due_at": {"$ne": None}}, [{"$set": {"due_at": {"$subtract": ["$due_at", 600_000]}}}]
        )
        self.doors.open("pricing", "keep_time")(sample("schedule_tick"))
        messages = self.doors.cloud.messages("publish")
        if messages:
            self.doors.open("pricing", "publish")(with_bodies(sample("sqs_batch_requested"), messages))


def an_item(sku: str, price: str, claim: dict[str, str] | None = None) -> dict[str, Any]:
    return {"sku": sku, "price": price} | ({} if claim is None else {"claim": claim})


@pytest.fixture
def shop(doors: Doors) -> Shop:
    made = Shop(doors, doors.api("pricing"), Catalogue())
    doors.cloud.functions["products-prices"] = made.catalogue
    for sku, price, days, number in (("A", "80.00", -40, 1), ("A", "100.00", -20, 2), ("B", "100.00", -90, 1)):
        made.tell(sku, price, days, number)
    live = {"mode": "live", "canary_percent": 0}
    assert made.api.ask("PATCH", "/pricing/shops/demo-eu/publication", live).status == 200
    return made


def test_prior_prices_are_shown_by_sku_and_country(shop: Shop) -> None:
    asked = "shop_id=demo-eu&sku=A&sku=B"
    german = shop.api.ask("GET", "/pricing/prior-price", query=asked)
    polish = shop.api.ask("GET", "/pricing/prior-price", query=f"{asked}&country=PL")
    earlier = (NOW - 15 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    past = shop.api.ask("GET", "/pricing/prior-price", query=f"{asked}&at={earlier}")

    shown = [(one["sku"], one["prior_price"], one["country"], one["rule"]["law"]) for one in german.json["data"]]
    assert shown == [("A", "80.00", "DE", "Preisangabenverordnung"), ("B", "100.00", "DE", "Preisangabenverordnung")]
    assert {one["rule"]["article"] for one in polish.json["data"]} == {"Art. 4"}
    assert [(one["prior_price"], bool(one["why_none"])) for one in past.json["data"]] == [
        (None, True),
        ("100.00", False),
    ]
    unknown = shop.api.ask("GET", "/pricing/prior-price", query="shop_id=demo-eu&sku=NO")
    foreign = shop.api.ask("GET", "/pricing/prior-price", query=asked, organisation_id="rival")
    assert (unknown.status, foreign.status) == (404, 404)


def test_a_check_keeps_nothing_and_a_proposal_with_a_blocked_claim_is_refused(shop: Shop) -> None:
    items = [an_item("A", "90.00", WAS_100), an_item("B", "90.00", WAS_100)]
    checked = shop.propose(*items, path="promotion-checks")
    refused = shop.propose(*items)
    twice = shop.propose(an_item("A", "90.00"), an_item("A", "89.00"), path="promotion-checks")

    assert (checked.status, checked.json["sound"]) == (200, False)
    told = [
        (one["sku"], one["prior_price"], one["price_allowed"], one["claim_verdict"]) for one in checked.json["items"]
    ]
    assert told == [("A", "80.00", True, "blocked"), ("B", "100.00", True, "allowed")]
    assert {one["code"] for one in checked.json["findings"]} == {"NO_REDUCTION", "CLAIM_ABOVE_PRIOR_PRICE"}
    assert (refused.status, refused.json["type"]) == (422, "/problems/pricing/promotion-faults")
    assert {one["pointer"] for one in refused.json["errors"]} == {
        "claim/A/NO_REDUCTION",
        "claim/A/CLAIM_ABOVE_PRIOR_PRICE",
    }
    assert "Preisangabenverordnung, § 11, https://" in refused.json["errors"][0]["detail"]
    assert [one["code"] for one in twice.json["findings"]].count("SKU_TWICE") == 1
    assert shop.api.ask("GET", "/pricing/promotions").json["data"] == []


def test_a_promotion_runs_from_its_proposal_to_the_return_of_its_prices(shop: Shop) -> None:
    proposed = shop.propose(an_item("A", "75.00", {"kind": "was", "value": "80.00"}), an_item("B", "90.00", WAS_100))
    path = proposed.headers["location"]
    own = shop.approve(proposed.json, identity(EVERYTHING))
    unfit = shop.approve(proposed.json, ANALYST)
    approved = shop.approve(proposed.json)
    assert (proposed.status, proposed.json["state"], proposed.json["findings"]) == (201, "PROPOSED", [])
    assert (own.status, own.json["type"]) == (409, "/problems/pricing/own-promotion")
    assert (unfit.status, approved.status, approved.json["state"]) == (403, 200, "APPROVED")

    shop.minute()
    held = shop.api.ask("GET", "/pricing/holds").json["data"]
    shop.minute()
    assert {(one["kind"], one["promotion_id"]) for one in held} == {("promotion", proposed.json["promotion_id"])}
    assert shop.catalogue.prices == {"p-A": "75.00", "p-B": "90.00"}
    changes = shop.api.ask("GET", "/pricing/price-changes", query=f"run_id={proposed.json['promotion_id']}").json
    assert {(one["state"], one["decided_by"], one["reason"]) for one in changes["data"]} == {
        ("APPLIED", "colleague", "IN_PROMOTION")
    }
    late = (datetime.now(UTC) + 10 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    running = shop.api.ask("GET", "/pricing/prior-price", query=f"shop_id=demo-eu&sku=A&at={late}").json["data"][0]
    assert (running["prior_price"], running["promotion_id"]) == ("80.00", proposed.json["promotion_id"])

    ended = shop.api.ask("POST", f"{path}/ends", {"reason": "sold out"}, proved=COLLEAGUE)
    for _ in range(3):
        shop.minute()
    done = shop.api.ask("GET", path).json
    assert (ended.json["state"], done["state"], done["due_at"]) == ("ENDING", "ENDED", None)
    assert {one["state"] for one in done["items"]} == {"RETURNED"}
    assert shop.catalogue.prices == {"p-A": "100.00", "p-B": "100.00"}
    assert shop.api.ask("GET", "/pricing/holds").json["data"] == []


def test_the_evidence_is_whole_as_json_and_as_a_table_and_nobody_elses(shop: Shop) -> None:
    proposed = shop.propose(an_item("A", "75.00", {"kind": "percent", "value": "5"}), name="=cmd()").json
    path = f"/pricing/promotions/{proposed['promotion_id']}/evidence"
    early = shop.api.ask("GET", path).json["data"][0]
    shop.approve(proposed)
    shop.minute()
    shop.minute()
    kept = shop.api.ask("GET", path).json["data"][0]
    table = shop.api.ask("GET", path, query="format=csv")

    assert (early["final"], kept["final"], early["verdict"], kept["verdict"]) == (False, True, "allowed", "allowed")
    assert [(one["amount"], one["number"]) for one in kept["prices"]] == [("80.00", 1), ("100.00", 2)]
    assert (kept["prior_price"], kept["rule"]["table"], len(kept["hash"])) == ("80.00", "2026-11-23", 64)
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert table.headers["content-type"].startswith("text/csv")
    assert [(one["shown_amount"], one["prior_price"], one["claim"], one["hash"]) for one in rows] == [
        ("80.00", "80.00", "percent", kept["hash"]),
        ("100.00", "80.00", "percent", kept["hash"]),
    ]
    assert shop.api.ask("GET", path, organisation_id="rival").status == 404


def test_what_is_changed_is_proposed_again_and_stale_revisions_are_refused(shop: Shop) -> None:
    proposed = shop.propose(an_item("B", "90.00")).json
    path = f"/pricing/promotions/{proposed['promotion_id']}"
    shop.approve(proposed)
    ends = (datetime.now(UTC) + 14 * DAY).isoformat()
    body = {"shop_id": "demo-eu", "name": "Winter", "ends_at": ends, "items": [an_item("B", "85.00")]}

    stale = shop.api.ask("PUT", path, body | {"revision": 1})
    changed = shop.api.ask("PUT", path, body | {"revision": 2})
    again = shop.approve(proposed)
    called_off = shop.api.ask("POST", f"{path}/ends", {"reason": "no longer"}, proved=ANALYST)

    assert (stale.status, stale.json["type"]) == (409, "/problems/pricing/promotion-changed")
    assert (changed.json["state"], changed.json["approved_by"], changed.json["revision"]) == ("PROPOSED", None, 3)
    assert (again.status, called_off.json["state"]) == (409, "CANCELLED")
    listed = shop.api.ask("GET", "/pricing/promotions", query="state=CANCELLED&shop_id=demo-eu").json["data"]
    assert [one["promotion_id"] for one in listed] == [proposed["promotion_id"]]
    assert shop.api.ask("GET", path, organisation_id="rival").status == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"items": [], "percent_off": "10", "skus": ["A", "B"], "claim": "none"}, 201),
        ({"items": [], "percent_off": "10", "filter": {"skus": ["B"]}, "claim": "was"}, 201),
        ({"items": [], "percent_off": "10", "skus": ["A"], "claim": "was"}, 422),
        ({"items": [], "skus": ["A"]}, 422),
        ({"items": [], "percent_off": "10"}, 422),
        ({"percent_off": "10", "skus": ["A"]}, 422),
        ({"items": [], "percent_off": "100", "skus": ["A"]}, 422),
        ({"time_zone": "Nowhere/Land"}, 422),
        ({"country": "Germany"}, 422),
    ],
)
def test_what_products_are_meant_is_said_in_one_way(shop: Shop, change: dict[str, Any], status: int) -> None:
    assert shop.propose(an_item("B", "90.00"), **change).status == status


def test_a_price_below_the_map_is_refused_with_its_rule_and_never_published(shop: Shop) -> None:
    shop.tell("B", "100.00", -1, 2, map_price="95.00")

    refused = shop.propose(an_item("B", "90.00"))

    assert refused.status == 422
    assert refused.json["errors"][0]["pointer"] == "price/B/BELOW_MAP"
    assert "map_price" in refused.json["errors"][0]["detail"]
