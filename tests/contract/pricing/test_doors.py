"""Pricing's doors, one after another: facts, offers, scans, decisions, approval, publication, questions."""

import json
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.lanes import lane_of
from shared.runtime.aws import remote
from shared.runtime.loop import the_loop
from tests.builders.events import body_of, identity, sample, with_bodies
from tests.builders.pricing import MATCH, ruled
from tests.fakes.doors import Doors
from tests.fakes.gateway import EVERYTHING, Answer, Gateway
from tests.fakes.trials import checked_without_a_shop

PRODUCTS = body_of(sample("sqs_products_changed"))
READ = body_of(sample("sqs_pages_read"))
POLICY = MATCH
OFFER = {"shop_id": "demo-eu", "sku": "HP-100", "competitor_id": "shop-example", "url": "https://shop.example/p/1"}
NOW = datetime.now(UTC)
NOTHING_FAILED: dict[str, Any] = {"batchItemFailures": []}


def a_key() -> dict[str, str]:
    """A key that no other request has."""
    return {"idempotency-key": secrets.token_hex(8)}


def ago(hours: int) -> str:
    return (NOW - timedelta(hours=hours)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Catalogue:
    """The products house's price function, with one product; `shows` what it is told to show, whatever is written."""

    price: str = "99.99"
    shows: str | None = None
    written: list[str] = field(default_factory=list)

    def __call__(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["action"] == "read":
            price = {"amount": self.shows or self.price, "currency": "EUR"}
            return {"prices": [{"product_id": one, "price": price} for one in asked["product_ids"]]}
        return {"results": [self._write(one) for one in asked["prices"]]}

    def _write(self, one: dict[str, Any]) -> dict[str, str]:
        wanted = one["price"]["amount"]
        if self.price not in {wanted, one["expected"]["amount"]}:
            return {"product_id": one["product_id"], "outcome": "conflict", "detail": f"the shop shows {self.price}"}
        if self.price != wanted:
            self.written.append(wanted)
        self.price = wanted
        return {"product_id": one["product_id"], "outcome": "written"}


SHOP = {"shop_id": "demo-eu"}


@dataclass
class Market:
    """A pricing house with one product, one competitor and one offer."""

    doors: Doors
    api: Gateway
    offer_id: str

    def deliver(self, door: str, name: str, *bodies: dict[str, Any]) -> dict[str, Any]:
        """Open a queue's door with these messages."""
        return self.doors.open("pricing", door)(with_bodies(sample(name), bodies))

    def reading(self, job_id: str = "job_sample", **changes: Any) -> dict[str, Any]:
        """A message with one reading of the offer."""
        reading = READ["readings"][0] | {"offer_id": self.offer_id, "captured_at": ago(2)} | changes
        return READ | {"id": f"msg-{job_id}", "job_id": job_id, "organisation_id": "org", "readings": [reading]}

    def decide(self) -> None:
        """Deliver the commands of every run, and those that they bring."""
        done = 0
        while messages := self.doors.cloud.messages("decide")[done:]:
            assert self.deliver("decide", "sqs_run_requested", *messages) == NOTHING_FAILED
            done += len(messages)

    def proposed(self) -> dict[str, Any]:
        """Apply the policy and return the one price change it proposes."""
        assert self.api.ask("PUT", "/pricing/policies/match", POLICY).status == 200
        self.api.ask("POST", "/pricing/runs", {"policy_id": "match"})
        self.decide()
        (change,) = self.api.ask("GET", "/pricing/price-changes").json["data"]
        found: dict[str, Any] = change
        return found

    def approve(self, change_id: str, **changes: Any) -> Answer:
        """A colleague approves."""
        proved = identity(EVERYTHING, user_id="colleague")
        body = {"change_ids": [change_id]} | changes
        return self.api.ask("POST", "/pricing/price-changes/approvals", body, proved=proved)

    def publish(self) -> Answer:
        """Ask for a batch, have it published, and read it."""
        location = self.api.ask("POST", "/pricing/batches", SHOP, headers=a_key()).headers["location"]
        answered = self.deliver("publish", "sqs_batch_requested", *self.doors.cloud.messages("publish"))
        assert answered == NOTHING_FAILED
        return self.api.ask("GET", location)


@pytest.fixture
def market(doors: Doors) -> Market:
    """A pricing house that knows one product, one competitor and one offer."""
    api = doors.api("pricing")
    told = with_bodies(sample("sqs_products_changed"), [PRODUCTS | {"organisation_id": "org"}])
    assert doors.open("pricing", "record_products")(told) == NOTHING_FAILED
    competitor = {"competitor_id": "shop-example", "name": "Shop", "domain": "shop.example"}
    assert api.ask("POST", "/pricing/competitors", competitor).status == 201
    (result,) = api.ask("POST", "/pricing/offers", {"offers": [OFFER]}).json["results"]
    doors.cloud.functions["pricing-trial"] = checked_without_a_shop
    live = {"mode": "live", "automatic": False}
    assert api.ask("PATCH", "/pricing/shops/demo-eu/publication", live).status == 200
    return Market(doors, api, result["offer_id"])


SAMPLES = {
    "record_products": "sqs_products_changed",
    "plan_scan": "sqs_scan_requested",
    "record_observations": "sqs_pages_read",
    "decide": "sqs_run_requested",
    "publish": "sqs_batch_requested",
}


# Their messages are told apart by `type`, so one without it is of no type that they know.
SEVERAL_TYPES = {"record_observations", "decide"}
QUARANTINE = "https://sqs.example/000000000000/dead-letters"


def reasons(doors: Doors) -> list[str]:
    """Why messages are in quarantine."""
    quarantined = [one for one in doors.cloud.sent if one["QueueUrl"] == QUARANTINE]
    return [one["MessageAttributes"]["reason"]["StringValue"] for one in quarantined]


@pytest.mark.parametrize(("door", "name"), SAMPLES.items())
def test_the_sample_is_done_or_quarantined_because_its_subject_is_not_there(door: str, name: str, doors: Doors) -> None:
    handler = doors.open("pricing", door)

    answers = [handler(sample(name)) for _ in range(2)]

    assert answers == [NOTHING_FAILED] * 2
    assert reasons(doors) == (["rejected"] * 2 if door in {"decide", "publish"} else [])


@pytest.mark.parametrize(("door", "name"), SAMPLES.items())
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "malformed"),
        ("[]", "schema"),
        ("{}", "schema"),
        ('{"id": "x", "type": "pricing.nothing"}', "unknown-type"),
        ('{"id": "x", "version": 99}', "unknown-version"),
    ],
)
def test_a_message_that_does_not_fit_goes_to_quarantine_with_its_reason(
    door: str, name: str, body: str, reason: str, doors: Doors
) -> None:
    answered = doors.open("pricing", door)(with_bodies(sample(name), [body]))

    untold = door in SEVERAL_TYPES and reason in {"schema", "unknown-version"} and body != "[]"
    assert (answered, reasons(doors)) == (NOTHING_FAILED, ["unknown-type" if untold else reason])


