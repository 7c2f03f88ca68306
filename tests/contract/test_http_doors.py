"""What every house's HTTP door promises, whatever the house: refusals and failures as problem documents."""

import json
from typing import Any

import pytest

from scripts.schemas import APPS
from tests.builders.events import http_request, sample
from tests.fakes.doors import Doors
from tests.fakes.gateway import PROBLEM

SECRET = "mongodb+srv://house:hunter2@cluster.example"
LISTS = {
    "assistant": "/assistant/questions/x",
    "auth": "/auth/users",
    "pricing": "/pricing/offers",
    "products": "/products/shops",
    "scheduler": "/scheduler/jobs",
}
WRITES: dict[str, tuple[str, dict[str, Any]]] = {
    "assistant": ("/assistant/questions", {"text": "how many products are watched?"}),
    "auth": (
        "/auth/users",
        {"email": "ann@shop.example", "name": "Ann", "password": "correct horse battery", "roles": ["analyst"]},
    ),
    "pricing": ("/pricing/competitors", {"competitor_id": "c1", "name": "C1", "domain": "c1.example"}),
    "products": ("/products/shops", {"shop_id": "s", "name": "S", "currency": "EUR", "country": "LV"}),
    "scheduler": ("/scheduler/jobs", {"competitor_ids": ["c1"]}),
}
HOUSES = pytest.mark.parametrize("house", sorted(APPS))


@HOUSES
def test_an_unknown_route_is_a_problem_and_not_base64(house: str, doors: Doors) -> None:
    answer = doors.api(house).ask("GET", f"/{house}/nowhere")

    assert (answer.status, answer.kind, answer.encoded) == (404, PROBLEM, False)
    assert answer.json["type"] == "/problems/http/404"
    assert answer.json["instance"] == "urn:request:JKJaXmPLvHcESHA="


@HOUSES
def test_a_method_that_a_route_lacks_is_named(house: str, doors: Doors) -> None:
    answer = doors.api(house).ask("PATCH", f"/{house}/health")

    assert (answer.status, answer.json["type"], answer.headers["allow"]) == (405, "/problems/http/405", "GET")


@HOUSES
def test_health_is_public_and_readiness_names_what_it_depends_on(house: str, doors: Doors) -> None:
    api = doors.api(house)

    alive, ready = api.ask("GET", f"/{house}/health", scopes=None), api.ask("GET", f"/{house}/health/ready")

    assert (alive.status, alive.json["service"]) == (200, house)
    assert ready.json["dependencies"]["mongodb"]["state"] == "ok"
    # Nothing listens where Valkey should be: all answers are right without it.
    assert (ready.status, ready.json["status"]) == (200, "degraded")
    assert ready.json["dependencies"]["valkey"]["state"] != "ok"


@HOUSES
def test_a_dead_database_is_unavailable_and_says_when_to_come_back(house: str, doors: Doors) -> None:
    doors.lose_database()
    api = doors.api(house)

    answer, ready = api.ask("GET", LISTS[house]), api.ask("GET", f"/{house}/health/ready")

    assert (answer.status, answer.kind, answer.json["type"]) == (503, PROBLEM, "/problems/store/unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert "nowhere" not in answer.text
    assert (ready.status, ready.json["status"]) == (503, "unavailable")


@HOUSES
def test_a_crash_tells_the_caller_nothing_of_the_inside(
    house: str, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crashes(*_: object) -> dict[str, str]:
        raise RuntimeError(SECRET)

    api = doors.api(house)
    monkeypatch.setattr("shared.runtime.mongo.secret", crashes)

    answer = api.ask("GET", LISTS[house])

    assert (answer.status, answer.kind, answer.json["type"]) == (500, PROBLEM, "/problems/platform/unexpected")
    assert "hunter2" not in json.dumps([answer.text, answer.headers])


@HOUSES
def test_text_that_is_no_json_is_refused_with_its_place(house: str, doors: Doors) -> None:
    path, _ = WRITES[house]

    answer = doors.api(house).ask("POST", path, '{"name": ')

    assert (answer.status, answer.json["type"]) == (422, "/problems/request/invalid")
    assert answer.json["errors"][0]["pointer"] == "#"
    assert "character 9" in answer.json["errors"][0]["detail"]


@HOUSES
def test_a_request_without_its_body_is_refused(house: str, doors: Doors) -> None:
    path, _ = WRITES[house]

    answer = doors.api(house).ask("POST", path)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "#")


@HOUSES
def test_a_field_that_does_not_exist_is_refused_by_its_pointer(house: str, doors: Doors) -> None:
    path, body = WRITES[house]

    answer = doors.api(house).ask("POST", path, body | {"a/b~c": 1})

    assert answer.status == 422
    assert [one["pointer"] for one in answer.json["errors"]] == ["#/a~1b~0c"]


@HOUSES
def test_nothing_is_converted_to_fit(house: str, doors: Doors) -> None:
    path, body = WRITES[house]
    field = next(iter(body))

    answer = doors.api(house).ask("POST", path, body | {field: 7})

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, f"#/{field}")


@pytest.mark.parametrize("cursor", ["*", "%C3%A9", "_w", "x" * 401])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str, doors: Doors) -> None:
    answer = doors.api("products").ask("GET", "/products/shops", query=f"cursor={cursor}")

    assert answer.status == 422


@pytest.mark.parametrize("limit", ["0", "501", "x"])
def test_a_page_has_one_to_five_hundred_items(limit: str, doors: Doors) -> None:
    answer = doors.api("products").ask("GET", "/products/shops", query=f"limit={limit}")

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "query/limit")


def test_a_missing_scope_is_named(doors: Doors) -> None:
    answer = doors.api("products").ask("GET", "/products/shops", scopes="market:read")

    assert (answer.status, answer.json["type"]) == (403, "/problems/identity/missing-scope")
    assert "catalogue:read" in answer.json["detail"]


def test_a_caller_who_proves_nothing_is_told_how_to(doors: Doors) -> None:
    answer = doors.api("products").ask("GET", "/products/shops", scopes=None)

    assert answer.status == 401
    assert "sign-in" in answer.json["detail"]


def test_the_sample_request_is_answered(doors: Doors) -> None:
    answered = doors.open("products", "api")(sample("http_api_v2_get"))

    assert (answered["statusCode"], json.loads(answered["body"])) == (200, {"data": [], "next_cursor": None})


@HOUSES
def test_the_documentation_comes_with_its_files(house: str, doors: Doors) -> None:
    handler = doors.open(house, "api")

    page = handler(http_request("GET", f"/{house}/docs", proved=None))
    script = handler(http_request("GET", f"/{house}/docs/swagger-ui.css", proved=None))

    assert page["statusCode"] == 200
    assert f"OmniPriceX {house}" in page["body"]
    assert (script["statusCode"], script["headers"]["content-type"]) == (200, "text/css; charset=utf-8")
