"""A connected shop through the doors: connected, checked, published to; its credentials are told to nobody."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from pricing.adapters.shop_door import ShopDoor
from shared.contracts.shops import ReadShopPrices, WriteShopPrices
from shared.runtime.sealed import Sealer
from tests.builders.events import identity, sample
from tests.contract.conftest import ENVIRONMENT
from tests.contract.pricing.test_doors import Catalogue, Market, market
from tests.fakes.cloud import FakeCloud
from tests.fakes.doors import Doors
from tests.fakes.gateway import EVERYTHING, Answer
from tests.fakes.woocommerce import AGENT, KEY, SECRET, FakeWooCommerce, a_product, served_aside

__all__ = ["market"]

TARGET = {"kind": "WOOCOMMERCE", "url": "https://shop.example/", "consumer_key": KEY, "consumer_secret": SECRET}
PUBLICATION = "/pricing/shops/demo-eu/publication"
CHECK = "/pricing/shops/demo-eu/connector-check"
ANALYST, OTHER = identity(EVERYTHING) | {"roles": "analyst"}, identity(EVERYTHING, "other")


@pytest.fixture
def shop() -> FakeWooCommerce:
    """A shop that sells the one product of the market."""
    return FakeWooCommerce([a_product(7, "HP-100")])


@pytest.fixture
def address(shop: FakeWooCommerce) -> Iterator[tuple[str, int]]:
    with served_aside(shop) as where:
        yield where


def the_function(cloud: FakeCloud, address: tuple[str, int]) -> None:
    """Put the function that meets shops where the others find it."""
    door = ShopDoor(Sealer(ENVIRONMENT["SEALING_KEY_ARN"]), AGENT, connect_to=address)

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        contract = WriteShopPrices if asked["action"] == "write" else ReadShopPrices
        return asyncio.run(door(contract.model_validate(asked))).model_dump(mode="json")

    cloud.functions["pricing-write-shop"] = answer


@pytest.fixture
def connected(market: Market, address: tuple[str, int]) -> Market:
    """The market, whose shop is connected."""
    the_function(market.doors.cloud, address)
    assert connect(market).status == 200
    return market


def connect(market: Market, **changes: Any) -> Answer:
    return market.api.ask("PATCH", PUBLICATION, {"target": TARGET | changes})


def everything_kept(market: Market) -> str:
    database = market.doors.database
    return json.dumps([list(database[name].find({})) for name in database.list_collection_names()], default=str)


def test_a_target_is_shown_without_its_credentials_and_kept_sealed(connected: Market) -> None:
    shown = connected.api.ask("GET", PUBLICATION)

    assert shown.json["target"] == {"kind": "WOOCOMMERCE", "url": "https://shop.example"}
    kept = everything_kept(connected)
    for told in (kept, json.dumps(shown.json), json.dumps(connected.doors.cloud.sent, default=str)):
        assert (KEY in told, SECRET in told) == (False, False)
    assert '"sealed"' in kept


def test_a_target_stays_until_it_is_changed_and_goes_back(connected: Market) -> None:
    kept = connected.api.ask("PATCH", PUBLICATION, {"canary_percent": 5}).json
    back = connected.api.ask("PATCH", PUBLICATION, {"target": {"kind": "OWN_CATALOGUE"}}).json
    refused = connected.api.ask("POST", CHECK)

    assert (kept["target"]["kind"], back["target"]) == ("WOOCOMMERCE", {"kind": "OWN_CATALOGUE", "url": None})
    assert (refused.status, refused.json["type"]) == (409, "/problems/pricing/shop-not-connected")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"url": "http://shop.example"}, "/problems/pricing/invalid-publication-settings"),
        ({"url": "https://169.254.169.254/"}, "/problems/pricing/invalid-publication-settings"),
        ({"consumer_secret": "cs with a blank"}, "/problems/request/invalid"),
        ({"consumer_key": "ck:0123456789"}, "/problems/request/invalid"),
        ({"consumer_key": "short"}, "/problems/request/invalid"),
        ({"kind": "SHOPIFY"}, "/problems/request/invalid"),
        ({"consumer_key": None}, "/problems/request/invalid"),
    ],
)
def test_a_target_that_cannot_be_is_refused_and_its_credentials_are_not_repeated(
    changes: dict[str, Any], problem: str, market: Market
) -> None:
    refused = connect(market, **changes)

    assert (refused.status, refused.json["type"]) == (422, problem)
    assert not [secret for secret in (SECRET, "cs with a blank", "ck:0") if secret in json.dumps(refused.json)]


def test_a_check_tells_how_our_products_stand_in_the_shop(connected: Market, shop: FakeWooCommerce) -> None:
    same = connected.api.ask("POST", CHECK).json
    shop.products[0]["regular_price"] = "97.00"
    other = connected.api.ask("POST", CHECK).json
    shop.products.clear()
    none = connected.api.ask("POST", CHECK).json

    money = {"amount": "99.99", "currency": "EUR"}
    assert same == {
        "shop_id": "demo-eu",
        "target": {"kind": "WOOCOMMERCE", "url": "https://shop.example"},
        "problem": None,
        "currency": "EUR",
        "products": [{"sku": "HP-100", "state": "same", "ours": money, "theirs": money}],
    }
    assert [one["products"][0]["state"] for one in (other, none)] == ["other_price", "unknown"]
    assert {method for method, _ in shop.asked} == {"GET"}


@pytest.mark.parametrize(
    ("how", "said"),
    [({"key": "ck_another"}, "401"), ({"currency": "USD"}, "USD"), ({"body": b"<html>"}, "check the address")],
)
def test_a_check_tells_what_is_wrong(how: dict[str, Any], said: str, connected: Market, shop: FakeWooCommerce) -> None:
    vars(shop).update(how)

    checked = connected.api.ask("POST", CHECK)

    assert (checked.status, said in checked.json["problem"]) == (200, True)
    assert (KEY in checked.json["problem"], SECRET in checked.json["problem"]) == (False, False)


def test_only_managers_connect_and_check_and_each_for_their_organisation(connected: Market) -> None:
    asked = [("PATCH", PUBLICATION, {"target": TARGET}), ("POST", CHECK, None)]

    assert [connected.api.ask(how, where, what, proved=ANALYST).status for how, where, what in asked] == [403, 403]
    theirs = connected.api.ask("GET", PUBLICATION, proved=OTHER).json
    assert theirs["target"] == {"kind": "OWN_CATALOGUE", "url": None}
    assert connected.api.ask("POST", CHECK, proved=OTHER).json["type"] == "/problems/pricing/shop-not-connected"


def published(market: Market) -> tuple[dict[str, Any], dict[str, Any], Catalogue]:
    """The one price of the market, published: its batch, its line, and the own catalogue."""
    catalogue = Catalogue()
    market.doors.cloud.functions["products-prices"] = catalogue
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    market.approve(market.proposed()["change_id"])
    batch = market.publish().json
    market.deliver("publish", "sqs_batch_requested", *market.doors.cloud.messages("publish"))
    (line,) = market.api.ask("GET", "/pricing/price-changes").json["data"]
    return batch, line, catalogue


def test_a_price_is_written_there_read_back_and_followed_by_the_catalogue(
    connected: Market, shop: FakeWooCommerce
) -> None:
    batch, line, catalogue = published(connected)

    assert (batch["state"], batch["states"], line["state"]) == ("FINISHED", {"APPLIED": 1}, "APPLIED")
    assert (shop.written, catalogue.price, catalogue.written) == ([(7, "94.90")], "94.90", ["94.90"])


@pytest.mark.parametrize(
    ("how", "state", "said", "ended"),
    [
        ({"forgets": True}, "UNKNOWN", "shows 99.99", "STOPPED"),
        ({"rounds": True}, "UNKNOWN", "shows 95", "STOPPED"),
        ({"products": []}, "FAILED", "no product of SKU HP-100", "STOPPED"),
        ({"products": [a_product(7, "HP-100", "97.00")]}, "FAILED", "97.00", "FINISHED"),
        ({"statuses": {"POST": [503] * 9}, "retry_after": "0"}, "UNKNOWN", "503", "STOPPED"),
        ({"writes": False}, "APPROVED", "", "STOPPED"),
        ({"secret": "cs_another"}, "APPROVED", "", "STOPPED"),
    ],
)
def test_what_a_bad_shop_does_is_told_of_the_line(
    how: dict[str, Any], state: str, said: str, ended: str, connected: Market, shop: FakeWooCommerce
) -> None:
    vars(shop).update(how)

    batch, line, catalogue = published(connected)

    assert (line["state"], said in (line["detail"] or ""), batch["state"]) == (state, True, ended)
    assert ("refuses the key" in batch["detail"]) == (state == "APPROVED")
    assert catalogue.written == []
    told = json.dumps([batch, line, connected.doors.cloud.events(), connected.doors.cloud.sent], default=str)
    assert (KEY in told, SECRET in told) == (False, False)


def test_the_door_opens_what_was_sealed_for_the_organisation_alone(
    doors: Doors, shop: FakeWooCommerce, address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANNER_CONNECT_TO", f"{address[0]}:{address[1]}")
    secret = json.dumps({"key": KEY, "secret": SECRET})
    sealed = asyncio.run(Sealer(ENVIRONMENT["SEALING_KEY_ARN"]).seal(secret, "org_sample"))
    write, read = sample("invoke_write_shop_prices"), sample("invoke_read_shop_prices")
    for asked in (write, read):
        asked["shop"]["sealed"] = sealed
    door = doors.open("pricing", "write_shop")

    wrote, again = door(write | {"prices": [write["prices"][0] | {"expected": "99.99"}]}), door(write)
    seen, theirs = door(read), door(read | {"organisation_id": "rival"})
    damaged = door(write | {"shop": write["shop"] | {"sealed": "§"}})

    assert wrote == again == {"results": [{"product_id": "prd_sample", "outcome": "written", "detail": ""}], "stop": ""}
    assert shop.written == [(7, "95.99")]
    assert (seen["prices"][0]["price"], seen["currency"], seen["unread"]) == ("95.99", "EUR", "")
    assert (theirs["prices"], "do not open" in theirs["unread"]) == ([], True)
    assert (damaged["results"][0]["outcome"], "do not open" in damaged["stop"]) == ("untried", True)


def test_while_credentials_cannot_be_opened_just_now_nothing_is_decided(
    connected: Market, shop: FakeWooCommerce
) -> None:
    connected.doors.cloud.down.add("kms")

    refused = connected.api.ask("POST", CHECK)

    assert (refused.status, shop.asked) == (503, [])