def test_one_poison_in_ten_keeps_back_none_of_the_others(doors: Doors) -> None:
    product = PRODUCTS["products"][0]
    bodies: list[Any] = [
        PRODUCTS | {"id": f"evt-{place}", "products": [product | {"product_id": f"prd-{place}"}]} for place in range(9)
    ]
    bodies.insert(0, json.dumps(PRODUCTS | {"products": []}))

    answered = doors.open("pricing", "record_products")(with_bodies(sample("sqs_products_changed"), bodies))

    assert (answered, reasons(doors)) == (NOTHING_FAILED, ["schema"])
    assert doors.database["products"].count_documents({}) == 9


def test_the_scanner_answers_for_a_page_that_cannot_be_reached(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER_CONNECT_TO", "127.0.0.1:9")

    answered = doors.open("pricing", "scan_pages")(sample("sqs_pages_to_scan"))

    the_loop().run_until_complete(sys.modules["pricing.handlers.scan_pages"].scanning.scan.pages.close())
    (message,) = doors.cloud.messages("observed")
    assert answered == NOTHING_FAILED
    assert (message["type"], message["job_id"], message["organisation_id"]) == (
        "pricing.pages-read",
        "job_sample",
        "org_sample",
    )
    assert [one["outcome"] for one in message["readings"]] == ["unreachable"]


def test_pages_that_wait_go_back_to_their_lane_when_their_time_has_come_and_not_before(doors: Doors) -> None:
    due = body_of(sample("sqs_pages_to_scan")) | {"carried": 1}
    early = due | {"id": "early", "not_before": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    soon = due | {"id": "soon", "not_before": (datetime.now(UTC) + timedelta(seconds=30)).isoformat()}
    handler = doors.open("pricing", "return_pages")
    event = with_bodies(sample("sqs_run_requested"), [due, early, soon])

    answers = [handler(event) for _ in range(2)]

    back, *waiting = doors.cloud.sent[:3]
    assert answers == [NOTHING_FAILED] * 2
    assert (back["QueueUrl"], back["MessageGroupId"]) == ("pages.fifo", "lane-3")
    assert back["MessageDeduplicationId"] == due["id"] == doors.cloud.sent[3]["MessageDeduplicationId"]
    assert [one["QueueUrl"] for one in waiting] == ["pages-later"] * 2
    assert waiting[0]["DelaySeconds"] == 900
    assert 25 <= waiting[1]["DelaySeconds"] <= 30
    assert [one["id"] for one in doors.cloud.messages("pages-later")[:2]] == ["early", "soon"]


def test_an_older_message_of_the_catalogue_replaces_nothing(market: Market) -> None:
    def told(revision: int, price: str) -> dict[str, Any]:
        product = PRODUCTS["products"][0] | {"revision": revision, "price": price}
        return PRODUCTS | {"id": f"evt-{revision}", "organisation_id": "org", "products": [product]}

    answered = market.deliver("record_products", "sqs_products_changed", told(3, "97.00"), told(2, "98.00"))

    assert answered == NOTHING_FAILED
    assert market.doors.database["products"].find_one({})["price"] == Decimal("97.00")


@pytest.mark.parametrize(
    ("change", "mend"),
    [
        ({"sku": "nothing"}, "import it first"),
        ({"competitor_id": "nobody"}, "register it"),
        ({"url": "https://elsewhere.example/p"}, "is not on shop.example"),
        ({"url": "ftp://shop.example/p"}, ""),
        ({"url": "https://127.0.0.1/p"}, ""),
    ],
)
def test_a_bad_offer_comes_back_by_line_and_keeps_no_other_back(
    change: dict[str, str], mend: str, market: Market
) -> None:
    good = OFFER | {"url": "https://www.shop.example/p/2"}

    answer = market.api.ask("POST", "/pricing/offers", {"offers": [OFFER | change, good]})

    assert (answer.status, answer.json["accepted"], answer.json["rejected"]) == (207, 1, 1)
    bad = answer.json["results"][0]
    assert (bad["line"], bad["offer_id"]) == (0, None)
    assert mend in bad["detail"]


def test_registering_an_offer_twice_is_registering_it_once(market: Market) -> None:
    again = market.api.ask("POST", "/pricing/offers", {"offers": [OFFER, OFFER]}).json

    assert {result["offer_id"] for result in again["results"]} == {market.offer_id}
    assert len(market.api.ask("GET", "/pricing/offers").json["data"]) == 1


def test_a_scan_is_planned_once_and_announced(market: Market) -> None:
    asked = body_of(sample("sqs_scan_requested")) | {"organisation_id": "org"}

    answered = market.deliver("plan_scan", "sqs_scan_requested", asked, asked)

    (page,) = market.doors.cloud.sent
    assert answered == NOTHING_FAILED
    assert (page["QueueUrl"], page["MessageGroupId"]) == ("pages.fifo", f"lane-{lane_of('shop.example', 4)}")
    assert page["MessageDeduplicationId"] == market.doors.cloud.messages("pages.fifo")[0]["id"]
    (planned,) = market.doors.cloud.facts("jobs.job-planned")
    assert (planned["job_id"], planned["items"]) == ("job_sample", 1)


def test_readings_become_observations_once_and_announce_their_progress_once(market: Market) -> None:
    market.deliver("record_observations", "sqs_pages_read", market.reading(), market.reading())

    (seen,) = market.api.ask("GET", "/pricing/observations", query="product_id=prd_sample").json["data"]
    (offer,) = market.api.ask("GET", "/pricing/offers").json["data"]
    (event,) = market.doors.cloud.events()
    assert (seen["item_price"], seen["landed_price"], seen["currency"]) == ("94.90", "94.90", "EUR")
    assert offer["latest"] == seen
    assert (event["type"], event["done"], event["failed"]) == ("jobs.job-progressed", 1, 0)
    assert market.api.ask("GET", f"/pricing/observations/{seen['observation_id']}").json == seen


def test_a_failed_look_keeps_the_last_price_with_its_age(market: Market) -> None:
    later = {"outcome": "blocked", "captured_at": ago(1), "item_price": None, "detail": "403"}

    market.deliver("record_observations", "sqs_pages_read", market.reading(), market.reading("job-2", **later))

    (offer,) = market.api.ask("GET", "/pricing/offers").json["data"]
    assert (offer["latest"]["item_price"], offer["last_failure"]["outcome"]) == ("94.90", "blocked")
    assert offer["age_seconds"] is not None


def test_what_the_bus_did_not_take_is_sent_by_the_relay(market: Market) -> None:
    market.doors.cloud.down.add("events")
    assert market.deliver("record_observations", "sqs_pages_read", market.reading()) == NOTHING_FAILED
    assert market.doors.cloud.told == []
    relay = market.doors.open("pricing", "relay")
    market.doors.cloud.down.clear()

    counts = [relay(sample("schedule_tick"))["count"] for _ in range(2)]

    assert (counts, len(market.doors.cloud.told)) == ([1, 0], 1)


def test_a_policy_gets_versions_and_one_that_contradicts_itself_is_refused_by_name(market: Market) -> None:
    contradiction = ruled(bounds={"min_price": "10", "max_price": "5"})

    versions = [market.api.ask("PUT", "/pricing/policies/match", POLICY).json["version"] for _ in range(2)]
    refused = market.api.ask("PUT", "/pricing/policies/match", POLICY | contradiction)

    assert versions == [1, 2]
    assert (refused.status, refused.json["type"]) == (422, "/problems/pricing/policy-faults")
    assert "CONTRADICTORY_BOUNDS" in refused.json["errors"][0]["detail"]
    assert market.api.ask("GET", "/pricing/policies/match").json["version"] == 2
    assert len(market.api.ask("GET", "/pricing/policies").json["data"]) == 1


def test_a_run_decides_each_product_once_and_explains_it(market: Market) -> None:
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    change = market.proposed()
    messages = market.doors.cloud.messages("decide")

    again = market.deliver("decide", "sqs_run_requested", *messages, *messages)
    assert [one["type"] for one in messages] == ["pricing.run-requested", "pricing.run-part-requested"]

    (run,) = market.api.ask("GET", "/pricing/runs").json["data"]
    decisions = market.api.ask("GET", "/pricing/decisions", query=f"run_id={run['run_id']}").json["data"]
    assert again == NOTHING_FAILED
    assert (run["state"], run["reasons"], run["proposed"]) == ("FINISHED", {"MATCH_LOWEST": 1}, 1)
    assert market.api.ask("GET", f"/pricing/runs/{run['run_id']}").json == run
    assert decisions == [market.api.ask("GET", f"/pricing/decisions/{change['decision_id']}").json]
    assert decisions[0]["steps"]
    assert (change["before"], change["after"]) == (
        {"amount": "99.99", "currency": "EUR"},
        {"amount": "94.90", "currency": "EUR"},
    )


def test_an_approved_price_is_written_and_counts_when_it_was_read_back(market: Market) -> None:
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    change = market.proposed()
    catalogue = Catalogue()
    market.doors.cloud.functions["products-prices"] = catalogue
    own = market.api.ask("POST", "/pricing/price-changes/approvals", {"change_ids": [change["change_id"]]})

    approved = market.approve(change["change_id"])
    batch = market.publish().json
    market.deliver("publish", "sqs_batch_requested", *market.doors.cloud.messages("publish"))

    assert (own.json["done"], own.json["refused"]) == (0, 1)
    assert (approved.json["done"], approved.json["results"][0]["state"]) == (1, "APPROVED")
    assert (batch["state"], batch["states"], batch["total"]) == ("FINISHED", {"APPLIED": 1}, 1)
    assert catalogue.written == ["94.90"]


@pytest.mark.parametrize(
    ("catalogue", "state"), [(Catalogue(price="97.00"), "FAILED"), (Catalogue(shows="99.99"), "UNKNOWN")]
)
def test_a_price_that_was_not_read_back_does_not_count(catalogue: Catalogue, state: str, market: Market) -> None:
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    market.approve(market.proposed()["change_id"])
    market.doors.cloud.functions["products-prices"] = catalogue

    batch = market.publish().json

    (change,) = market.api.ask("GET", "/pricing/price-changes", query=f"state={state}").json["data"]
    assert batch["states"] == {state: 1}
    assert change["detail"]


def test_a_denied_price_is_never_published(market: Market) -> None:
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    change = market.proposed()
    body = {"change_ids": [change["change_id"], "nothing"], "reason": "not before the holidays"}

    denied = market.api.ask("POST", "/pricing/price-changes/denials", body).json
    late = market.approve(change["change_id"]).json
    batch = market.api.ask("POST", "/pricing/batches", SHOP, headers=a_key())

    assert ([one["state"] for one in denied["results"]], late["done"]) == (["DENIED", None], 0)
    assert (batch.status, batch.json["type"]) == (409, "/problems/pricing/nothing-to-publish")


def test_a_run_is_kept_while_its_queue_is_down_and_its_command_is_sent_by_the_relay(market: Market) -> None:
    market.api.ask("PUT", "/pricing/policies/match", POLICY)
    market.doors.cloud.down.add("sqs")

    answer = market.api.ask("POST", "/pricing/runs", {"policy_id": "match"})
    before = market.doors.cloud.messages("decide")
    market.doors.cloud.down.clear()
    remote.cache_clear()
    market.doors.open("pricing", "relay")(sample("schedule_tick"))

    assert (answer.status, before) == (202, [])
    assert [one["run_id"] for one in market.doors.cloud.messages("decide")] == [answer.json["run_id"]]


def facts_of(market: Market, job_id: str) -> list[tuple[str, dict[str, Any]]]:
    """What was told of a job: each fact's kind with what it says."""
    envelope = {"id", "type", "version", "occurred_at", "correlation_id", "organisation_id", "traceparent", "aggregate"}
    told = [event for event in market.doors.cloud.events() if event.get("job_id") == job_id]
    return [
        (event["type"].removeprefix("jobs.job-"), {key: event[key] for key in event.keys() - envelope - {"job_id"}})
        for event in told
    ]


def test_a_run_and_a_batch_are_told_as_jobs_once_however_often_they_are_carried_out(market: Market) -> None:
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    change = market.proposed()
    market.doors.cloud.functions["products-prices"] = Catalogue()
    market.approve(change["change_id"])
    batch = market.publish().json
    for door, name, queue in (("decide", "sqs_run_requested", "decide"), ("publish", "sqs_batch_requested", "publish")):
        market.deliver(door, name, *market.doors.cloud.messages(queue))

    run, published = facts_of(market, change["run_id"]), facts_of(market, batch["batch_id"])

    assert (
        [kind for kind, _ in run]
        == [kind for kind, _ in published]
        == [
            "opened",
            "planned",
            "progressed",
            "progressed",
            "ended",
        ]
    )
    assert (run[0][1]["kind"], run[0][1]["requested_by"], run[0][1]["subject"]) == ("policy_run", "usr", "match")
    assert (published[0][1]["kind"], published[0][1]["requested_by"]) == ("publication", "usr")
    for job in (run, published):
        assert job[1][1] == {"items": 1}
        assert job[2][1] == {"done": 1, "failed": 0, "cost_microusd": 0}
        assert (job[3][1]["done"], job[3][1]["failed"]) == (0, 0)
        assert job[3][1]["cost_microusd"] >= 0
        assert job[4][1]["outcome"] == "completed"


@pytest.mark.parametrize("door", ["decide", "publish"])
def test_work_whose_job_is_to_stop_ends_as_cancelled_and_says_so(door: str, market: Market) -> None:
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    if door == "publish":
        market.approve(market.proposed()["change_id"])
        job_id = market.api.ask("POST", "/pricing/batches", SHOP, headers=a_key()).json["batch_id"]
    else:
        market.api.ask("PUT", "/pricing/policies/match", POLICY)
        job_id = market.api.ask("POST", "/pricing/runs", {"policy_id": "match"}).json["run_id"]
    market.doors.cloud.stop("org", job_id)

    if door == "publish":
        market.deliver(door, "sqs_batch_requested", market.doors.cloud.messages(door)[-1])
    else:
        market.decide()

    path = f"/pricing/{'batches' if door == 'publish' else 'runs'}/{job_id}"
    assert market.api.ask("GET", path).json["state"] == "CANCELLED"
    assert facts_of(market, job_id)[-1][1]["outcome"] == "cancelled"
    assert [one["state"] for one in market.api.ask("GET", "/pricing/price-changes").json["data"]] == (
        ["APPROVED"] if door == "publish" else []
    )


QUESTIONS: dict[str, dict[str, Any]] = {
    "lost_first_place": {},
    "product_position": {"sku": "HP-100"},
    "market_summary": {},
}


@pytest.mark.parametrize(("tool", "details"), QUESTIONS.items())
def test_a_question_is_answered_for_the_asking_organisation_only(
    tool: str, details: dict[str, Any], market: Market
) -> None:
    dearer = market.reading("job-0", item_price="120.00", captured_at=ago(3))
    market.deliver("record_observations", "sqs_pages_read", dearer, market.reading())
    ask: Callable[[dict[str, Any]], dict[str, Any]] = market.doors.open("pricing", "questions")

    own = ask({"tool": tool, "organisation_id": "org"} | details)
    rival = ask({"tool": tool, "organisation_id": "rival"} | details)

    assert datetime.fromisoformat(own["as_of"]) == datetime.fromisoformat(ago(2))
    assert own["products"] or own["totals"][0]["value"] == "1"
    assert (rival["as_of"], rival["products"]) == (None, [])
    assert {total["value"] for total in rival["totals"]} <= {"0"}


def test_the_sample_question_is_answered(doors: Doors) -> None:
    assert doors.open("pricing", "questions")(sample("invoke_lost_first_place"))["products"] == []


HIDDEN = (
    "/pricing/offers",
    "/pricing/competitors",
    "/pricing/observations",
    "/pricing/policies",
    "/pricing/runs",
    "/pricing/price-changes",
)


def test_another_organisation_sees_and_moves_none_of_it(market: Market) -> None:
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    change = market.proposed()
    rival = identity(EVERYTHING, "rival", "mallory")
    (seen,) = market.api.ask("GET", "/pricing/observations").json["data"]
    (run,) = market.api.ask("GET", "/pricing/runs").json["data"]

    lists = {path: market.api.ask("GET", path, proved=rival).json["data"] for path in HIDDEN}
    body = {"change_ids": [change["change_id"]]}
    approved = market.api.ask("POST", "/pricing/price-changes/approvals", body, proved=rival).json
    denied = market.api.ask("POST", "/pricing/price-changes/denials", body | {"reason": "mine"}, proved=rival).json
    single = [
        f"/pricing/observations/{seen['observation_id']}",
        f"/pricing/decisions/{change['decision_id']}",
        f"/pricing/runs/{run['run_id']}",
        "/pricing/policies/match",
    ]

    assert lists == {path: [] for path in HIDDEN}
    assert (approved["done"], denied["done"]) == (0, 0)
    assert [market.api.ask("GET", path, proved=rival).status for path in single] == [404] * 4
    assert market.api.ask("GET", "/pricing/decisions", query=f"run_id={run['run_id']}", proved=rival).json["data"] == []


def test_migrating_twice_is_migrating_once(doors: Doors) -> None:
    migrate = doors.open("pricing", "migrate")

    assert migrate({}) == migrate({})
    assert "of_product" in doors.database["observations"].index_information()


def published(market: Market) -> dict[str, Any]:
    """The one price is decided, approved and written; the batch."""
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    market.approve(market.proposed()["change_id"])
    batch: dict[str, Any] = market.publish().json
    return batch


def test_receivers_of_webhooks_are_told_of_applied_prices_and_ended_publications(market: Market) -> None:
    market.doors.cloud.functions["products-prices"] = Catalogue()
    body = {"address": "https://receiver.example/", "events": ["price.applied", "batch.ended"]}
    assert market.api.ask("POST", "/pricing/receivers", body).status == 201
    batch = published(market)
    market.deliver("publish", "sqs_batch_requested", market.doors.cloud.messages("publish")[-1])
    kept = market.doors.database["deliveries"].find({}, sort=[("sequence", 1)])
    told = {one["event"]: json.loads(one["body"])["data"] for one in kept}
    (change,) = market.api.ask("GET", "/pricing/price-changes", query=f"batch_id={batch['batch_id']}").json["data"]

    assert sorted(told) == ["batch.ended", "price.applied"]
    assert told["batch.ended"] | {"batch_id": batch["batch_id"], "states": {"APPLIED": 1}} == told["batch.ended"]
    (price,) = told["price.applied"]["prices"]
    assert price["name"]
    assert {name: price[name] for name in ("product_id", "sku", "shop_id", "after", "currency")} == {
        "product_id": change["product_id"],
        "sku": change["sku"],
        "shop_id": change["shop_id"],
        "after": change["after"]["amount"],
        "currency": change["after"]["currency"],
    }


def test_writing_is_stopped_undone_and_let_go_on(market: Market) -> None:
    catalogue = Catalogue()
    market.doors.cloud.functions["products-prices"] = catalogue
    batch = published(market)
    written = catalogue.price
    stop = market.api.ask("POST", "/pricing/emergency-stops", {"reason": "a wrong cost file"}).json
    undos = f"/pricing/batches/{batch['batch_id']}/undos"

    refused = market.api.ask("POST", undos, {"reason": "a wrong cost file"}, headers=a_key())
    body = {"reason": "a wrong cost file", "despite_stop": stop["stop_id"]}
    undone = market.api.ask("POST", undos, body, headers=a_key()).json
    market.deliver("publish", "sqs_batch_requested", market.doors.cloud.messages("publish")[-1])
    lifted = market.api.ask("POST", f"/pricing/emergency-stops/{stop['stop_id']}/lifts", {"reason": "corrected"}).json

    (listed,) = market.api.ask("GET", "/pricing/emergency-stops").json["data"]
    states = {one["batch_id"]: one["state"] for one in market.api.ask("GET", "/pricing/price-changes").json["data"]}
    again = market.api.ask("POST", undos, {"reason": "once more"}, headers=a_key())
    assert (refused.status, refused.json["type"]) == (409, "/problems/pricing/writes-stopped")
    assert (undone["undoes"], undone["reason"]) == (batch["batch_id"], "a wrong cost file")
    assert states == {batch["batch_id"]: "REVERTED", undone["batch_id"]: "APPLIED"}
    assert catalogue.price != written
    assert (lifted, listed["lifted_by"]) == (listed, "usr")
    assert again.json["type"] == "/problems/pricing/nothing-to-undo"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/pricing/shops/demo-eu/publication", {"mode": "live"}),
        ("POST", "/pricing/batches/bat_1/undos", {"reason": "a wrong file"}),
        ("POST", "/pricing/emergency-stops/stp_1/lifts", {"reason": "corrected"}),
    ],
)
def test_only_managers_go_live_take_back_and_let_go_on(
    method: str, path: str, body: dict[str, Any], market: Market
) -> None:
    analyst = identity(EVERYTHING) | {"roles": "analyst"}

    refused = market.api.ask(method, path, body, proved=analyst, headers=a_key())

    assert (refused.status, refused.json["type"]) == (403, "/problems/platform/forbidden")


