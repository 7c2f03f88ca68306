"""Machine clients over HTTP: made once, given tokens as RFC 6749 has it, ended."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.fakes.doors import Doors
from tests.fakes.gateway import Answer, Gateway

FORM = "application/x-www-form-urlencoded"
READER = {"name": "prometheus", "scopes": ["metrics:read", "prices:read"]}


@pytest.fixture
def api(doors: Doors) -> Gateway:
    return doors.api("auth")


def made(api: Gateway, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = api.ask("POST", "/auth/clients", READER | changes).json
    return found


def token(api: Gateway, fields: dict[str, str] | str, headers: dict[str, str] | None = None) -> Answer:
    body = fields if isinstance(fields, str) else urlencode(fields)
    return api.ask("POST", "/auth/token", body, scopes=None, content_type=FORM, headers=headers)


def fields_of(client: dict[str, Any], **changes: str) -> dict[str, str]:
    known = {"client_id": client["client_id"], "client_secret": client["client_secret"]}
    return {"grant_type": "client_credentials"} | known | changes


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def said(answer: Answer) -> dict[str, Any]:
    part = answer.json["access_token"].split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def test_a_client_gets_a_token_for_its_organisation_and_its_scopes(api: Gateway) -> None:
    client = made(api)

    answer = token(api, fields_of(client))

    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 900)
    assert answer.json["scope"] == "metrics:read prices:read"
    claims = said(answer)
    assert (claims["sub"], claims["org"], claims["roles"]) == (client["client_id"], "org", "")
    assert claims["scope"] == "metrics:read prices:read"


def test_http_basic_is_as_good_as_the_form(api: Gateway) -> None:
    client = made(api)
    headers = basic(client["client_id"], client["client_secret"])

    answer = token(api, {"grant_type": "client_credentials", "scope": "metrics:read"}, headers)

    assert (answer.status, answer.json["scope"]) == (200, "metrics:read")


def test_a_secret_is_shown_once_and_kept_as_a_hash_only(api: Gateway, doors: Doors) -> None:
    headers = {"idempotency-key": "once"}
    first, second = (api.ask("POST", "/auth/clients", READER, headers=headers) for _ in range(2))

    assert (first.status, second.status, second.json["type"]) == (201, 409, "/problems/auth/client-exists")
    assert first.headers["cache-control"] == "no-store"
    assert len(first.json["client_secret"]) >= 43
    stored = [*doors.database["clients"].find(), *doors.database["idempotency"].find()]
    assert first.json["client_secret"] not in str(stored) + api.ask("GET", "/auth/clients").text


def test_nobody_makes_a_client_that_may_do_more_than_themselves(api: Gateway) -> None:
    answer = api.ask("POST", "/auth/clients", READER, scopes="users:write metrics:read")

    assert (answer.status, answer.json["type"]) == (403, "/problems/identity/missing-scope")


def test_nobody_gives_a_role_that_may_do_more_than_themselves(api: Gateway) -> None:
    body = {"email": "a@b.example", "name": "Eve", "password": "correct horse battery", "roles": ["administrator"]}

    assert api.ask("POST", "/auth/users", body, scopes="users:write prices:read").status == 403


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "guess"}, 401, "invalid_client"),
        ({"client_id": "cli_nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"scope": "users:write"}, 400, "invalid_scope"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"padding": "x" * 9000}, 400, "invalid_request"),
    ],
)
def test_a_refusal_has_the_form_of_rfc_6749(api: Gateway, changes: dict[str, str], status: int, error: str) -> None:
    answer = token(api, fields_of(made(api), **changes))

    assert (answer.status, answer.json["error"], answer.headers["cache-control"]) == (status, error, "no-store")
    assert ("www-authenticate" in answer.headers) is (status == 401)


def test_a_request_that_says_a_thing_twice_is_refused(api: Gateway) -> None:
    client = made(api)
    twice = urlencode(fields_of(client)) + "&grant_type=client_credentials"
    both_ways = basic(client["client_id"], client["client_secret"])

    answers = [token(api, twice), token(api, fields_of(client), both_ways)]

    assert [(one.status, one.json["error"]) for one in answers] == [(400, "invalid_request")] * 2


@pytest.mark.parametrize("sent", ["Basic !!!", "Basic " + base64.b64encode(b"\xff:\xff").decode(), "Basic "])
def test_a_header_that_cannot_be_read_is_an_invalid_request(api: Gateway, sent: str) -> None:
    assert token(api, {"grant_type": "client_credentials"}, {"authorization": sent}).status == 400


@pytest.mark.parametrize("body", ["", "%ff=%ff", "&" * 50, "a&" * 30, "grant_type=%00"])
def test_a_form_that_cannot_be_read_is_an_invalid_request(api: Gateway, body: str) -> None:
    assert token(api, body).json["error"] == "invalid_request"


def test_a_body_that_is_no_form_is_an_invalid_request(api: Gateway) -> None:
    answer = api.ask("POST", "/auth/token", {"grant_type": "client_credentials"}, scopes=None)

    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


def test_a_client_that_is_deleted_gets_no_further_token(api: Gateway) -> None:
    client = made(api)
    path = f"/auth/clients/{client['client_id']}"

    statuses = [
        api.ask("DELETE", path, organisation_id="rival").status,
        token(api, fields_of(client)).status,
        api.ask("DELETE", path).status,
        token(api, fields_of(client)).status,
        api.ask("DELETE", path).status,
    ]

    assert statuses == [404, 200, 204, 401, 404]


def test_the_list_shows_the_own_organisations_clients(api: Gateway) -> None:
    client = made(api)
    api.ask("POST", "/auth/clients", READER, organisation_id="rival")

    listed = api.ask("GET", "/auth/clients").json["data"]

    assert [one["client_id"] for one in listed] == [client["client_id"]]


def test_guesses_at_a_secret_are_counted_by_client(api: Gateway) -> None:
    client = made(api)

    answers = [token(api, fields_of(client, client_secret="guess")) for _ in range(11)]

    assert [one.status for one in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert token(api, fields_of(client)).status == 429


def test_a_client_that_proves_itself_often_is_never_shut_out(api: Gateway) -> None:
    client = made(api)

    assert [token(api, fields_of(client)).status for _ in range(15)] == [200] * 15


def test_nobody_removes_themselves_nor_the_last_administrator(api: Gateway) -> None:
    me = api.ask("GET", "/auth/me").json["user_id"]
    body = {"email": "a@b.example", "name": "Ann", "password": "correct horse battery", "roles": ["administrator"]}
    last = api.ask("POST", "/auth/users", body).json["user_id"]

    answers = [api.ask("DELETE", f"/auth/users/{who}") for who in (me, last)]

    assert [one.json["type"] for one in answers] == ["/problems/auth/own-user", "/problems/auth/last-administrator"]
