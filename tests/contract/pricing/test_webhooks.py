"""Webhooks in their store, and through the doors: registered, told of what happened, and what became of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pricing.adapters.mongo_webhooks import MongoWebhooks, tell_webhooks
from pricing.domain.errors import WebhookEndpointNotFound
from pricing.domain.webhook import Tried, claimed
from pricing.usecases.webhooks import Attempt, Webhooks
from shared.kernel.paging import Window
from shared.runtime.mongo import Mongo, Session
from tests.builders.events import identity, sample
from tests.builders.pricing import MONDAY
from tests.contract.pricing.test_alert_doors import Market
from tests.fakes.doors import Doors
from tests.fakes.gateway import EVERYTHING
from tests.fakes.plans import explained, stages
from tests.fakes.runs import Run
from tests.fakes.webhooks import FakeWebhooks
from tests.unit.pricing.usecases.test_webhooks import a_delivery, an_endpoint

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["fake", "mongodb"])
def webhooks(request: pytest.FixtureRequest) -> Webhooks:
    """The store under test."""
    if request.param == "fake":
        return FakeWebhooks()
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    return MongoWebhooks(store("pricing"))


def test_receivers_are_kept_for_their_organisation(webhooks: Webhooks, run: Run) -> None:
    for name in ("org", "other"):
        run(webhooks.add(an_endpoint(endpoint_id=f"whe-{name}", organisation_id=name)))
    mine = run(webhooks.get("org", "whe-org"))
    run(webhooks.keep(replace(mine, enabled=False, off_why="gone")))
    run(webhooks.remove("org", "whe-other"))
    with pytest.raises(WebhookEndpointNotFound):
        run(webhooks.get("org", "whe-other"))
    assert mine == an_endpoint(endpoint_id="whe-org")
    assert [one.off_why for one in run(webhooks.page("org", Window())).items] == ["gone"]
    run(webhooks.remove("org", "whe-org"))
    run(webhooks.keep(mine))
    assert run(webhooks.page("org", Window())).items == ()
    assert len(run(webhooks.page("other", Window())).items) == 1


def test_deliveries_are_kept_once_claimed_once_and_listed(webhooks: Webhooks, run: Run) -> None:
    first, later = a_delivery(), a_delivery(delivery_id="later", next_at=MONDAY + MINUTE, created_at=MONDAY + MINUTE)
    theirs = a_delivery(delivery_id="theirs", organisation_id="other", endpoint_id="else", next_at=None)
    run(webhooks.tell([first, later, theirs]))
    run(webhooks.tell([replace(first, body="again")]))
    assert [one.delivery_id for one in run(webhooks.due(MONDAY, 10))] == ["whd"]
    assert run(webhooks.delivery("org", "whd")) == first
    assert run(webhooks.delivery("other", "whd")) is None
    taken = claimed(first, MONDAY)
    assert [run(webhooks.move(first, taken)) for _ in range(2)] == [True, False]
    assert run(webhooks.delivery("org", "whd")) == taken
    assert [one.delivery_id for one in run(webhooks.deliveries("org", Window(), None)).items] == ["later", "whd"]
    assert run(webhooks.deliveries("org", Window(), "else")).items == ()


def test_questions_are_answered_by_indexes(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    run(MongoWebhooks(mongo).tell([a_delivery()]))
    for query in (
        {"next_at": {"$lte": MONDAY}},
        {"organisation_id": "org"},
        {"organisation_id": "org", "endpoint_id": "whe"},
    ):
        found = set(stages(run(explained(mongo, "webhook_deliveries", query))))
        assert "IXSCAN" in found, query
        assert "COLLSCAN" not in found, query


def test_an_event_is_told_to_who_wants_it_once(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    webhooks = MongoWebhooks(mongo)
    run(webhooks.add(an_endpoint()))
    run(webhooks.add(an_endpoint(endpoint_id="off", enabled=False)))
    run(webhooks.add(an_endpoint(endpoint_id="bored", events=frozenset({"alert.raised"}))))
    run(webhooks.add(an_endpoint(endpoint_id="theirs", organisation_id="other")))

    async def work(session: Session) -> None:
        await tell_webhooks(mongo, "org", "price.applied", "evt", {"n": "ü"}, MONDAY, session)

    for _ in range(2):
        run(mongo.transaction(work))
    (told,) = run(webhooks.deliveries("org", Window(), None)).items
    assert (told.endpoint_id, json.loads(told.body)["data"]) == ("whe", {"n": "ü"})
    assert run(webhooks.deliveries("other", Window(), None)).items == ()


@pytest.fixture
def market(doors: Doors) -> Market:
    """A house whose market is watched by a rule of alerts."""
    return Market(doors)


def registered(market: Market) -> dict[str, Any]:
    """A receiver of alerts."""
    body = {"url": "https://receiver.example/hooks", "events": ["alert.raised"]}
    made = market.api.ask("POST", "/pricing/webhook-endpoints", body)
    assert made.status == 201
    found: dict[str, Any] = made.json
    return found


def delivered(market: Market, monkeypatch: pytest.MonkeyPatch, status: int) -> list[Attempt]:
    """A minute: what is due is asked for, sent, and its answer kept, each message twice."""
    sent: list[Attempt] = []

    async def post(_: Any, attempt: Attempt) -> Tried:
        sent.append(attempt)
        return Tried(delivery_id=attempt.delivery_id, attempt=attempt.attempt, status=status)

    monkeypatch.setattr("pricing.adapters.aiohttp_webhooks.AioHttpWebhooks.post", post)
    cloud = market.doors.cloud
    before = len(cloud.messages("deliver")), len(cloud.messages("delivered"))
    market.doors.open("pricing", "ask_deliveries")(sample("schedule_tick"))
    for asked in cloud.messages("deliver")[before[0] :]:
        market.deliver("deliver", "sqs_delivery_requested", asked)
    for answer in cloud.messages("delivered")[before[1] :]:
        market.deliver("record_deliveries", "sqs_delivery_tried", answer, answer)
    return sent


def test_an_alert_is_told_to_a_receiver(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = registered(market)
    market.look("94.90", 3)
    market.tick()
    market.look("84.90", 2)
    market.tick()
    (attempt,) = delivered(market, monkeypatch, 204)

    (alert,) = market.alerts()
    told = json.loads(attempt.body)
    (delivery,) = market.api.ask("GET", "/pricing/deliveries").json["data"]
    assert (told["type"], told["data"]["text"]) == ("alert.raised", alert["text"])
    assert attempt.headers["webhook-id"] == alert["alert_id"] == delivery["event_id"]
    assert (delivery["state"], delivery["last_status"], delivery["attempts"]) == ("delivered", 204, 1)
    assert delivered(market, monkeypatch, 204) == []
    (listed,) = market.api.ask("GET", "/pricing/webhook-endpoints").json["data"]
    assert receiver["secret"].startswith("whsec_")
    assert receiver == listed | {"secret": receiver["secret"]}
    assert receiver["secret"] not in json.dumps(market.doors.cloud.messages("deliver"))


def test_a_receiver_that_is_gone_is_off_until_its_secret_is_new(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/pricing/webhook-endpoints/{registered(market)['endpoint_id']}"
    assert market.api.ask("POST", f"{path}/tests").status == 202
    assert len(delivered(market, monkeypatch, 410)) == 1
    (off,) = market.api.ask("GET", "/pricing/webhook-endpoints").json["data"]
    rotated = market.api.ask("POST", f"{path}/rotations").json
    market.api.ask("POST", f"{path}/tests")
    (attempt,) = delivered(market, monkeypatch, 200)
    assert (off["enabled"], off["off_why"][:19]) == (False, "it answered 410 Gone"[:19])
    assert (rotated["enabled"], len(attempt.headers["webhook-signature"].split())) == (True, 2)
    assert market.api.ask("DELETE", path).status == 204
    assert market.api.ask("POST", f"{path}/tests").json["type"] == "/problems/pricing/webhook-endpoint-not-found"


def test_receivers_are_for_managers_and_for_their_organisation(market: Market) -> None:
    made = registered(market)
    path = f"/pricing/webhook-endpoints/{made['endpoint_id']}"
    analyst, other = identity(EVERYTHING) | {"roles": "analyst"}, identity(EVERYTHING, "other")
    body = {"url": "https://receiver.example/", "events": ["batch.ended"]}
    asked = [("POST", "/pricing/webhook-endpoints", body), ("POST", f"{path}/rotations", None), ("DELETE", path, None)]
    assert [market.api.ask(how, where, what, proved=analyst).status for how, where, what in asked] == [403] * 3
    assert [market.api.ask("POST", f"{path}/{what}", proved=other).status for what in ("rotations", "tests")] == [
        404
    ] * 2
    assert market.api.ask("DELETE", path, proved=other).status == 204
    assert market.api.ask("GET", "/pricing/webhook-endpoints", proved=other).json["data"] == []
    assert len(market.api.ask("GET", "/pricing/webhook-endpoints").json["data"]) == 1
    plain = market.api.ask("POST", "/pricing/webhook-endpoints", body | {"url": "http://receiver.example/"})
    assert plain.json["type"] == "/problems/pricing/invalid-webhook-endpoint"