def test_a_shop_in_test_mode_says_how_to_go_live(market: Market) -> None:
    market.api.ask("PATCH", "/pricing/shops/demo-eu/publication", {"mode": "test"})
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    market.approve(market.proposed()["change_id"])

    refused = market.api.ask("POST", "/pricing/batches", SHOP, headers=a_key())

    assert (refused.status, refused.json["type"]) == (409, "/problems/pricing/shop-in-test-mode")
    assert '{"mode": "live"}' in refused.json["detail"]


def test_what_a_policy_lets_through_is_published_when_its_run_ends(market: Market) -> None:
    catalogue = Catalogue()
    market.doors.cloud.functions["products-prices"] = catalogue
    market.api.ask("PATCH", "/pricing/shops/demo-eu/publication", {"automatic": True})
    market.deliver("record_observations", "sqs_pages_read", market.reading(item_price="98.99"))
    colleague = identity(EVERYTHING, user_id="colleague")
    market.api.ask("PUT", "/pricing/policies/match", POLICY)
    market.api.ask("POST", "/pricing/runs", {"policy_id": "match"}, proved=colleague)
    market.decide()
    for message in market.doors.cloud.messages("decide")[-1:]:
        market.deliver("decide", "sqs_run_requested", message)

    (asked,) = market.doors.cloud.messages("publish")
    market.deliver("publish", "sqs_batch_requested", asked)

    (change,) = market.api.ask("GET", "/pricing/price-changes").json["data"]
    (batch,) = market.api.ask("GET", "/pricing/batches").json["data"]
    assert (change["route"], change["state"], change["decided_by"]) == ("auto", "APPLIED", "policy")
    assert (batch["requested_by"], batch["states"], batch["run_id"]) == ("policy", {"APPLIED": 1}, change["run_id"])


