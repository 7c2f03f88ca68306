"""Alerts from changes: what is told, when, how often, and what is left for a digest. Journey J4, and a noisy week."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.alerts.alert import Alert
from pricing.domain.alerts.market import event_of
from pricing.domain.alerts.rule import AlertRule, AlertTrigger, Timing
from pricing.domain.decision import ReasonCode
from pricing.domain.reading import Availability
from pricing.usecases.raise_alerts import RaiseAlerts
from shared.kernel.errors import Unavailable
from tests.builders.alert_week import LARGEST, told_of
from tests.builders.alerts import an_alert_rule
from tests.builders.pricing import MONDAY, a_competitor, a_stored_decision, an_offer, some_facts
from tests.fakes.alerts import FakeAlertDesk, FakeAlertRules, FakeAlerts
from tests.fakes.pricing import FakeCompetitors, FakeFacts, FakeOffers, FakeRuns
from tests.fakes.publication import FakeChanges

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class World:
    """A shop with a product at 54.99, watched at competitors, and a clock that only the test moves."""

    desk: FakeAlertDesk = field(default_factory=FakeAlertDesk)
    facts: FakeFacts = field(default_factory=FakeFacts)
    offers: FakeOffers = field(default_factory=FakeOffers)
    competitors: FakeCompetitors = field(default_factory=FakeCompetitors)
    runs: FakeRuns = field(default_factory=lambda: FakeRuns(FakeChanges()))
    now: Any = MONDAY

    def has(self, rule: AlertRule) -> None:
        asyncio.run(FakeAlertRules(self.desk).add(rule))

    def sells(self, sku: str = "HP-200", **changes: Any) -> None:
        facts = some_facts(
            "54.99", product_id=f"prd-{sku}", sku=sku, **({"cost": Decimal(40), "sold_28d": 40} | changes)
        )
        asyncio.run(self.facts.keep([facts]))

    def sees(self, price: str | None, sku: str = "HP-200", competitor_id: str = "c1", **changes: Any) -> None:
        """A look at an offer that shows this price."""
        name = f"{sku}/{competitor_id}"
        made = an_offer(price or "1", offer_id=name, competitor_id=competitor_id)
        seen = None if made.latest is None else replace(made.latest, **changes)
        after = replace(made, product_id=f"prd-{sku}", latest=seen if price else None)
        before = self.offers.kept.get(name, replace(after, latest=None))
        if name not in self.offers.kept:
            known = a_competitor(competitor_id=competitor_id, name=competitor_id.upper())
            self.competitors.kept["org", competitor_id] = known
        self.offers.kept[name] = after
        event = event_of(before, after, self.now)
        if event is not None:
            self.desk.note(event)

    def holds_at(self, price: str, sku: str = "HP-200") -> None:
        """Our rule finds that the market is under our floor, a minute from now."""
        made = a_stored_decision(f"prd-{sku}", price, decided_at=self.now + MINUTE)
        held = replace(made, decision=replace(made.decision, reason=ReasonCode.HOLD_FLOOR))
        self.runs.taken[held.decision_id] = held

    def passes(self, minutes: int) -> list[Alert]:
        """Each minute of a time; returns the messages in it."""
        known = set(self.desk.kept_alerts)
        for _ in range(minutes):
            self.now += MINUTE
            asyncio.run(self.raising())
        return [one for name, one in self.desk.kept_alerts.items() if name not in known]

    @property
    def raising(self) -> RaiseAlerts:
        return RaiseAlerts(
            desk=self.desk,
            facts=self.facts,
            offers=self.offers,
            competitors=self.competitors,
            runs=self.runs,
            clock=lambda: self.now,
        )


@pytest.fixture
def world() -> World:
    """A shop that watches C1, which sells at 54.00."""
    made = World()
    made.has(an_alert_rule())
    made.sells()
    made.sees("54.00")
    assert made.passes(40) == []
    return made


def test_a_first_look_tells_nothing(world: World) -> None:
    world.sees("44.00", competitor_id="c2")
    assert world.passes(90) == []


def test_a_cut_is_told_once_with_what_it_puts_at_risk_and_what_our_rule_does(world: World) -> None:
    world.sees("45.00")
    (alert,) = world.passes(90)

    assert alert.text == (
        "C1 cut HP-200 by 16.7 % from 54.00 EUR to 45.00 EUR, about 100 EUR margin a week at risk; no decision since"
    )
    assert (alert.money, alert.currency, alert.direction) == (Decimal("99.90"), "EUR", "down")
    assert [line.sku for line in alert.lines] == ["HP-200"]


def test_a_price_that_returns_within_a_quarter_of_an_hour_tells_nothing(world: World) -> None:
    world.sees("45.00")
    early = world.passes(14)
    world.sees("54.00")
    assert early + world.passes(120) == []


def test_the_same_price_seen_again_tells_nothing(world: World) -> None:
    world.sees("45.00")
    first = world.passes(90)
    world.sees("45.00", observation_id="obs-again")
    assert (len(first), world.passes(90)) == (1, [])


def test_a_second_fall_is_told_again_and_the_way_back_only_to_who_wants_rises(world: World) -> None:
    world.has(an_alert_rule(AlertTrigger.RISE, rule_id="rises"))
    world.sees("45.00")
    fall = world.passes(90)
    world.sees("54.00")
    back = world.passes(90)
    world.sees("45.00")
    again = world.passes(90)
    told = [[(one.rule_id, one.direction) for one in some] for some in (fall, back, again)]
    assert told == [[("alt", "down")], [("rises", "up")], [("alt", "down")]]


def test_cuts_of_one_competitor_are_one_message_and_what_hit_the_floor_is_counted(world: World) -> None:
    for place in range(37):
        sku = f"SKU-{place:02}"
        world.sells(sku)
        world.sees("54.00", sku, "c2")
    world.passes(40)
    for place in range(37):
        sku = f"SKU-{place:02}"
        world.sees("46.44", sku, "c2")
        if place < 9:
            world.holds_at("47.99", sku)
    (alert,) = world.passes(90)

    assert alert.text == "C2 cut 14 % on 37 of our SKUs, about 3 164 EUR margin a week at risk; 9 hit the floor"
    assert (alert.offers, alert.products, alert.under_floor, len(alert.lines)) == (37, 37, 9, 37)


def test_the_floor_is_a_trigger_of_its_own_and_says_what_our_rule_holds(world: World) -> None:
    world.has(an_alert_rule(AlertTrigger.UNDER_FLOOR, rule_id="floor"))
    world.sees("45.00")
    world.holds_at("47.99")
    told = {one.rule_id: one for one in world.passes(90)}
    assert told["floor"].text.endswith("market under our floor: our rule holds at 47.99 EUR (HOLD_FLOOR)")
    assert told["alt"].lines[0].decision_id == told["floor"].lines[0].decision_id != ""


def test_more_of_a_cause_within_its_cooldown_waits_and_comes_with_its_next_message(world: World) -> None:
    world.sells("HP-300")
    world.sees("54.00", "HP-300")
    world.passes(40)
    world.sees("45.00")
    first = world.passes(31)
    world.sees("44.00", "HP-300")
    world.sees("43.00")
    second = world.passes(120)
    assert [[line.sku for line in one.lines] for one in first] == [["HP-200"]]
    assert sorted(line.sku for one in second for line in one.lines) == ["HP-200", "HP-300"]
    assert len(second) == 1
    assert second[0].raised_at - first[0].raised_at >= 60 * MINUTE


def test_a_rule_that_has_said_enough_is_silent(world: World) -> None:
    world.desk.kept_rules["alt"] = an_alert_rule(stop_after=2)
    told = 0
    for _ in range(4):
        world.sees("45.00")
        told += len(world.passes(90))
        world.sees("54.00")
        world.passes(90)
    assert told == 2


def test_a_product_is_told_so_often_a_day_and_again_the_next_day(world: World) -> None:
    world.desk.kept_rules["alt"] = an_alert_rule(most_a_day=1)
    world.sees("45.00")
    first = world.passes(90)
    world.sees("43.00")
    same_day = world.passes(120)
    next_day = world.passes(24 * 60)
    assert (len(first), len(same_day), len(next_day)) == (1, 0, 1)


def test_what_the_budget_keeps_back_comes_as_one_ranked_digest(world: World) -> None:
    world.desk.kept_rules["alt"] = an_alert_rule(daily_budget=1)
    for place in range(4):
        world.sees("54.00", competitor_id=f"d{place}")
    world.passes(40)
    for place in range(4):
        world.sees(f"{50 - place}.00", competitor_id=f"d{place}")
    today = world.passes(120)
    tomorrow = world.passes(24 * 60)
    assert [(one.kind, one.competitor_id) for one in today] == [("cause", "d3")]
    assert [one.kind for one in tomorrow] == ["digest"]
    assert [line.competitor_id for line in tomorrow[0].lines] == ["d2", "d1", "d0"]
    assert tomorrow[0].text.startswith("3 more of «Cuts»:\nD2 cut HP-200 by 11.1 %")


def test_a_rule_of_some_days_speaks_at_its_hour_and_says_what_is_new_or_all_that_stands(world: World) -> None:
    tuesday = Timing(instant=False, weekdays=(1, 2), hour=9)
    world.desk.kept_rules.clear()
    world.has(an_alert_rule(rule_id="new", timing=tuesday))
    world.has(an_alert_rule(rule_id="all", timing=tuesday, only_new=False))
    world.sees("45.00")
    told = [one for _ in range(4) for one in world.passes(12 * 60)] + world.passes(24 * 60)
    said = sorted((one.raised_at.strftime("%a"), one.rule_id) for one in told)
    assert said == [("Tue", "all"), ("Tue", "new"), ("Wed", "all")]
    assert all(one.raised_at.hour == 9 for one in told)


def test_ourselves_and_products_that_are_not_sold_are_told_of_to_nobody(world: World) -> None:
    world.sees("54.00", competitor_id="c5", seller="OWN2")
    world.sells("HP-OFF", active=False)
    world.sees("54.00", "HP-OFF")
    world.passes(40)
    world.sees("40.00", competitor_id="c5", seller="OWN2")
    world.sees("40.00", "HP-OFF")
    assert world.passes(90) == []


def test_stock_and_lost_pages_are_told(world: World) -> None:
    gone = (AlertTrigger.OUT_OF_STOCK, AlertTrigger.BACK_IN_STOCK, AlertTrigger.LOST_COMPETITOR)
    world.has(an_alert_rule(*gone, rule_id="stock"))
    world.sees("54.00", availability=Availability.OUT_OF_STOCK)
    out = world.passes(90)
    world.sees("54.00")
    back = world.passes(90)
    assert [one.text for one in out + back] == [
        "C1 is gone or out of stock: HP-200; no decision since",
        "C1 is back in stock: HP-200, about 10 EUR margin a week at risk; no decision since",
    ]


def test_a_rule_switched_off_says_nothing_of_what_waited(world: World) -> None:
    world.sees("45.00")
    world.passes(2)
    rules = FakeAlertRules(world.desk)
    asyncio.run(rules.change("org", "alt", lambda rule: replace(rule, enabled=False)))
    assert world.passes(90) == []
    assert world.desk.waiting == {}


def test_people_who_find_a_cause_of_no_use_hear_less_of_it_and_never_nothing(world: World) -> None:
    world.sees("45.00")
    (alert,) = world.passes(90)
    alerts = FakeAlerts(world.desk)
    for _ in range(3):
        asyncio.run(alerts.judge("org", alert.alert_id, "user", useful=False))
    (cause,) = world.desk.kept_causes.values()
    assert (cause.level, cause.more_percent, cause.weight) == (-1, Decimal("0.5"), Decimal("0.8"))

    world.desk.kept_causes = {key: replace(one, level=-6) for key, one in world.desk.kept_causes.items()}
    world.sees("44.00")
    small = world.passes(90)
    world.sees("42.00")
    large = world.passes(90)
    assert (small, len(large)) == ([], 1)


def test_what_fails_for_one_shop_keeps_no_other_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.has(an_alert_rule(rule_id="other", shop_id="aaa"))
    world.sees("45.00")
    (event,) = world.desk.waiting.values()
    world.desk.note(replace(event, shop_id="aaa", offer_id="elsewhere"))
    settle = world.desk.settle

    async def fails(shop: Any, *rest: Any) -> bool:
        if shop.shop_id == "aaa":
            raise Unavailable("the database is away")
        return await settle(shop, *rest)

    monkeypatch.setattr(world.desk, "settle", fails)
    world.now += 31 * MINUTE
    with pytest.raises(Unavailable):
        asyncio.run(world.raising())
    assert [one.shop_id for one in world.desk.kept_alerts.values()] == ["demo-eu"]


def test_a_step_that_another_overtook_says_nothing_twice(world: World) -> None:
    world.sees("45.00")
    world.now += 31 * MINUTE

    async def both() -> list[int]:
        return list(await asyncio.gather(world.raising(), world.raising()))

    assert sum(asyncio.run(both())) == 1
    assert len(world.desk.kept_alerts) == 1


@pytest.mark.parametrize("seed", [1, 7])
def test_a_noisy_week_is_a_tenth_of_the_messages_and_loses_none_of_the_largest(seed: int) -> None:
    week = told_of(seed)
    assert week.changes > 3_000
    assert len(week.messages) * 10 <= week.changes
    assert len(week.largest) == LARGEST
    assert week.told == week.largest
    assert max(week.delays) <= DAY + 30 * MINUTE
