"""Policies, what is kept out of them, and why a price is what it is, through pricing's doors."""

import json
from typing import Any

import pytest

from tests.builders.events import http_request, identity, sample
from tests.builders.pricing import MATCH, ruled
from tests.contract.pricing.test_doors import Market, market
from tests.fakes.doors import Doors
from tests.fakes.gateway import EVERYTHING

__all__ = ["market"]

YAML = """
name: Match the lowest
shop: demo-eu
currency: EUR
rules:
  - name: all
    follow: [{reference: lowest}]
    bounds: {min_price: 0.01}
tests:
  - name: the lowest is met
    product: {price: 99.99}
    offers: [{competitor: c1, price: 95.00}]
    expect: {price: 95.00, reason: MATCH_LOWEST, rule: all}
"""


def put(market: Market, text: str) -> Any:
    return market.api.ask("PUT", "/pricing/policies/match", text, content_type="application/yaml")


def test_a_policy_is_written_and_read_as_yaml(market: Market) -> None:
    saved = put(market, YAML)

    request = http_request(
        "GET",
        "/pricing/policies/match/versions/1",
        proved=identity(EVERYTHING),
        headers={"accept": "application/yaml"},
    )
    text = market.api.handler(request)["body"]
    again = put(market, text)
    assert again.status == 200, (text, again.json)
    assert (saved.status, saved.json["version"], saved.json["shop_id"]) == (200, 1, "demo-eu")
    assert (again.json["version"], again.json["document_hash"]) == (2, saved.json["document_hash"])
    assert again.json["document"] == saved.json["document"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("reference: lowest", "reference: lowst", "line 7, column 15"),
        ("min_price", "min_prise", "did you mean «min_price»"),
        ("price: 95.00, reason", "price: 94.00, reason", "expected price 94.00, reason MATCH_LOWEST, rule all"),
        ("{min_price: 0.01}", "{min_price: 130, max_price: 129}", "CONTRADICTORY_BOUNDS"),
    ],
)
def test_what_is_wrong_is_refused_by_name_and_nothing_is_saved(
    market: Market, before: str, after: str, words: str
) -> None:
    answered = put(market, YAML.replace(before, after))

    assert answered.status == 422
    assert words in json.dumps(answered.json, ensure_ascii=False)
    assert market.api.ask("GET", "/pricing/policies").json["data"] == []


def test_a_policy_is_checked_without_being_saved(market: Market) -> None:
    body = YAML.replace("price: 95.00, reason", "price: 94.00, reason")
    answered = market.api.ask("POST", "/pricing/policy-checks", body, content_type="application/yaml").json

    (case,) = answered["tests"]
    assert (answered["sound"], case["passed"]) == (False, False)
    assert case["got"].startswith("price 95.00")
    assert [step["name"] for step in case["steps"]][:2] == ["gate inputs", "normalise"]
    assert market.api.ask("GET", "/pricing/policies").json["data"] == []


def test_nobody_approves_a_version_of_their_own(market: Market) -> None:
    put(market, YAML)
    path, body = "/pricing/policies/match/approvals", {"version": 1}
    colleague, stranger = identity(EVERYTHING, user_id="colleague"), identity(EVERYTHING, "rival", "mallory")

    own = market.api.ask("POST", path, body)
    theirs = market.api.ask("POST", path, body, proved=stranger)
    approved = market.api.ask("POST", path, body, proved=colleague)

    assert (own.status, own.json["type"]) == (409, "/problems/pricing/own-policy")
    assert theirs.status == 404
    assert (approved.status, approved.json["approved_by"]) == (200, "colleague")


def test_a_held_product_is_left_alone_until_its_hold_ends(market: Market) -> None:
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    asked = {"shop_id": "demo-eu", "sku": "HP-100", "reason": "agreed with the maker", "price": "89.99"}
    hold = market.api.ask("POST", "/pricing/holds", asked)
    market.api.ask("PUT", "/pricing/policies/match", MATCH)
    market.api.ask("POST", "/pricing/runs", {"policy_id": "match"})
    market.decide()
    rival = identity(EVERYTHING, "rival", "mallory")

    (run,) = market.api.ask("GET", "/pricing/runs").json["data"]
    changes = market.api.ask("GET", "/pricing/price-changes").json["data"]
    path = f"/pricing/holds/{hold.json['hold_id']}"
    foreign = market.api.ask("DELETE", path, proved=rival)
    ended = [market.api.ask("DELETE", path) for _ in range(2)]

    assert (hold.status, run["reasons"]) == (201, {"LOCKED": 1})
    assert [(one["reason"], one["after"]["amount"]) for one in changes] == [("LOCKED", "89.99")]
    assert foreign.status == 404
    assert ended[0].json == ended[1].json
    assert market.api.ask("GET", "/pricing/holds").json["data"] == []
    assert len(market.api.ask("GET", "/pricing/holds", query="ended=true").json["data"]) == 1
    assert market.api.ask("GET", "/pricing/holds", query="ended=true", proved=rival).json["data"] == []


