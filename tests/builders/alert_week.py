"""Alerts over a noisy week: the house's own steps, each minute in which something may be due."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pricing.domain.alerts.alert import Alert
from pricing.domain.alerts.market import MarketEvent, event_of
from pricing.domain.alerts.rule import AlertRule, AlertTrigger
from pricing.domain.alerts.triggers import money_of
from pricing.usecases.raise_alerts import RaiseAlerts
from tests.builders.alerts import an_alert_rule
from tests.builders.noisy_week import MINUTES, NoisyWeek, noisy_week
from tests.builders.pricing import MONDAY, a_competitor
from tests.fakes.alerts import FakeAlertDesk
from tests.fakes.pricing import FakeCompetitors, FakeFacts, FakeOffers, FakeRuns
from tests.fakes.publication import FakeChanges

STANDS = timedelta(minutes=30)
LARGEST = 20
TICK = 5


@dataclass(frozen=True, slots=True)
class WeekTold:
    """What a week came to: its changes, the messages, and the largest changes with those of them that were told."""

    changes: int
    messages: list[Alert]
    largest: list[MarketEvent]
    told: list[MarketEvent]
    delays: list[timedelta]

    @property
    def fewer_percent(self) -> float:
        """By how much fewer messages there are than changes."""
        return 100 * (1 - len(self.messages) / self.changes)


def told_of(seed: int, rule: AlertRule | None = None) -> WeekTold:
    """Let a noisy week pass, with one rule that tells each cut and each rise."""
    week = noisy_week(seed)
    desk = FakeAlertDesk()
    known = rule or an_alert_rule(AlertTrigger.DROP, AlertTrigger.RISE)
    desk.kept_rules[known.rule_id] = known
    asyncio.run(_lived(week, desk))
    messages = sorted(desk.kept_alerts.values(), key=lambda one: one.raised_at)
    largest = _largest(week)
    heard = [(one, _told_at(one, messages)) for one in largest]
    return WeekTold(
        len(week.looks),
        messages,
        largest,
        [one for one, at in heard if at is not None],
        [at - one.at for one, at in heard if at is not None],
    )


async def _lived(week: NoisyWeek, desk: FakeAlertDesk) -> None:
    facts, offers = FakeFacts(), FakeOffers()
    await facts.keep(list(week.facts.values()))
    offers.kept.update(week.offers)
    competitors = FakeCompetitors()
    for name in sorted({one.competitor_id for one in week.offers.values()}):
        await competitors.add(a_competitor(competitor_id=name, name=name.upper(), domain=f"{name}.example"))
    now = MONDAY
    raising = RaiseAlerts(
        desk=desk,
        facts=facts,
        offers=offers,
        competitors=competitors,
        runs=FakeRuns(FakeChanges()),
        clock=lambda: now,
    )
    looks = iter(week.looks)
    look = next(looks, None)
    for minute in range(0, MINUTES + 25 * 60, TICK):
        now = MONDAY + timedelta(minutes=minute)
        while look is not None and look.at <= now:
            offers.kept[look.after.offer_id] = look.after
            event = event_of(look.before, look.after, look.at)
            if event is not None:
                desk.note(event)
            look = next(looks, None)
        await raising()


def _largest(week: NoisyWeek) -> list[MarketEvent]:
    """The cuts of most money that stood for half an hour."""
    following: dict[str, datetime] = {}
    stood: list[tuple[Decimal, MarketEvent]] = []
    for look in reversed(week.looks):
        name = look.after.offer_id
        if name not in following or following[name] - look.at >= STANDS:
            event = event_of(look.before, look.after, look.at)
            # Flicker's way back leads to what stood before; it is no cut.
            if event is not None and (event.percent or 0) < 0:
                facts = week.facts[event.product_id]
                stood.append((money_of(AlertTrigger.DROP, event, facts), event))
        following[name] = look.at
    return [event for _, event in sorted(stood, key=lambda one: (-one[0], one[1].offer_id, one[1].at))[:LARGEST]]


def _told_at(event: MarketEvent, messages: list[Alert]) -> datetime | None:
    """When a message showed the offer's price after the change, or beyond."""
    for one in messages:
        for line in one.lines:
            if line.offer_id == event.offer_id and one.raised_at >= event.at and line.event.at <= event.at:
                now, then = line.event.after.landed, event.after.landed
                if now is not None and then is not None and one.last_at >= event.at and _as_low(now, then):
                    return one.raised_at
    return None


def _as_low(now: Decimal, then: Decimal) -> bool:
    """Whether it is the price, give or take the small steps that follow."""
    return abs(now - then) <= then * Decimal("0.03") or now <= then
