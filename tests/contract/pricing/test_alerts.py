"""Alerts: what is noted of the market, raised once, and judged. Fake and MongoDB alike."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.adapters.mongo_alert_desk import MongoAlertDesk
from pricing.adapters.mongo_alert_rules import MongoAlertRules
from pricing.adapters.mongo_alerts import MongoAlerts
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_market import MongoCompetitors, MongoOffers
from pricing.adapters.mongo_observations import MongoScanLog
from pricing.adapters.mongo_quarantine import MongoQuarantine
from pricing.adapters.mongo_runs import MongoRuns
from pricing.domain.alerts.alert import Alert
from pricing.domain.alerts.market import event_of
from pricing.domain.alerts.raising import Step
from pricing.domain.alerts.rule import AlertRule, AlertTrigger, Size, Timing
from pricing.domain.errors import AlertNotFound, AlertRuleChanged, AlertRuleNotFound
from pricing.domain.market import Observation, Offer
from pricing.domain.product_filter import Criteria
from pricing.domain.recording import Known, released
from pricing.usecases.alert_ports import AlertDesk, AlertRules, Alerts, ShopId
from pricing.usecases.ports import Competitors, Facts, Offers, Quarantine, Runs, ScanLog
from pricing.usecases.raise_alerts import RaiseAlerts
from shared.kernel.paging import Window
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from tests.builders.alerts import an_alert_rule
from tests.builders.pricing import MONDAY, a_competitor, an_observation, an_offer, some_facts
from tests.fakes.alerts import FakeAlertDesk, FakeAlertRules, FakeAlerts
from tests.fakes.cloud import FakeCloud
from tests.fakes.plans import explained, stages
from tests.fakes.pricing import FakeCompetitors, FakeFacts, FakeQuarantine, FakeRuns, FakeScanLog
from tests.fakes.runs import Run as Runner

MINUTE = timedelta(minutes=1)
ORGANISATIONS = ("org", "other")


@dataclass
class World:
    """Two organisations with a product each, watched at one competitor."""

    facts: Facts
    offers: Offers
    competitors: Competitors
    log: ScanLog
    quarantine: Quarantine
    runs: Runs
    desk: AlertDesk
    rules: AlertRules
    alerts: Alerts
    run: Runner
    now: datetime = MONDAY

    def look(self, price: str, minutes: int, organisation_id: str = "org", **changes: Any) -> Observation:
        """Record a look so many minutes after Monday, twice: messages may come again."""
        self.now = MONDAY + minutes * MINUTE
        seen = an_observation(
            price,
            observation_id=f"obs-{organisation_id}-{minutes}",
            offer_id=f"off-{organisation_id}",
            product_id=f"prd-{organisation_id}",
            organisation_id=organisation_id,
            captured_at=self.now,
            agreement=2,
            **changes,
        )
        known = Known(facts=self.run(self.facts.by_id(organisation_id, [seen.product_id])))
        for _ in range(2):
            self.run(self.log.record("job", f"m-{seen.observation_id}", [seen], self.now, known))
        return seen

    def tick(self, minutes: int) -> int:
        """Raise what is due so many minutes after Monday."""
        self.now = MONDAY + minutes * MINUTE
        raised: int = self.run(self.raising())
        return raised

    @property
    def raising(self) -> RaiseAlerts:
        """The raiser over these stores."""
        return RaiseAlerts(
            desk=self.desk,
            facts=self.facts,
            offers=self.offers,
            competitors=self.competitors,
            runs=self.runs,
            clock=lambda: self.now,
        )

    def told(self, organisation_id: str = "org") -> list[Alert]:
        """The alerts of an organisation, newest first."""
        return list(self.run(self.alerts.page(organisation_id, Window(), None, None)).items)

    def waiting(self, organisation_id: str = "org") -> int:
        """How many changes wait."""
        shop = ShopId(organisation_id, "demo-eu")
        return len(self.run(self.desk.events(shop, self.now + 1000 * MINUTE, 100)))


def _in_memory(run: Runner) -> World:
    log, desk, facts = FakeScanLog(), FakeAlertDesk(), FakeFacts()
    record = log.record

    async def noting(*asked: Any, **more: Any) -> Any:
        before = dict(log.offers.kept)
        done = await record(*asked, **more)
        for name, offer in log.offers.kept.items():
            _note(desk, before.get(name), offer, asked[3])
        return done

    log.record = noting  # type: ignore[method-assign]
    quarantine = FakeQuarantine(log, lambda: MONDAY)
    settle = quarantine.settle

    async def settling(*asked: Any, **more: Any) -> Any:
        before = dict(log.offers.kept)
        done = await settle(*asked, **more)
        for name, offer in log.offers.kept.items():
            _note(desk, before.get(name), offer, MONDAY)
        return done

    quarantine.settle = settling  # type: ignore[method-assign]
    rules, alerts = FakeAlertRules(desk), FakeAlerts(desk)
    return World(facts, log.offers, FakeCompetitors(), log, quarantine, FakeRuns(), desk, rules, alerts, run)


def _note(desk: FakeAlertDesk, before: Offer | None, after: Offer, at: datetime) -> None:
    event = None if before is None else event_of(before, after, at)
    if event is not None:
        desk.note(event)


def _in_mongodb(mongo: Mongo, run: Runner) -> World:
    outbox = Outbox(mongo, "pricing", bus="bus", queues={})
    return World(
        facts=MongoFacts(mongo),
        offers=MongoOffers(mongo),
        competitors=MongoCompetitors(mongo),
        log=MongoScanLog(mongo, outbox, lambda: MONDAY),
        quarantine=MongoQuarantine(mongo, lambda: MONDAY),
        runs=MongoRuns(mongo, outbox),
        desk=MongoAlertDesk(mongo, "https://api.example"),
        rules=MongoAlertRules(mongo),
        alerts=MongoAlerts(mongo),
        run=run,
    )


@pytest.fixture(params=["fake", "mongodb"])
def world(request: pytest.FixtureRequest, run: Runner, cloud: FakeCloud) -> World:
    """The stores under test: two organisations, each with a rule and an offer read once at 54.00."""
    assert cloud is not None
    if request.param == "fake":
        made = _in_memory(run)
    else:
        store: Callable[[str], Mongo] = request.getfixturevalue("store")
        made = _in_mongodb(store("pricing"), run)
    for name in ORGANISATIONS:
        facts = some_facts("54.99", organisation_id=name, product_id=f"prd-{name}", sku="HP-200", sold_28d=40)
        run(made.facts.keep([facts]))
        run(made.competitors.add(a_competitor(organisation_id=name)))
        offer = replace(an_offer("1"), offer_id=f"off-{name}", product_id=f"prd-{name}", organisation_id=name)
        run(made.offers.add([replace(offer, latest=None)]))
        run(made.rules.add(an_alert_rule(rule_id=f"alt-{name}", organisation_id=name)))
        made.look("54.00", 0, name)
    assert made.tick(40) == 0
    assert (made.told(), made.waiting()) == ([], 0)
    return made


def test_a_cut_is_noted_once_and_raised_once(world: World) -> None:
    world.look("45.00", 60)
    early = (world.waiting(), world.tick(74))
    ticks = [world.tick(90), world.tick(91), world.tick(200)]
    (alert,) = world.told()

    assert (early, ticks, world.waiting()) == ((1, 0), [1, 0, 0], 0)
    assert alert.text.startswith(
        "Shop C1 cut HP-200 by 16.7 % from 54.00 EUR to 45.00 EUR, about 100 EUR margin a week"
    )
    assert world.told("other") == []
    assert world.run(world.alerts.get("org", alert.alert_id)) == alert
    with pytest.raises(AlertNotFound):
        world.run(world.alerts.get("other", alert.alert_id))


def test_a_price_that_returns_leaves_nothing_and_a_second_fall_is_told_again(world: World) -> None:
    world.look("45.00", 60)
    world.look("54.00", 70)
    returned = [world.tick(minute) for minute in (90, 110)]
    world.look("45.00", 120)
    first = world.tick(150)
    world.look("54.00", 160)
    world.tick(190)
    world.look("45.00", 300)
    assert (returned, first, world.tick(330)) == ([0, 0], 1, 1)
    assert world.waiting() == 0


def test_what_two_organisations_see_stays_with_each(world: World) -> None:
    world.look("45.00", 60)
    world.look("44.00", 60, "other")
    assert world.tick(90) == 2
    after = {
        name: [line.event.after.landed for one in world.told(name) for line in one.lines] for name in ORGANISATIONS
    }
    assert after == {"org": [Decimal("45.00")], "other": [Decimal("44.00")]}


def test_a_price_released_from_quarantine_is_a_change_too(world: World) -> None:
    seen = world.look("5.00", 60)
    assert (seen.organisation_id, world.waiting()) == ("org", 0)
    world.run(world.quarantine.settle("org", seen.observation_id, released))
    assert world.waiting() == 1


def test_without_a_rule_that_is_on_nothing_is_noted(world: World) -> None:
    world.run(world.rules.change("org", "alt-org", lambda rule: replace(rule, enabled=False, version=2)))
    world.look("45.00", 60)
    assert world.waiting() == 0


def test_a_step_that_was_overtaken_changes_nothing(world: World) -> None:
    world.look("45.00", 60)
    world.now = MONDAY + 90 * MINUTE
    shop, settle = ShopId("org", "demo-eu"), world.desk.settle
    stale = world.run(world.desk.events(shop, world.now, 10))
    world.look("44.00", 70)

    async def late(place: ShopId, step: Any, taken: Any) -> bool:
        assert not await settle(place, step, stale)
        return await settle(place, step, taken)

    world.desk.settle = late  # type: ignore[assignment,method-assign]
    assert world.tick(90) == 1
    assert [line.event.after.landed for line in world.told()[0].lines] == [Decimal("44.00")]


def test_two_raisers_at_once_say_it_once(world: World) -> None:
    world.look("45.00", 60)
    world.now = MONDAY + 90 * MINUTE
    shop = ShopId("org", "demo-eu")
    ledger = world.run(world.desk.ledger(shop))
    assert world.tick(90) == 1
    later = world.run(world.desk.ledger(shop))
    assert (later.revision, later.due_at) == (ledger.revision + 1, None)
    assert not world.run(world.desk.settle(shop, Step(ledger=replace(ledger, revision=later.revision)), []))


def test_what_waits_for_its_day_is_looked_at_until_then(world: World) -> None:
    timing = Timing(instant=False, weekdays=(1,), hour=9)
    changed = world.run(
        world.rules.change("org", "alt-org", lambda rule: replace(rule, timing=timing, only_new=False, version=2))
    )
    world.look("45.00", 60)
    ticks = [world.tick(90), world.tick(24 * 60), world.tick(28 * 60), world.tick(28 * 60 + 10)]
    week = world.tick((8 * 24 + 4) * 60)
    assert (changed.timing, ticks, week) == (timing, [0, 0, 1, 0], 1)


def test_feedback_counts_once_and_levels_its_causes(world: World) -> None:
    world.look("45.00", 60)
    world.tick(90)
    (alert,) = world.told()
    for useful in (True, True, False, False):
        judged = world.run(world.alerts.judge("org", alert.alert_id, "usr", useful=useful))
    shop = ShopId("org", "demo-eu")
    (cause,) = world.run(world.desk.causes(shop)).values()
    assert (judged.useful, judged.useful_by, cause.level) == (False, "usr", -1)
    assert world.run(world.desk.causes(ShopId("other", "demo-eu"))) == {}
    with pytest.raises(AlertNotFound):
        world.run(world.alerts.judge("other", alert.alert_id, "usr", useful=True))
    # Told again, the level stays.
    world.look("40.00", 200)
    world.tick(240)
    assert [one.level for one in world.run(world.desk.causes(shop)).values()] == [-1]


def a_whole_rule() -> AlertRule:
    """A rule with every field set."""
    return an_alert_rule(
        AlertTrigger.DROP,
        AlertTrigger.MAP_BREACH,
        rule_id="whole",
        scope=Criteria(brands=("Acme",), price_from=Decimal("1.50")),
        baseline="mine",
        threshold=Size(Decimal("2.5"), "money"),
        which="named",
        named=("c1", "c2"),
        smallest_move_percent=Decimal("0.5"),
        stop_after=4,
        timing=Timing(instant=False, weekdays=(0, 3), hour=7),
        subscribers=("usr",),
    )


def test_rules_are_kept_as_they_are_changed_by_the_fastest_and_forgotten(world: World) -> None:
    rule = a_whole_rule()
    world.run(world.rules.add(rule))
    assert world.run(world.rules.get("org", "whole")) == rule
    assert [one.rule_id for one in world.run(world.rules.page("org", Window(), "demo-eu")).items] == [
        "whole",
        "alt-org",
    ]
    assert world.run(world.rules.page("org", Window(), "elsewhere")).items == ()
    for ask in (world.rules.get("other", "whole"), world.rules.change("other", "whole", lambda known: known)):
        with pytest.raises(AlertRuleNotFound):
            world.run(ask)
    world.run(world.rules.remove("other", "whole"))
    assert world.run(world.rules.get("org", "whole")) == rule
    world.run(world.rules.remove("org", "whole"))
    world.run(world.rules.remove("org", "whole"))
    assert [one.rule_id for one in world.run(world.desk.rules(ShopId("org", "demo-eu")))] == ["alt-org"]


def test_the_slower_of_two_who_change_a_rule_is_told(run: Runner, store: Callable[[str], Mongo]) -> None:
    rules = MongoAlertRules(store("pricing"))
    run(rules.add(an_alert_rule()))

    def slow(known: AlertRule) -> AlertRule:
        return replace(known, name="slow", version=known.version + 1)

    reads = rules.get

    async def overtaken(organisation_id: str, rule_id: str) -> AlertRule:
        known = await reads(organisation_id, rule_id)
        rules.get = reads  # type: ignore[method-assign]
        await rules.change(organisation_id, rule_id, lambda one: replace(one, name="fast", version=one.version + 1))
        return known

    rules.get = overtaken  # type: ignore[method-assign]
    with pytest.raises(AlertRuleChanged):
        run(rules.change("org", "alt", slow))
    assert run(rules.get("org", "alt")).name == "fast"


def test_every_question_is_answered_by_an_index(run: Runner, store: Callable[[str], Mongo]) -> None:
    mongo = store("pricing")
    world = _in_mongodb(mongo, run)
    run(world.rules.add(an_alert_rule()))
    mine = {"organisation_id": "org"}
    shop = mine | {"shop_id": "demo-eu"}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("alert_rules", shop | {"enabled": True}),
        ("market_events", shop | {"at": {"$lt": MONDAY}}),
        ("market_events", {"at": {"$lt": MONDAY}}),
        ("alert_ledgers", {"due_at": {"$lte": MONDAY}}),
        ("alert_lines", shop | {"waits": True}),
        ("alert_lines", mine | {"product_id": {"$in": ["prd"]}}),
        ("alert_lines", mine | {"rule_id": "alt", "stands": True}),
        ("alert_causes", shop),
        ("alert_causes", mine | {"rule_id": "alt"}),
        ("alerts", shop),
        ("alerts", mine | {"rule_id": "alt"}),
    ]
    for collection, query in asked:
        run(mongo.collection(collection).insert_one(query | {"_id": f"{query}"[:200], "at": MONDAY, "due_at": MONDAY}))
        found = set(stages(run(explained(mongo, collection, query))))
        assert "IXSCAN" in found, (collection, query)
        assert "COLLSCAN" not in found, (collection, query)
