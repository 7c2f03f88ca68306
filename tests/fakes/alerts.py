"""Alerts' ports in memory."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pricing.domain.alerts.alert import Alert, Cause, levelled
from pricing.domain.alerts.failures import Failure, FailureStep
from pricing.domain.alerts.lines import AlertLine
from pricing.domain.alerts.market import MarketEvent, followed
from pricing.domain.alerts.raising import Ledger, LineKey, Step
from pricing.domain.alerts.rule import AlertRule
from pricing.domain.errors import AlertNotFound, AlertRuleNotFound
from pricing.usecases.alert_ports import ShopId
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of


@dataclass
class FakeAlertDesk:
    """Rules, changes that wait, lines and messages, each by its key."""

    kept_rules: dict[str, AlertRule] = field(default_factory=dict)
    waiting: dict[tuple[str, str], MarketEvent] = field(default_factory=dict)
    ledgers: dict[ShopId, Ledger] = field(default_factory=dict)
    kept_lines: dict[tuple[str, str, str], AlertLine] = field(default_factory=dict)
    kept_causes: dict[tuple[str, str, str], Cause] = field(default_factory=dict)
    kept_alerts: dict[str, Alert] = field(default_factory=dict)

    def note(self, event: MarketEvent) -> None:
        """A change of an offer, where the shop has a rule; it follows one that waits."""
        if not any(_shop(one) == _shop(event) and one.enabled for one in self.kept_rules.values()):
            return
        key = (event.organisation_id, event.offer_id)
        known = self.waiting.get(key)
        self.waiting[key] = event if known is None else followed(known, event)

    async def due(self, ripe_before: datetime, at: datetime, limit: int) -> Sequence[ShopId]:
        changed = {_shop(one) for one in self.waiting.values() if one.at < ripe_before}
        due = {name for name, one in self.ledgers.items() if one.due_at is not None and one.due_at <= at}
        return sorted(changed | due)[:limit]

    async def rules(self, shop: ShopId) -> Sequence[AlertRule]:
        return [one for one in self.kept_rules.values() if _shop(one) == shop and one.enabled]

    async def events(self, shop: ShopId, ripe_before: datetime, limit: int) -> Sequence[MarketEvent]:
        ripe = [one for one in self.waiting.values() if _shop(one) == shop and one.at < ripe_before]
        return sorted(ripe, key=lambda one: one.at)[:limit]

    async def ledger(self, shop: ShopId) -> Ledger:
        return self.ledgers.get(shop, Ledger(organisation_id=shop.organisation_id, shop_id=shop.shop_id))

    async def lines(
        self, shop: ShopId, product_ids: Collection[str], standing_of: Collection[str], limit: int
    ) -> Mapping[LineKey, AlertLine]:
        own = [one for one in self.kept_lines.values() if _shop(one) == shop]
        meant = [
            one
            for one in own
            if one.waits or (one.stands and one.rule_id in standing_of) or one.product_id in product_ids
        ]
        return {(one.rule_id, one.offer_id): one for one in meant[:limit]}

    async def causes(self, shop: ShopId) -> Mapping[tuple[str, str], Cause]:
        return {(one.rule_id, one.cause): one for one in self.kept_causes.values() if _shop(one) == shop}

    async def settle(self, shop: ShopId, step: Step, taken: Sequence[MarketEvent]) -> bool:
        if (await self.ledger(shop)).revision != step.ledger.revision - 1:
            return False
        for event in taken:
            if self.waiting.get((event.organisation_id, event.offer_id)) != event:
                return False
        for event in taken:
            del self.waiting[event.organisation_id, event.offer_id]
        self.ledgers[shop] = step.ledger
        for line in step.lines:
            self.kept_lines[line.organisation_id, line.rule_id, line.offer_id] = line
        for cause in step.causes:
            key = (cause.organisation_id, cause.rule_id, cause.cause)
            level = self.kept_causes[key].level if key in self.kept_causes else cause.level
            self.kept_causes[key] = replace(cause, level=level)
        for alert in step.alerts:
            self.kept_alerts[alert.alert_id] = alert
        return True


def _shop(one: MarketEvent | AlertRule | AlertLine | Cause) -> ShopId:
    return ShopId(one.organisation_id, one.shop_id)


@dataclass
class FakeAlertRules:
    """The rules on a desk."""

    desk: FakeAlertDesk = field(default_factory=FakeAlertDesk)

    async def add(self, rule: AlertRule) -> None:
        self.desk.kept_rules[rule.rule_id] = rule

    async def get(self, organisation_id: str, rule_id: str) -> AlertRule:
        found = self.desk.kept_rules.get(rule_id)
        if found is None or found.organisation_id != organisation_id:
            raise AlertRuleNotFound("none")
        return found

    async def change(self, organisation_id: str, rule_id: str, change: Callable[[AlertRule], AlertRule]) -> AlertRule:
        known = await self.get(organisation_id, rule_id)
        changed = change(known)
        self.desk.kept_rules[rule_id] = changed
        if changed.enabled is not known.enabled:
            self._forget(organisation_id, rule_id)
        return changed

    async def remove(self, organisation_id: str, rule_id: str) -> None:
        if rule_id in self.desk.kept_rules and self.desk.kept_rules[rule_id].organisation_id == organisation_id:
            del self.desk.kept_rules[rule_id]
            self._forget(organisation_id, rule_id)

    async def page(self, organisation_id: str, window: Window, shop_id: str | None) -> Page[AlertRule]:
        own = [one for one in self.desk.kept_rules.values() if one.organisation_id == organisation_id]
        meant = [one for one in own if shop_id in {None, one.shop_id}]
        return page_of(meant, lambda one: one.rule_id, window, newest_first=True)

    def _forget(self, organisation_id: str, rule_id: str) -> None:
        for key in [key for key in self.desk.kept_lines if key[:2] == (organisation_id, rule_id)]:
            del self.desk.kept_lines[key]


@dataclass
class FakeAlerts:
    """The messages of a desk."""

    desk: FakeAlertDesk = field(default_factory=FakeAlertDesk)

    async def page(self, organisation_id: str, window: Window, shop_id: str | None, rule_id: str | None) -> Page[Alert]:
        own = [one for one in self.desk.kept_alerts.values() if one.organisation_id == organisation_id]
        meant = [one for one in own if shop_id in {None, one.shop_id} and rule_id in {None, one.rule_id}]
        return page_of(meant, lambda one: f"{one.raised_at.isoformat()}/{one.alert_id}", window, newest_first=True)

    async def get(self, organisation_id: str, alert_id: str) -> Alert:
        found = self.desk.kept_alerts.get(alert_id)
        if found is None or found.organisation_id != organisation_id:
            raise AlertNotFound("none")
        return found

    async def judge(self, organisation_id: str, alert_id: str, user_id: str, *, useful: bool) -> Alert:
        alert = await self.get(organisation_id, alert_id)
        for cause in alert.causes:
            key = (organisation_id, alert.rule_id, cause)
            if key in self.desk.kept_causes:
                known = self.desk.kept_causes[key]
                self.desk.kept_causes[key] = replace(
                    known, level=levelled(known.level, before=alert.useful, useful=useful)
                )
        self.desk.kept_alerts[alert_id] = replace(alert, useful=useful, useful_by=user_id)
        return self.desk.kept_alerts[alert_id]


@dataclass
class FakeFailureDesk:
    """Failures by id, and when each is to be looked at."""

    on: list[AlertRule] = field(default_factory=list)
    kept: dict[str, Failure] = field(default_factory=dict)
    next_at: dict[str, datetime | None] = field(default_factory=dict)
    told: list[Alert] = field(default_factory=list)
    known: dict[tuple[str, str], Cause] = field(default_factory=dict)

    async def note(self, failure: Failure) -> None:
        wanted = [one for one in self.on if (one.organisation_id, one.shop_id) == _place_of(failure)]
        if failure.failure_id not in self.kept and any(failure.trigger in one.triggers for one in wanted):
            self.kept[failure.failure_id] = failure
            self.next_at[failure.failure_id] = failure.at

    async def due(self, at: datetime, limit: int) -> Sequence[ShopId]:
        return sorted({ShopId(*_place_of(one)) for one in self.kept.values() if self._is_due(one, at)})[:limit]

    async def rules(self, shop: ShopId) -> Sequence[AlertRule]:
        return [one for one in self.on if (one.organisation_id, one.shop_id) == (shop.organisation_id, shop.shop_id)]

    async def failures(self, shop: ShopId, at: datetime, limit: int) -> Sequence[Failure]:
        own = [one for one in self.kept.values() if _place_of(one) == (shop.organisation_id, shop.shop_id)]
        return [one for one in own if self._is_due(one, at)][:limit]

    async def causes(self, shop: ShopId) -> Mapping[tuple[str, str], Cause]:
        own = (shop.organisation_id, shop.shop_id)
        return {key: one for key, one in self.known.items() if (one.organisation_id, one.shop_id) == own}

    async def settle(self, step: FailureStep, taken: Sequence[Failure]) -> bool:
        if any(self.kept[one.failure_id] != one for one in taken):
            return False
        for one in taken:
            self.kept[one.failure_id] = replace(one, told_to=step.told_to[one.failure_id])
            self.next_at[one.failure_id] = step.next_at[one.failure_id]
        self.told += step.alerts
        self.known |= {(one.rule_id, one.cause): one for one in step.causes}
        return True

    def _is_due(self, failure: Failure, at: datetime) -> bool:
        next_at = self.next_at[failure.failure_id]
        return next_at is not None and next_at <= at


def _place_of(failure: Failure) -> tuple[str, str]:
    return failure.organisation_id, failure.shop_id
