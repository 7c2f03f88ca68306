"""Auth's doors: signing in over HTTP, the first administrator, and the deploy step."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from tests.builders.events import identity, sample
from tests.fakes.doors import Doors
from tests.fakes.gateway import Answer, Gateway

PASSWORD = "correct horse battery"
ANN = {"email": "Ann@Shop.example", "name": "Ann", "password": PASSWORD, "roles": ["pricing_manager"]}


def sign_in(api: Gateway, password: str = PASSWORD) -> Answer:
    return api.ask("POST", "/auth/sign-in", {"email": "ann@shop.example", "password": password}, scopes=None)


def renew(api: Gateway, token: str) -> Answer:
    return api.ask("POST", "/auth/refresh", {"refresh_token": token}, scopes=None)


def test_the_sample_creates_one_administrator_however_often_it_is_invoked(doors: Doors) -> None:
    create = doors.open("auth", "create_administrator")

    first, second = create(sample("invoke_create_administrator")), create(sample("invoke_create_administrator"))

    assert (first["created"], second["created"]) == (True, False)
    assert first["user_id"] == second["user_id"]
    assert doors.database["users"].count_documents({}) == 1


def test_an_invocation_that_does_not_fit_shows_no_password(doors: Doors, capsys: pytest.CaptureFixture[str]) -> None:
    create = doors.open("auth", "create_administrator")
    event = sample("invoke_create_administrator")
    del event["email"]

    with pytest.raises(ValidationError) as failed:
        create(event)

    assert PASSWORD not in f"{failed.value}{capsys.readouterr()}"


def test_the_administrator_signs_in_and_the_password_is_kept_nowhere(doors: Doors) -> None:
    doors.open("auth", "create_administrator")(sample("invoke_create_administrator"))
    body = {"email": "admin@example.com", "password": PASSWORD}

    answer = doors.api("auth").ask("POST", "/auth/sign-in", body, scopes=None)

    assert (answer.status, answer.json["token_type"], answer.headers["cache-control"]) == (200, "Bearer", "no-store")
    kept = str([*doors.database["users"].find(), *doors.database["refresh_tokens"].find()])
    assert PASSWORD not in kept
    assert answer.json["refresh_token"] not in kept


def test_a_refresh_token_is_good_once_and_its_second_use_ends_the_session(doors: Doors) -> None:
    api = doors.api("auth")
    api.ask("POST", "/auth/users", ANN)
    first = sign_in(api).json["refresh_token"]

    second = renew(api, first)
    again, after = renew(api, first), renew(api, second.json["refresh_token"])

    assert (second.status, again.status, after.status) == (200, 401, 401)
    assert again.json["type"] == "/problems/auth/session-ended"


def test_who_signed_out_is_out_and_signing_out_twice_is_fine(doors: Doors) -> None:
    api = doors.api("auth")
    api.ask("POST", "/auth/users", ANN)
    body = {"refresh_token": sign_in(api).json["refresh_token"]}

    statuses = [api.ask("POST", "/auth/sign-out", body, scopes=None).status for _ in range(2)]

    assert statuses == [204, 204]
    assert renew(api, body["refresh_token"]).status == 401


def test_a_wrong_password_and_an_unknown_address_answer_the_same(doors: Doors) -> None:
    api = doors.api("auth")
    unknown = sign_in(api)
    api.ask("POST", "/auth/users", ANN)

    wrong = sign_in(api, "wrong horse battery")

    assert (unknown.status, unknown.json) == (wrong.status, wrong.json)
    assert wrong.status == 401


def test_guessing_is_stopped_even_without_valkey(doors: Doors) -> None:
    api = doors.api("auth")

    answers = [sign_in(api, "guess") for _ in range(11)]

    assert [answer.status for answer in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_the_address_that_counts_is_the_gateways_and_not_the_callers(doors: Doors) -> None:
    handler = doors.open("auth", "api")
    answers = []
    for place in range(51):
        event = sample("http_api_v2_get")
        event["requestContext"]["http"] |= {"method": "POST", "path": "/auth/sign-in"}
        event["headers"] |= {"content-type": "application/json", "x-forwarded-for": f"198.51.100.{place}"}
        event["body"] = json.dumps({"email": f"user{place}@shop.example", "password": "guess"})
        answers.append(handler(event)["statusCode"])

    assert answers[-1] == 429


def test_an_address_belongs_to_one_user_only(doors: Doors) -> None:
    api = doors.api("auth")
    api.ask("POST", "/auth/users", ANN)

    again = api.ask("POST", "/auth/users", ANN | {"email": "ann@shop.EXAMPLE"}, organisation_id="other")

    assert (again.status, again.json["type"]) == (409, "/problems/auth/email-taken")


@pytest.mark.parametrize(
    "change",
    [{"roles": ["owner"]}, {"password": "short"}, {"password": "ann@shop.example"}, {"email": "ann"}, {"roles": []}],
)
def test_a_user_that_cannot_be_is_refused(change: dict[str, Any], doors: Doors) -> None:
    body = ANN | {"email": "annabel@shop.example"} | change
    if change.get("password", "").startswith("ann"):
        body["password"] = "annabel is the password"

    assert doors.api("auth").ask("POST", "/auth/users", body).status == 422


def test_the_list_of_users_shows_the_own_organisation_and_no_hash(doors: Doors) -> None:
    api = doors.api("auth")
    api.ask("POST", "/auth/users", ANN)
    api.ask("POST", "/auth/users", ANN | {"email": "eve@rival.example"}, organisation_id="rival")

    answer = api.ask("GET", "/auth/users")

    assert [user["email"] for user in answer.json["data"]] == ["ann@shop.example"]
    assert "argon2" not in answer.text


def test_me_is_whom_the_authorizer_proved(doors: Doors) -> None:
    answer = doors.api("auth").ask("GET", "/auth/me", proved=identity("jobs:read catalogue:read", "org"))

    assert answer.json["scopes"] == ["catalogue:read", "jobs:read"]
    assert answer.json["organisation_id"] == "org"


def test_keys_are_public(doors: Doors) -> None:
    answer = doors.api("auth").ask("GET", "/auth/keys", scopes=None)

    assert (answer.status, answer.json) == (200, {"keys": []})


def test_without_kms_nobody_signs_in_and_the_caller_may_come_back(doors: Doors) -> None:
    api = doors.api("auth")
    api.ask("POST", "/auth/users", ANN)
    doors.cloud.down.add("kms")

    answer = sign_in(api)

    assert (answer.status, answer.json["type"]) == (503, "/problems/aws/unavailable")


def test_migrating_twice_is_migrating_once(doors: Doors) -> None:
    migrate = doors.open("auth", "migrate")

    assert migrate({}) == migrate({})
    assert "by_email" in doors.database["users"].index_information()


def test_a_removal_that_comes_twice_is_told_once_also_when_the_bus_was_gone(doors: Doors) -> None:
    api, relay = doors.api("auth"), doors.open("auth", "relay")
    bob = api.ask("POST", "/auth/users", ANN).json["user_id"]
    doors.cloud.down.add("events")

    statuses = [api.ask("DELETE", f"/auth/users/{bob}").status for _ in range(2)]
    untold = doors.cloud.facts("auth.user-removed")
    doors.cloud.down.clear()
    doors.database["outbox"].update_many({}, {"$set": {"due_at": datetime(2026, 1, 1, tzinfo=UTC)}})
    for _ in range(2):
        relay(sample("schedule_tick"))

    assert (statuses, untold) == ([204, 404], [])
    assert [fact["user_id"] for fact in doors.cloud.facts("auth.user-removed")] == [bob]
    assert sign_in(api).status == 401