def test_a_queue_is_ruled_on_by_what_is_meant(market: Market) -> None:
    market.deliver("record_observations", "sqs_pages_read", market.reading())
    market.proposed()
    colleague = identity(EVERYTHING, user_id="colleague")
    path = "/pricing/price-changes/approvals"

    other = market.api.ask("POST", path, {"meant": {"brand": "Nobody"}}, proved=colleague).json
    both = market.api.ask("POST", path, {"meant": {}, "change_ids": ["chg"]}, proved=colleague)
    done = market.api.ask("POST", path, {"meant": {"shop_id": "demo-eu"}}, proved=colleague).json

    assert (other["done"], both.status, done["done"], done["next_cursor"]) == (0, 422, 1, None)


def test_what_is_due_by_the_clock_is_done_each_minute(market: Market) -> None:
    # The first minute of an hour asks for the days of the one shop.
    assert market.doors.open("pricing", "keep_time")(sample("schedule_tick")) == {"count": 1}
    assert len(market.doors.cloud.messages("roll-ups")) == 1


def test_a_figure_is_heard_while_the_canary_is_out(market: Market) -> None:
    market.doors.cloud.functions["products-prices"] = Catalogue()
    market.api.ask("PATCH", "/pricing/shops/demo-eu/publication", {"canary_minutes": 30})
    batch = published(market)
    path = f"/pricing/batches/{batch['batch_id']}/kpis"
    fell = {"name": "conversion rate", "value": "2.0", "baseline": "2.5"}

    fine = market.api.ask("POST", path, fell | {"value": "2.5"}).json
    market.api.ask("POST", path, fell)
    market.deliver("publish", "sqs_batch_requested", market.doors.cloud.messages("publish")[-1])
    late = market.api.ask("POST", path, fell)

    assert (batch["state"], fine["state"]) == ("CANARY", "CANARY")
    assert late.json["type"] == "/problems/pricing/no-canary-out"
    assert len(market.doors.cloud.messages("publish")) == 2
