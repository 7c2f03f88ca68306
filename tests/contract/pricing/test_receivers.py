"""Receivers in their store, and through the doors: registered, told of what happened, and what became of it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from pricing.adapters.mongo_receivers import MongoReceivers, tell_receivers
from pricing.domain.delivery import Tried, claimed
from pricing.domain.errors import ReceiverNotFound, TooManyReceivers
from pricing.domain.receiver import MOST_RECEIVERS, Receiver, proven, switched_off, to_be_proven
from pricing.usecases.receiver_ports import Attempt, Receivers
from shared.kernel.paging import Window
from shared.runtime.mongo import Mongo, Session
from tests.builders.events import identity, sample
from tests.builders.pricing import MONDAY
from tests.builders.receivers import SLACK, a_delivery, a_receiver
from tests.contract.pricing.test_alert_doors import Market
from tests.fakes.doors import Doors
from tests.fakes.gateway import EVERYTHING
from tests.fakes.plans import explained, stages
from tests.fakes.receivers import FakeReceivers
from tests.fakes.runs import Run

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["fake", "mongodb"])
def receivers(request: pytest.FixtureRequest) -> Receivers:
    """The store under test."""
    if request.param == "fake":
        return FakeReceivers()
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    return MongoReceivers(store("pricing"))


def test_receivers_are_kept_for_their_organisation(receivers: Receivers, run: Run) -> None:
    for name in ("org", "other"):
        run(receivers.add(a_receiver(receiver_id=f"rcv-{name}", organisation_id=name)))
    mine = run(receivers.get("org", "rcv-org"))
    off = run(receivers.change("org", "rcv-org", lambda one: switched_off(one, "gone")))
    run(receivers.remove("org", "rcv-other"))
    for asked in (receivers.get("org", "rcv-other"), receivers.change("org", "rcv-other", lambda one: one)):
        with pytest.raises(ReceiverNotFound):
            run(asked)
    assert mine == a_receiver(receiver_id="rcv-org")
    assert run(receivers.page("org", Window())).items == (off,)
    assert (off.enabled, off.off_why) == (False, "gone")
    run(receivers.remove("org", "rcv-org"))
    assert run(receivers.page("org", Window())).items == ()
    assert len(run(receivers.page("other", Window())).items) == 1


def test_a_mailbox_waits_for_its_code_and_guesses_are_counted_one_after_the_other(
    receivers: Receivers, run: Run
) -> None:
    box = to_be_proven(a_receiver(channel="email", address="a@b.example", secrets=()), "JBSWY3DP", MONDAY)
    run(receivers.add(box))
    assert run(receivers.get("org", "rcv")) == box

    async def guessed() -> None:
        await asyncio.gather(*(receivers.change("org", "rcv", lambda one: proven(one, "A", MONDAY)) for _ in range(4)))

    run(guessed())
    after = run(receivers.get("org", "rcv"))
    assert after.proof is not None
    assert after.proof.tries == 4
    assert run(receivers.change("org", "rcv", lambda one: proven(one, "JBSWY3DP", MONDAY))).enabled


def test_there_are_only_so_many_receivers_also_of_those_that_come_at_once(receivers: Receivers, run: Run) -> None:
    async def story() -> list[BaseException | None]:
        for place in range(MOST_RECEIVERS - 1):
            await receivers.add(a_receiver(receiver_id=f"rcv-{place}"))
        news = [a_receiver(receiver_id=f"new-{place}") for place in range(3)]
        return list(await asyncio.gather(*(receivers.add(one) for one in news), return_exceptions=True))

    ended = run(story())
    assert sorted(type(one).__name__ for one in ended) == ["NoneType", "TooManyReceivers", "TooManyReceivers"]
    run(receivers.add(a_receiver(receiver_id="theirs", organisation_id="other")))
    run(receivers.remove("org", "rcv-7"))
    run(receivers.add(a_receiver(receiver_id="again")))
    with pytest.raises(TooManyReceivers):
        run(receivers.add(a_receiver(receiver_id="too-many")))


def test_codes_are_counted_for_their_organisation(receivers: Receivers, run: Run) -> None:
    codes = [
        a_delivery(delivery_id=f"{whose}-{place}", organisation_id=whose, event="receiver.confirmation", created_at=at)
        for whose in ("org", "other")
        for place, at in enumerate((MONDAY - MINUTE, MONDAY, MONDAY + MINUTE))
    ]
    run(receivers.tell([*codes, a_delivery(delivery_id="news")]))
    assert run(receivers.codes_since("org", MONDAY)) == 2


def test_deliveries_are_kept_once_claimed_once_and_listed(receivers: Receivers, run: Run) -> None:
    first, later = a_delivery(), a_delivery(delivery_id="later", next_at=MONDAY + MINUTE, created_at=MONDAY + MINUTE)
    theirs = a_delivery(delivery_id="theirs", organisation_id="other", receiver_id="else", next_at=None)
    run(receivers.tell([first, later, theirs]))
    run(receivers.tell([replace(first, body="again")]))
    assert [one.delivery_id for one in run(receivers.due(MONDAY, 10))] == ["dlv"]
    assert run(receivers.delivery("org", "dlv")) == first
    assert run(receivers.delivery("other", "dlv")) is None
    taken = claimed(first, MONDAY)
    assert [run(receivers.move(first, taken)) for _ in range(2)] == [True, False]
    assert run(receivers.delivery("org", "dlv")) == taken
    assert [one.delivery_id for one in run(receivers.deliveries("org", Window(), None)).items] == ["later", "dlv"]
    assert run(receivers.deliveries("org", Window(), "else")).items == ()


def test_questions_are_answered_by_indexes(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    receivers = MongoReceivers(mongo)
    run(receivers.tell([a_delivery()]))
    run(receivers.add(a_receiver()))
    asked: list[tuple[str, dict[str, Any]]] = [
        ("deliveries", {"next_at": {"$lte": MONDAY}}),
        ("deliveries", {"organisation_id": "org"}),
        ("deliveries", {"organisation_id": "org", "receiver_id": "rcv"}),
        (
            "deliveries",
            {"organisation_id": "org", "event": "receiver.confirmation", "created_at": {"$gte": MONDAY}},
        ),
        ("receivers", {"organisation_id": "org"}),
    ]
    for collection, query in asked:
        found = set(stages(run(explained(mongo, collection, query))))
        assert "IXSCAN" in found, query
        assert "COLLSCAN" not in found, query


def test_an_event_is_told_to_who_wants_it_once(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    receivers = MongoReceivers(mongo)
    wanted: list[Receiver] = [
        a_receiver(),
        a_receiver(receiver_id="off", enabled=False),
        a_receiver(receiver_id="bored", events=frozenset({"alert.raised"})),
        a_receiver(receiver_id="theirs", organisation_id="other"),
        a_receiver(receiver_id="room", channel="slack", events=frozenset({"batch.ended"})),
    ]
    for one in wanted:
        run(receivers.add(one))
    data = {"shop_id": "demo", "batch_id": "bat", "state": "FINISHED", "states": {}, "detail": "", "n": "ü"}

    async def work(session: Session) -> None:
        await tell_receivers(mongo, "org", "price.applied", "evt", data, MONDAY, session)
        await tell_receivers(mongo, "org", "batch.ended", "end", data, MONDAY, session)

    for _ in range(2):
        run(mongo.transaction(work))
    told = {one.receiver_id: json.loads(one.body) for one in run(receivers.deliveries("org", Window(), None)).items}
    assert set(told) == {"rcv", "room"}
    assert told["rcv"]["data"] == data
    assert told["room"]["text"] == "Publication bat in demo ended: FINISHED"
    assert run(receivers.deliveries("other", Window(), None)).items == ()


@pytest.fixture
def market(doors: Doors) -> Market:
    """A house whose market is watched by a rule of alerts."""
    return Market(doors)


def registered(market: Market, **changes: Any) -> dict[str, Any]:
    """A receiver of alerts."""
    body = {"address": "https://receiver.example/hooks", "events": ["alert.raised"]} | changes
    made = market.api.ask("POST", "/pricing/receivers", body)
    assert made.status == 201
    found: dict[str, Any] = made.json
    return found


def delivered(market: Market, monkeypatch: pytest.MonkeyPatch, status: int) -> list[Attempt]:
    """A minute: what is due is asked for, sent, and its answer kept, each message twice."""
    sent: list[Attempt] = []

    async def post(_: Any, attempt: Attempt) -> Tried:
        sent.append(attempt)
        return Tried(delivery_id=attempt.delivery_id, attempt=attempt.attempt, status=status)

    monkeypatch.setattr("pricing.adapters.aiohttp_receivers.AioHttpReceivers.post", post)
    monkeypatch.setattr("pricing.adapters.ses_mail.SesMail.post", post)
    cloud = market.doors.cloud
    doors = {"deliver": "deliver", "mail": "send_mail"}
    before = {name: len(cloud.messages(name)) for name in (*doors, "delivered")}
    market.doors.open("pricing", "ask_deliveries")(sample("schedule_tick"))
    for queue, door in doors.items():
        for asked in cloud.messages(queue)[before[queue] :]:
            market.deliver(door, "sqs_delivery_requested", asked)
    for answer in cloud.messages("delivered")[before["delivered"] :]:
        market.deliver("record_deliveries", "sqs_delivery_tried", answer, answer)
    return sent


def stored(market: Market) -> str:
    """Everything that the database holds, as text."""
    database = market.doors.database
    return repr([list(database[name].find({})) for name in sorted(database.list_collection_names())])


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
    (listed,) = market.api.ask("GET", "/pricing/receivers").json["data"]
    assert listed == market.api.ask("GET", f"/pricing/receivers/{receiver['receiver_id']}").json
    assert receiver["secret"].startswith("whsec_")
    assert receiver == listed | {"secret": receiver["secret"]}
    assert told["data"]["link"] == f"https://api.example/pricing/alerts/{alert['alert_id']}"
    assert receiver["secret"] not in json.dumps(market.doors.cloud.messages("deliver"))


@pytest.mark.parametrize("door", ["deliver", "send_mail"])
def test_an_attempt_that_lay_until_another_one_was_asked_for_is_not_made(
    market: Market, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    registered(market)
    market.look("94.90", 3)
    market.tick()
    market.look("84.90", 2)
    market.tick()
    delivered(market, monkeypatch, 503)
    (asked,) = market.doors.cloud.messages("deliver")
    answers = len(market.doors.cloud.messages("delivered"))

    earlier = datetime.fromisoformat(asked["occurred_at"]) - timedelta(minutes=6)
    market.deliver(door, "sqs_delivery_requested", asked | {"occurred_at": earlier.isoformat()})

    assert len(market.doors.cloud.messages("delivered")) == answers


def test_a_receiver_that_is_gone_is_off_until_its_secret_is_new(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/pricing/receivers/{registered(market)['receiver_id']}"
    assert market.api.ask("POST", f"{path}/tests").status == 202
    assert len(delivered(market, monkeypatch, 410)) == 1
    (off,) = market.api.ask("GET", "/pricing/receivers").json["data"]
    rotated = market.api.ask("POST", f"{path}/rotations").json
    market.api.ask("POST", f"{path}/tests")
    (attempt,) = delivered(market, monkeypatch, 200)
    assert (off["enabled"], off["off_why"][:19]) == (False, "it answered 410 Gone"[:19])
    assert (rotated["enabled"], len(attempt.headers["webhook-signature"].split())) == (True, 2)
    assert market.api.ask("DELETE", path).status == 204
    assert market.api.ask("POST", f"{path}/tests").json["type"] == "/problems/pricing/receiver-not-found"


def test_receivers_are_for_managers_and_for_their_organisation(market: Market) -> None:
    made = registered(market)
    path = f"/pricing/receivers/{made['receiver_id']}"
    analyst, other = identity(EVERYTHING) | {"roles": "analyst"}, identity(EVERYTHING, "other")
    body = {"address": "https://receiver.example/", "events": ["batch.ended"]}
    code = {"code": "AAAAAAAA"}
    asked = [
        ("POST", "/pricing/receivers", body),
        ("POST", f"{path}/rotations", None),
        ("POST", f"{path}/confirmations", code),
        ("POST", f"{path}/tests", None),
        ("PATCH", path, {"events": ["batch.ended"]}),
        ("DELETE", path, None),
    ]
    assert [market.api.ask(how, where, what, proved=analyst).status for how, where, what in asked] == [403] * 6
    theirs = [("GET", path, None), *asked[1:5]]
    assert [market.api.ask(how, where, what, proved=other).status for how, where, what in theirs] == [404] * 5
    assert market.api.ask("DELETE", path, proved=other).status == 204
    assert market.api.ask("GET", "/pricing/receivers", proved=other).json["data"] == []
    assert len(market.api.ask("GET", "/pricing/receivers").json["data"]) == 1
    plain = market.api.ask("POST", "/pricing/receivers", body | {"address": "http://receiver.example/"})
    assert plain.json["type"] == "/problems/pricing/invalid-receiver"


def test_no_secret_is_kept_or_travels_in_clear(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"address": "https://receiver.example/hooks", "events": ["alert.raised"]}
    once = {"idempotency-key": "once"}
    secret = market.api.ask("POST", "/pricing/receivers", asked, headers=once).json["secret"]
    room = registered(market, channel="slack", address=SLACK)
    hook = market.api.ask("GET", "/pricing/receivers").json["data"][1]["receiver_id"]
    renewed = market.api.ask("POST", f"/pricing/receivers/{hook}/rotations", headers=once).json["secret"]
    market.api.ask("POST", f"/pricing/receivers/{room['receiver_id']}/tests")
    market.api.ask("POST", f"/pricing/receivers/{hook}/tests")
    sent = delivered(market, monkeypatch, 200)

    kept = stored(market) + json.dumps(market.doors.cloud.messages("deliver"))
    assert (room["secret"], room["address"]) == (None, "https://hooks.slack.example/…")
    assert {one.channel for one in sent} == {"webhook", "slack"}
    for clear in (secret, renewed, SLACK, "veryprivatewords"):
        assert clear not in kept
        assert clear.removeprefix("whsec_") not in kept


def test_a_mailbox_gets_a_code_and_then_alerts(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    box = registered(market, channel="email", address="Ann@Shop.example")
    path = f"/pricing/receivers/{box['receiver_id']}"
    market.api.ask("POST", f"{path}/tests")
    (code,) = delivered(market, monkeypatch, 200)
    wrong = market.api.ask("POST", f"{path}/confirmations", {"code": "AAAAAAAA"})
    given = json.loads(code.body)["text"].split("code is ")[1][:8]
    on = market.api.ask("POST", f"{path}/confirmations", {"code": given}).json
    market.api.ask("POST", f"{path}/tests")
    (test,) = delivered(market, monkeypatch, 200)
    states = [one["state"] for one in market.api.ask("GET", "/pricing/deliveries").json["data"]]

    assert (box["enabled"], box["off_why"]) == (False, "its address is not confirmed yet")
    assert (code.channel, code.url) == ("email", "Ann@shop.example")
    assert (wrong.status, wrong.json["type"]) == (422, "/problems/pricing/wrong-code")
    assert (on["enabled"], on["off_why"]) == (True, "")
    assert json.loads(test.body)["subject"] == "A test of OmniPriceX"
    assert sorted(states) == ["delivered", "delivered", "failed"]


def test_a_platform_that_sends_no_mail_says_so(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", "")
    body = {"channel": "email", "address": "ann@shop.example", "events": ["alert.raised"]}
    refused = doors.api("pricing").ask("POST", "/pricing/receivers", body)
    assert (refused.status, refused.json["type"]) == (409, "/problems/pricing/mail-not-set-up")


TEMPLATE = "*{competitor}* {product}: {old} → {new} {percent}, {more} more\n{link}"


def test_an_alert_is_told_in_the_words_of_a_template(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    room = registered(market, channel="slack", address=SLACK, template=TEMPLATE)
    path = f"/pricing/receivers/{room['receiver_id']}"
    market.look("94.90", 3)
    market.tick()
    market.look("84.90", 2)
    market.tick()
    (attempt,) = delivered(market, monkeypatch, 200)
    (alert,) = market.alerts()
    asked = {"channel": "slack", "template": TEMPLATE, "alert_id": alert["alert_id"]}
    tried = market.api.ask("POST", "/pricing/template-previews", asked)
    theirs = market.api.ask("POST", "/pricing/template-previews", asked, proved=identity(EVERYTHING, "other"))
    plain = market.api.ask("PATCH", path, {"template": "", "events": ["batch.ended"]}).json

    told, link = json.loads(attempt.body)["text"], f"/pricing/alerts/{alert['alert_id']}"
    first, last = told.splitlines()
    assert first.startswith("*Shop* ")
    assert first.endswith(": 94.90 EUR → 84.90 EUR -10.5 %, 0 more")
    assert last == f"https://api.example{link}"
    assert tried.json["text"] == f"{first}\n{link}"
    assert (theirs.status, room["template"], plain["template"], plain["events"]) == (404, TEMPLATE, "", ["batch.ended"])


def test_a_template_is_tried_with_an_example(market: Market) -> None:
    asked = {"channel": "email", "template": "{competitor} is at {new} <now>\n{lines}"}
    tried = market.api.ask("POST", "/pricing/template-previews", asked).json
    assert tried["subject"] == "Nile is at 84.90 EUR <now>"
    assert "Nile is at 84.90 EUR &lt;now&gt;<br>" in tried["html"]
    assert tried["tokens"]["threshold"] == "The rule's threshold"


def test_what_a_channel_cannot_tell_is_refused_everywhere(market: Market) -> None:
    path = f"/pricing/receivers/{registered(market, channel='slack', address=SLACK)['receiver_id']}"
    hook = f"/pricing/receivers/{registered(market)['receiver_id']}"
    wrong = {"template": "{prodct}"}
    new = {"channel": "slack", "address": SLACK, "events": ["alert.raised"]}
    asked = [
        ("POST", "/pricing/receivers", new | wrong),
        ("PATCH", path, wrong),
        ("POST", "/pricing/template-previews", {"channel": "slack"} | wrong),
    ]
    for how, where, body in asked:
        refused = market.api.ask(how, where, body)
        assert (refused.status, refused.json["type"]) == (422, "/problems/pricing/invalid-template")
        assert "did you mean {product}?" in refused.json["detail"]
    prices = [
        market.api.ask("POST", "/pricing/receivers", new | {"events": ["alert.raised", "price.applied"]}),
        market.api.ask("PATCH", path, {"events": ["price.applied"]}),
    ]
    assert ["batch.ended sums them up" in one.json["detail"] for one in prices] == [True, True]
    data = market.api.ask("PATCH", hook, {"template": "{sku}"})
    assert data.json["type"] == "/problems/pricing/invalid-receiver"
    assert market.api.ask("PATCH", path, {"template": "x" * 1001}).status == 422


def test_receivers_of_before_are_dropped_with_their_clear_secrets(doors: Doors) -> None:
    for name in ("webhook_endpoints", "webhook_deliveries"):
        doors.database[name].insert_one({"_id": "whe", "secrets": [{"text": "whsec_clear"}]})
    migrate = doors.open("pricing", "migrate")
    first, again = (migrate({}) for _ in range(2))
    assert first == again
    assert not {"webhook_endpoints", "webhook_deliveries"} & set(doors.database.list_collection_names())