@pytest.mark.parametrize(
    ("change", "status", "kind"),
    [
        ({"sku": "NONE"}, 404, "pricing/product-unknown"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, 422, "pricing/invalid-hold"),
        ({"price": "1.999"}, 422, "pricing/invalid-hold"),
        ({"kind": "promotion", "price": "1.99"}, 422, "pricing/invalid-hold"),
        ({"price": "1.99", "starts_at": "2999-01-01T00:00:00Z"}, 422, "pricing/invalid-hold"),
    ],
)
def test_a_hold_that_cannot_be_is_refused_by_name(
    market: Market, change: dict[str, str], status: int, kind: str
) -> None:
    asked = {"shop_id": "demo-eu", "sku": "HP-100", "reason": "agreed with the maker"} | change

    answered = market.api.ask("POST", "/pricing/holds", asked)

    assert (answered.status, answered.json["type"]) == (status, f"/problems/{kind}")


@pytest.fixture
def trial(doors: Doors, market: Market) -> Any:
    """The function that tries policies, over the market's database."""
    assert market.doors is doors
    return doors.open("pricing", "trial")


def test_a_check_looks_at_the_catalogue_and_at_who_is_watched(trial: Any) -> None:
    asked = sample("invoke_check_policy")
    unknown = asked | {
        "document": asked["document"] | ruled(follow=[{"reference": "competitor", "competitors": ["nobody"]}])
    }

    sound, wrong = trial(asked), trial(unknown)

    assert [one["severity"] for one in sound["findings"] if one["severity"] == "error"] == []
    assert "UNKNOWN_COMPETITOR" in {one["code"] for one in wrong["findings"]}


def test_a_preview_says_what_would_be_decided_and_stores_nothing(trial: Any, market: Market) -> None:
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    market.api.ask("PUT", "/pricing/policies/match", MATCH)
    under = ruled(follow=[{"reference": "lowest", "relation": "below", "by": {"money": "1.00"}}])
    asked = {"action": "preview", "organisation_id": "org", "document": MATCH | under, "against": "match", "limit": 10}

    pages = [trial(asked), trial(asked | {"skus": ["HP-100", "NONE"]})]

    (row,) = pages[0]["rows"]
    assert (row["sku"], row["current"], row["price"], row["against_price"]) == ("HP-100", "99.99", "93.90", "94.90")
    assert pages[1]["rows"] == pages[0]["rows"]
    assert pages[0]["next_after"] is None
    assert market.api.ask("GET", "/pricing/runs").json["data"] == []


def test_the_preview_of_a_stranger_sees_no_product(trial: Any) -> None:
    asked = {"action": "preview", "organisation_id": "rival", "document": MATCH, "limit": 10}

    assert trial(asked)["rows"] == []


def test_a_decision_comes_out_the_same_again_and_says_what_would_have_changed_it(trial: Any, market: Market) -> None:
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    change = market.proposed()

    told = trial({"action": "explain", "organisation_id": "org", "decision_id": change["decision_id"]})

    assert (told["replayable"], told["differences"]) == (True, [])
    assert told["counterfactual"]["kind"] == "reference"
    assert told["words"].startswith("were the landed price of shop-example 94.8")
    market.doors.cloud.functions["pricing-trial"] = lambda _: told
    shown = market.api.ask("GET", f"/pricing/decisions/{change['decision_id']}/why")
    hidden = market.api.ask("GET", f"/pricing/decisions/{change['decision_id']}/why", organisation_id="rival")
    assert (shown.status, hidden.status) == (200, 404)
    assert shown.json["counterfactual"] == told["counterfactual"]


def test_what_makes_no_sense_is_an_answer_of_the_trial_and_a_problem_of_the_api(trial: Any, market: Market) -> None:
    steep = MATCH | ruled(follow=[{"reference": "lowest", "relation": "below", "by": {"percent": 120}}])
    asked = {"action": "preview", "organisation_id": "org", "document": steep, "limit": 10}
    told = trial(asked)
    elsewhere = trial(asked | {"document": MATCH | {"shop": "other"}, "against": "none"})
    assert (told["refused"], elsewhere["refused"]) == ("policy/invalid", "pricing/policy-not-found")

    market.doors.cloud.functions["pricing-trial"] = lambda _: told
    answered = market.api.ask("POST", "/pricing/policy-previews", steep)

    assert (answered.status, answered.json["type"]) == (422, "/problems/policy/invalid")
    assert answered.json["detail"] == told["detail"]


@pytest.mark.parametrize("version", ["0", "x", "9" * 4_400, "-1"])
def test_a_version_that_is_none_is_not_found(market: Market, version: str) -> None:
    put(market, YAML)

    assert market.api.ask("GET", f"/pricing/policies/match/versions/{version}").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/pricing/market-changes?until=0001-01-01T00:00:00Z",
        "/pricing/market-changes/summary?until=0001-01-01T00:00:00Z",
    ],
)
def test_a_time_beyond_every_calendar_is_refused(market: Market, path: str) -> None:
    route, query = path.split("?")

    assert market.api.ask("GET", route, query=query).status == 422


@pytest.mark.parametrize("when", [{"starts_at": "0001-01-01T00:00:00+14:00"}, {"ends_at": "9999-12-31T23:59:59-14:00"}])
def test_a_hold_beyond_every_calendar_is_refused(market: Market, when: dict[str, str]) -> None:
    asked = {"shop_id": "demo-eu", "sku": "HP-100", "reason": "agreed with the maker"} | when

    assert market.api.ask("POST", "/pricing/holds", asked).status == 422
