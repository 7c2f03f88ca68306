"""Work that failed: noted in its store, told through the doors, once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

import pytest

from pricing.adapters.mongo_alert_rules import MongoAlertRules
from pricing.adapters.mongo_failures import MongoFailureDesk, MongoFailureNotes
from pricing.domain.alerts.failures import Failure, failures_told
from pricing.domain.alerts.rule import AlertRule, AlertTrigger
from pricing.usecases.alert_ports import ShopId
from pricing.usecases.raise_failures import FailureDesk, FailureNotes, RaiseAll, RaiseFailures
from shared.kernel.errors import Unavailable
from shared.runtime.mongo import Mongo
from tests.builders.alerts import an_alert_rule
from tests.builders.events import body_of, identity, sample
from tests.builders.pricing import MONDAY
from tests.contract.pricing.test_alert_doors import RULE, Market
from tests.contract.pricing.test_doors import Catalogue, published
from tests.contract.pricing.test_doors import Market as Deciding
from tests.contract.pricing.test_doors import market as deciding  # noqa: F401 - a fixture
from tests.contract.pricing.test_receivers import delivered, market, registered  # noqa: F401 - a fixture
from tests.fakes.alerts import FakeFailureDesk
from tests.fakes.gateway import EVERYTHING
from tests.fakes.plans import explained, stages
from tests.fakes.runs import Run
from tests.unit.pricing.domain.test_failures import a_failure

T = AlertTrigger
HERE = ShopId("org", "demo-eu")
LATER = MONDAY + timedelta(hours=1)


class Place(Protocol):
    """Where failures are noted and told, and rules kept."""

    notes: FailureNotes
    desk: FailureDesk

    def rule(self, rule: AlertRule) -> None:
        """Keep a rule."""


class InMemory:
    """Both sides of a fake."""

    def __init__(self) -> None:
        self.fake = FakeFailureDesk()
        self.notes: FailureNotes = self.fake
        self.desk: FailureDesk = self.fake

    def rule(self, rule: AlertRule) -> None:
        self.fake.on.append(rule)


class Stored:
    """Both sides of the database."""

    def __init__(self, mongo: Mongo, run: Run) -> None:
        self.notes: FailureNotes = MongoFailureNotes(mongo)
        self.desk: FailureDesk = MongoFailureDesk(mongo, "https://api.example")
        self.rules = MongoAlertRules(mongo)
        self.run = run

    def rule(self, rule: AlertRule) -> None:
        self.run(self.rules.add(rule))


@pytest.fixture(params=["fake", "mongodb"])
def place(request: pytest.FixtureRequest, run: Run) -> Place:
    """The store under test."""
    if request.param == "fake":
        return InMemory()
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    return Stored(store("pricing"), run)


def noted(place: Place, run: Run, *failures: Failure) -> None:
    for one in failures * 2:
        run(place.notes.note(one))


def test_a_failure_is_noted_once_where_a_rule_wants_it(place: Place, run: Run) -> None:
    place.rule(an_alert_rule(T.IMPORT_FAILED))
    place.rule(an_alert_rule(T.IMPORT_FAILED, rule_id="theirs", organisation_id="other"))
    theirs = a_failure("theirs", organisation_id="other")
    noted(
        place,
        run,
        a_failure(),
        theirs,
        a_failure("export", T.EXPORT_FAILED),
        a_failure("elsewhere", shop_id="demo-uk"),
        a_failure("later", at=LATER),
    )
    assert run(place.desk.due(MONDAY - timedelta(seconds=1), 10)) == []
    assert run(place.desk.due(MONDAY, 10)) == [HERE, ShopId("other", "demo-eu")]
    assert run(place.desk.failures(HERE, MONDAY, 10)) == [a_failure()]
    assert run(place.desk.failures(ShopId("other", "demo-eu"), LATER, 10)) == [theirs]
    assert [one.rule_id for one in run(place.desk.rules(HERE))] == ["alt"]


def test_a_step_is_settled_once_and_what_was_told_stays_told(place: Place, run: Run) -> None:
    place.rule(an_alert_rule(T.IMPORT_FAILED))
    noted(place, run, a_failure())
    taken = run(place.desk.failures(HERE, MONDAY, 10))
    step = failures_told(run(place.desk.rules(HERE)), taken, {}, MONDAY)
    assert [run(place.desk.settle(step, taken)) for _ in range(2)] == [True, False]
    assert run(place.desk.due(LATER, 10)) == []
    noted(place, run, a_failure())
    assert run(place.desk.due(LATER, 10)) == []
    causes = run(place.desk.causes(HERE))
    assert {key: one.told_at for key, one in causes.items()} == {("alt", "import_failed"): MONDAY}
    assert run(place.desk.causes(ShopId("other", "demo-eu"))) == {}


def test_questions_are_answered_by_indexes(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    run(MongoAlertRules(mongo).add(an_alert_rule(T.IMPORT_FAILED)))
    run(MongoFailureNotes(mongo).note(a_failure()))
    wanted = {"organisation_id": "org", "enabled": True, "triggers": "export_failed"}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("failures", {"next_at": {"$lte": MONDAY}}),
        ("failures", {"organisation_id": "org", "shop_id": "demo-eu", "next_at": {"$lte": MONDAY}}),
        ("alert_rules", wanted),
        ("alert_rules", wanted | {"shop_id": "demo-eu"}),
    ]
    for collection, query in asked:
        found = set(stages(run(explained(mongo, collection, query))))
        assert "IXSCAN" in found, query
        assert "COLLSCAN" not in found, query


def test_what_one_kind_of_alert_fails_at_leaves_the_other_its_turn(run: Run) -> None:
    desk = FakeFailureDesk(on=[an_alert_rule(T.IMPORT_FAILED)])
    run(desk.note(a_failure()))

    async def breaks() -> int:
        raise Unavailable("the market is closed")

    both = RaiseAll(failures=RaiseFailures(desk=desk, clock=lambda: MONDAY), market=breaks)
    with pytest.raises(Unavailable):
        run(both())
    assert len(desk.told) == 1


ENDED = body_of(sample("sqs_import_ended")) | {"organisation_id": "org"}


def test_an_import_that_left_rows_out_is_told_once(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    wants = RULE | {"name": "Imports", "triggers": ["import_failed"]}
    rule = market.api.ask("POST", "/pricing/alert-rules", wants).json
    room = {"channel": "slack", "address": "https://hooks.slack.example/x", "template": "{competitor}: {product}"}
    registered(market, **room)
    now = ENDED | {"occurred_at": rule["created_at"]}
    whole = now | {"id": "evt_whole", "import_id": "imp_whole", "accepted": 400}
    broken = now | {"id": "evt_broken", "import_id": "imp_broken", "rows": 0, "accepted": 0, "detail": "404"}
    theirs = now | {"id": "evt_theirs", "organisation_id": "other"}
    for message in (now, now, whole, theirs):
        market.deliver("close_work", "sqs_import_ended", message, message)
    first = [market.tick(), market.tick()]
    (alert,) = market.alerts(f"rule_id={rule['rule_id']}")
    (told,) = delivered(market, monkeypatch, 200)
    # The rule's cooldown holds the next one back.
    market.deliver("close_work", "sqs_import_ended", now, broken)
    held = market.tick()
    database = market.doors.database
    database["alert_causes"].update_many({}, {"$set": {"told_at": None}})
    database["failures"].update_many({"next_at": {"$ne": None}}, {"$set": {"next_at": MONDAY}})
    again = market.tick()

    said = "Import imp_sample into demo-eu left 12 of 400 rows out"
    assert (first, held, again) == ([1, 0], 0, 1)
    assert (alert["kind"], alert["text"], alert["money"], alert["offers"]) == ("failure", said, None, 0)
    assert market.api.ask("GET", f"/pricing/alerts/{alert['alert_id']}").json["lines"] == []
    # A template is for the market: of an import there is no competitor.
    assert said in told.body
    newest = market.alerts(f"rule_id={rule['rule_id']}")[0]
    assert newest["text"] == "Import imp_broken into demo-eu failed: 404"
    assert market.api.ask("GET", "/pricing/alerts", proved=identity(EVERYTHING, "other")).json["data"] == []


@pytest.mark.parametrize(
    ("catalogue", "said"),
    [(Catalogue("50.00"), "1 FAILED of 1 prices"), (Catalogue(), None)],
)
def test_a_publication_that_lost_prices_is_told(
    deciding: Deciding,  # noqa: F811
    catalogue: Catalogue,
    said: str | None,
) -> None:
    wants = RULE | {"name": "Exports", "triggers": ["export_failed"]}
    assert deciding.api.ask("POST", "/pricing/alert-rules", wants).status == 201
    deciding.doors.cloud.functions["products-prices"] = catalogue
    batch = published(deciding)
    for _ in range(2):
        deciding.deliver("publish", "sqs_batch_requested", deciding.doors.cloud.messages("publish")[-1])
    raised = [deciding.doors.open("pricing", "raise_alerts")(sample("schedule_tick"))["count"] for _ in range(2)]
    texts = [one["text"] for one in deciding.api.ask("GET", "/pricing/alerts").json["data"]]
    whole = f"Publication {batch['batch_id']} in demo-eu: {said}"
    assert (raised, texts) == (([1, 0], [whole]) if said else ([0, 0], []))


def test_a_report_that_broke_is_told_in_every_shop_that_wants_it(market: Market) -> None:  # noqa: F811
    for shop_id in ("demo-eu", "demo-uk"):
        wants = RULE | {"shop_id": shop_id, "name": "Exports", "triggers": ["export_failed"]}
        assert market.api.ask("POST", "/pricing/alert-rules", wants).status == 201
    asked = body_of(sample("sqs_report_requested")) | {"organisation_id": "org", "filter_id": "flt_gone"}
    market.deliver("write_report", "sqs_report_requested", asked, asked)
    raised = [market.tick(), market.tick()]
    texts = {one["shop_id"]: one["text"] for one in market.alerts()}
    assert raised == [2, 0]
    assert set(texts) == {"demo-eu", "demo-uk"}
    assert all(text.startswith(f"Report {asked['job_id']} ({asked['report']}) failed: ") for text in texts.values())
