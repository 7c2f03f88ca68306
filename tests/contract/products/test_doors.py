"""The catalogue's doors: shops and imports over HTTP, publication's door, the relay and the deploy step."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from tests.builders.events import sample
from tests.fakes.doors import Doors
from tests.fakes.gateway import Answer, Gateway

SHOP = {"shop_id": "demo-eu", "name": "Demo", "currency": "EUR", "country": "LV", "timezone": "Europe/Riga"}
FILE = "sku,name,price,cost\nHP-100,Headphones,99.99,60.00\nHP-200,Earphones,49.99,30.00\n"


def with_shop(doors: Doors) -> Gateway:
    api = doors.api("products")
    assert api.ask("POST", "/products/shops", SHOP).status == 201
    return api


def take_in(api: Gateway, text: str = FILE, organisation_id: str = "org") -> Answer:
    path = "/products/shops/demo-eu/imports"
    return api.ask("POST", path, text, content_type="text/csv", organisation_id=organisation_id)


def items(api: Gateway, organisation_id: str = "org") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.ask(
        "GET", "/products/items", query="shop_id=demo-eu", organisation_id=organisation_id
    ).json["data"]
    return found


def test_a_shop_is_opened_once(doors: Doors) -> None:
    api = with_shop(doors)

    again = api.ask("POST", "/products/shops", SHOP)

    assert (again.status, again.json["type"]) == (409, "/problems/products/shop-exists")
    assert api.ask("GET", "/products/shops/demo-eu").json["timezone"] == "Europe/Riga"


@pytest.mark.parametrize("change", [{"currency": "EUX"}, {"timezone": "Mars/Olympus"}, {"timezone": "../etc/passwd"}])
def test_a_shop_that_cannot_be_is_refused(change: dict[str, str], doors: Doors) -> None:
    assert doors.api("products").ask("POST", "/products/shops", SHOP | change).status == 422


def test_a_file_goes_in_and_is_told_to_the_bus(doors: Doors) -> None:
    api = with_shop(doors)

    answer = take_in(api)

    assert (answer.status, answer.json["accepted"], answer.json["created"]) == (201, 2, 2)
    assert [item["sku"] for item in items(api)] == ["HP-100", "HP-200"]
    (event,) = doors.cloud.facts("products.products-changed")
    assert len(event["products"]) == 2
    assert api.ask("GET", answer.headers["location"]).json == answer.json


def test_the_same_file_twice_changes_and_tells_nothing(doors: Doors) -> None:
    api = with_shop(doors)
    take_in(api)

    again = take_in(api)

    assert (again.json["created"], again.json["updated"], again.json["unchanged"]) == (0, 0, 2)
    assert len(doors.cloud.facts("products.products-changed")) == 1


def test_an_import_is_told_as_a_job_with_its_counts(doors: Doors) -> None:
    api = with_shop(doors)

    report = take_in(api, FILE + "HP-300,Speaker,-1,5\n").json

    told = [event for event in doors.cloud.events() if event["type"].startswith("jobs.")]
    opened, planned, progressed, ended = told
    assert {event["job_id"] for event in told} == {report["import_id"]}
    assert (opened["kind"], opened["requested_by"], opened["subject"]) == ("import", "usr", "demo-eu")
    assert (planned["items"], progressed["done"], progressed["failed"], ended["outcome"]) == (3, 2, 1, "completed")
    (whole,) = doors.cloud.facts("products.import-ended")
    assert (whole["import_id"], whole["shop_id"]) == (report["import_id"], "demo-eu")
    assert (whole["rows"], whole["accepted"]) == (3, 2)


def test_bad_rows_come_back_by_line_and_column_and_the_good_go_in(doors: Doors) -> None:
    api = with_shop(doors)

    answer = take_in(api, FILE + "HP-300,Speaker,-1,5\nHP-100,Twice,1.00,0.50\n")

    assert (answer.json["accepted"], answer.json["rejected"]) == (2, 2)
    assert [(fault["line"], fault["column"]) for fault in answer.json["faults"]] == [(4, "price"), (5, "sku")]


@pytest.mark.parametrize("text", ["", "id,name\n1,x\n", 'sku,name\n"a,b\n', "\x00\x00"])
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(text: str, doors: Doors) -> None:
    api = with_shop(doors)

    answer = take_in(api, text)

    assert (answer.status, answer.json["type"]) == (422, "/problems/file/unreadable")
    assert items(api) == []


def test_columns_are_mapped_once_and_hold_for_every_later_file(doors: Doors) -> None:
    api = with_shop(doors)
    mapping = {"columns": {"sku": "id", "name": "title"}, "delimiter": ";"}
    mapped = api.ask("PUT", "/products/shops/demo-eu/import-mapping", mapping)

    answer = take_in(api, "id;title;price\nA;Apple;1.00\n")

    assert mapped.json["import_mapping"] == mapping
    assert answer.json["accepted"] == 1


def test_a_field_that_no_file_can_fill_is_refused(doors: Doors) -> None:
    mapping = {"columns": {"$where": "id"}}

    assert with_shop(doors).ask("PUT", "/products/shops/demo-eu/import-mapping", mapping).status == 422


def test_a_list_is_read_page_by_page_to_its_end(doors: Doors) -> None:
    api = with_shop(doors)
    take_in(api, "sku,name\n" + "".join(f"S-{place},Thing\n" for place in range(5)))
    found, query = [], "shop_id=demo-eu&limit=2"

    while query:
        page = api.ask("GET", "/products/items", query=query).json
        found += [item["sku"] for item in page["data"]]
        cursor = page["next_cursor"]
        query = f"shop_id=demo-eu&limit=2&cursor={cursor}" if cursor else ""

    assert found == [f"S-{place}" for place in range(5)]


def test_another_organisation_sees_none_of_it(doors: Doors) -> None:
    api = with_shop(doors)
    report = take_in(api)
    product = items(api)[0]["product_id"]

    asked = [
        api.ask("GET", path, organisation_id="rival").status
        for path in ("/products/shops/demo-eu", f"/products/items/{product}", report.headers["location"])
    ]

    assert asked == [404, 404, 404]
    assert take_in(api, organisation_id="rival").status == 404
    assert items(api, "rival") == []


def test_a_price_is_written_once_and_read_back(doors: Doors) -> None:
    api = with_shop(doors)
    take_in(api)
    prices = doors.open("products", "prices")
    product = items(api)[0]["product_id"]
    order = sample("invoke_set_prices") | {"organisation_id": "org"}
    order["prices"][0]["product_id"] = product

    written = [prices(order)["results"][0]["outcome"] for _ in range(2)]
    shown = prices(sample("invoke_read_prices") | {"organisation_id": "org", "product_ids": [product]})

    assert written == ["written", "written"]
    assert shown["prices"] == [{"product_id": product, "price": {"amount": "95.99", "currency": "EUR"}}]
    assert [one["amount"] for one in doors.database["own_prices"].find({"product_id": product}).sort("valid_from")] == [
        Decimal("99.99"),
        Decimal("95.99"),
    ]


def test_a_price_that_changed_meanwhile_is_a_conflict_and_a_stranger_is_unknown(doors: Doors) -> None:
    api = with_shop(doors)
    take_in(api)
    prices = doors.open("products", "prices")
    order = sample("invoke_set_prices") | {"organisation_id": "org"}
    order["prices"][0] |= {"product_id": items(api)[0]["product_id"], "expected": {"amount": "98", "currency": "EUR"}}

    conflict = prices(order)["results"][0]
    stranger = prices(order | {"organisation_id": "rival"})["results"][0]

    assert (conflict["outcome"], stranger["outcome"]) == ("conflict", "unknown_product")
    assert "99.99" in conflict["detail"]
    assert items(api)[0]["price"]["amount"] == "99.99"


def test_the_samples_of_publication_are_answered(doors: Doors) -> None:
    prices = doors.open("products", "prices")

    assert prices(sample("invoke_set_prices"))["results"][0]["outcome"] == "unknown_product"
    assert prices(sample("invoke_read_prices")) == {"prices": []}


@pytest.mark.parametrize("event", [{}, {"action": "drop"}, {"action": "read", "product_ids": []}])
def test_an_invocation_that_does_not_fit_fails(event: dict[str, Any], doors: Doors) -> None:
    with pytest.raises(ValidationError):
        doors.open("products", "prices")(event)


def test_what_the_bus_did_not_take_is_sent_by_the_relay(doors: Doors) -> None:
    api = with_shop(doors)
    doors.cloud.down.add("events")
    assert take_in(api).status == 201
    assert doors.cloud.told == []
    relay = doors.open("products", "relay")

    doors.cloud.down.clear()
    counts = [relay(sample("schedule_tick"))["count"] for _ in range(2)]

    assert (counts, len(doors.cloud.told)) == ([6, 0], 6)


def test_migrating_twice_is_migrating_once(doors: Doors) -> None:
    migrate = doors.open("products", "migrate")

    assert migrate({}) == migrate({})
    assert "by_sku" in doors.database["products"].index_information()
