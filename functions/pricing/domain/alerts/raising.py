"""From changes in the market to messages: what a shop's rules say now, what waits, and what is left for a digest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from pricing.domain.alerts.alert import Alert, Cause, Group, grouped, message
from pricing.domain.alerts.lines import AlertLine, as_one, ended, heard
from pricing.domain.alerts.market import MarketEvent
from pricing.domain.alerts.rule import AlertRule
from pricing.domain.alerts.triggers import Position, triggered
from shared.kernel.identifiers import derived_id

# How often a shop is looked at whose lines wait for their moment.
LOOK_AGAIN = timedelta(minutes=5)

type LineKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Round:
    """How a rule's day goes: when it began, what went out in it, and when the rule was to speak last.

    `largest` is the most money that a message of the day told, as people weigh it; a new day begins with half of it.
    """

    turn: datetime
    sent: int = 0
    spoke_at: datetime | None = None
    largest: Decimal = Decimal(0)

    def is_worth(self, group: Group, budget: int) -> bool:
        """Whether the budget has a message for it: half of it is for anything, the rest for more and more money."""
        if self.sent >= budget:
            return False
        bar = self.largest * max(2 * self.sent - budget, 0) / budget
        return group.weighed >= bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Where the alerts of a shop stand; each step makes the next revision. `due_at` is when to look again."""

    organisation_id: str
    shop_id: str
    revision: int = 0
    due_at: datetime | None = None
    rounds: Mapping[str, Round] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopAlerts:
    """What a step starts from: rules, changes that are ripe, and what is known of both.

    `lines` by rule and offer are those that wait and those of the changed offers; `positions` by offer.
    """

    ledger: Ledger
    rules: Sequence[AlertRule]
    events: Sequence[MarketEvent]
    positions: Mapping[str, Position]
    lines: Mapping[LineKey, AlertLine]
    causes: Mapping[tuple[str, str], Cause]
    names: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a step changes."""

    ledger: Ledger
    lines: tuple[AlertLine, ...] = ()
    alerts: tuple[Alert, ...] = ()
    causes: tuple[Cause, ...] = ()


def raised(shop: ShopAlerts, now: datetime) -> Step:
    """Take in the changes, and say what is due."""
    speaking = {rule.rule_id for rule in shop.rules}
    lines = {key: one for key, one in shop.lines.items() if one.rule_id in speaking}
    changed: dict[LineKey, AlertLine] = {}
    alerts: list[Alert] = []
    causes: list[Cause] = []
    rounds = {rule.rule_id: shop.ledger.rounds.get(rule.rule_id) for rule in shop.rules}
    for rule in shop.rules:
        for event in shop.events:
            key = (rule.rule_id, event.offer_id)
            line = _taken_in(rule, event, shop, lines.get(key))
            if line is not None:
                lines[key] = changed[key] = line
        told = _told(rule, shop, [one for one in lines.values() if one.rule_id == rule.rule_id], now)
        rounds[rule.rule_id] = told.round
        alerts += told.alerts
        causes += told.causes
        for one in told.lines:
            lines[rule.rule_id, one.offer_id] = changed[rule.rule_id, one.offer_id] = one
    # A rule that does not speak at once may have told lines to tell again.
    waiting = any(one.waits for one in lines.values()) or any(not rule.only_new for rule in shop.rules)
    ledger = replace(
        shop.ledger,
        revision=shop.ledger.revision + 1,
        due_at=now + LOOK_AGAIN if waiting else None,
        rounds={name: one for name, one in rounds.items() if one is not None},
    )
    return Step(ledger=ledger, lines=tuple(changed.values()), alerts=tuple(alerts), causes=tuple(causes))


def _taken_in(rule: AlertRule, event: MarketEvent, shop: ShopAlerts, known: AlertLine | None) -> AlertLine | None:
    """The rule's line of the offer after a change; None where the rule has nothing to say of it."""
    at = shop.positions.get(event.offer_id)
    if at is None:
        return None
    whole = as_one(known, event)
    trigger = None if whole.returned else triggered(rule, whole, at)
    if trigger is not None:
        line = heard(rule, trigger, whole, at, known)
        more = shop.causes.get((rule.rule_id, line.cause))
        if more is None or triggered(rule, whole, at, more_percent=more.more_percent) is not None:
            return line
    return None if known is None else ended(known)


@dataclass(slots=True)
class _Told:
    """What a rule said."""

    round: Round
    alerts: list[Alert] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    lines: list[AlertLine] = field(default_factory=list)


def _told(rule: AlertRule, shop: ShopAlerts, lines: Sequence[AlertLine], now: datetime) -> _Told:
    turn = rule.turned(now)
    before = shop.ledger.rounds.get(rule.rule_id)
    turned = before is not None and before.turn != turn
    spoke_at = None if before is None else before.spoke_at
    largest = Decimal(0) if before is None else before.largest / 2
    told = _Told(before if before is not None and not turned else Round(turn, 0, spoke_at, largest))
    known = {cause: one for (rule_id, cause), one in shop.causes.items() if rule_id == rule.rule_id}
    speaks = _speaks(rule, spoke_at, now)
    if speaks is None:
        return told
    said = [one for one in lines if one.waits or (not rule.only_new and _stands(rule, one))]
    groups = grouped(_within_limits(rule, said, turn), known, rule)
    day = replace(told.round, spoke_at=now if rule.timing.instant else speaks)
    if turned and rule.timing.instant:
        return _all_at_once(rule, shop, groups, _Told(day), now)
    done, left = _Told(day), list[Group]()
    for group in groups:
        if _is_hot(rule, group, now):
            continue
        if not done.round.is_worth(group, rule.daily_budget):
            left.append(group)
            continue
        _say(done, rule, shop, [group], now)
        day = done.round
        done.round = replace(day, sent=day.sent + 1, largest=max(day.largest, group.weighed))
    # A rule that speaks on some days has no later moment for what its budget keeps back.
    return done if rule.timing.instant else _all_at_once(rule, shop, left, done, now)


def _stands(rule: AlertRule, line: AlertLine) -> bool:
    return line.stands and (rule.stop_after is None or line.told < rule.stop_after)


def _all_at_once(rule: AlertRule, shop: ShopAlerts, groups: list[Group], done: _Told, now: datetime) -> _Told:
    """The digest of what a budget kept back; it costs nothing of any."""
    if groups:
        _say(done, rule, shop, groups, now, digest=True)
    return done


def _say(
    done: _Told,
    rule: AlertRule,
    shop: ShopAlerts,
    groups: list[Group],
    now: datetime,
    *,
    digest: bool = False,
) -> None:
    revision = f"{shop.ledger.revision}/{len(done.alerts)}"
    alert_id = derived_id("alr", rule.organisation_id, rule.shop_id, rule.rule_id, revision)
    done.alerts.append(message(alert_id, rule, groups, shop.names, now, "digest" if digest else "cause"))
    turn = rule.turned(now)
    for group in groups:
        done.causes.append(replace(group.cause, told_at=now))
        done.lines.extend(
            replace(one, waits=False, told=one.told + 1, told_today=one.told_since(turn) + 1, told_on=turn)
            for one in group.lines
        )


def _speaks(rule: AlertRule, spoke_at: datetime | None, now: datetime) -> datetime | None:
    """The moment that the rule speaks for now; None when it is silent."""
    if rule.timing.instant:
        return now
    moment = rule.timing.latest(now)
    since = spoke_at or rule.created_at
    return moment if moment is not None and moment > since else None


def _is_hot(rule: AlertRule, group: Group, now: datetime) -> bool:
    until = group.cause.waits_until(rule)
    return rule.timing.instant and until is not None and now < until


def _within_limits(rule: AlertRule, lines: Sequence[AlertLine], turn: datetime) -> list[AlertLine]:
    """The lines without those of products that were told often enough today; they wait for tomorrow."""
    counted: dict[str, int] = {}
    for one in lines:
        counted[one.product_id] = max(counted.get(one.product_id, 0), one.told_since(turn))
    return [one for one in lines if counted[one.product_id] < rule.most_a_day]
