"""An alert: one message about one cause, or the digest of what a day's budget kept back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Literal

from pricing.domain.alerts.lines import AlertLine, seen_price
from pricing.domain.alerts.rule import AlertRule, Direction

type AlertKind = Literal["cause", "digest", "failure"]

MOST_LINES = 100
LARGEST_LEVEL = 6
STEP = Decimal("1.25")
MOVE_STEP = Decimal("0.5")
VERBS: dict[Direction, str] = {
    "down": "cut",
    "up": "raised",
    "moved": "moved",
    "gone": "is gone or out of stock",
    "back": "is back in stock",
    "new": "is new",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What a rule knows of one cause: when it was told last, and how useful people found it.

    `level` is between -6 and 6. Each step below zero raises the smallest move that is told by half a percent (3 at
    most); each step up or down weighs its money 1.25 times more or less when messages are ranked (3.8 times at most).
    """

    organisation_id: str
    shop_id: str
    rule_id: str
    cause: str
    told_at: datetime | None = None
    level: int = 0

    @property
    def more_percent(self) -> Decimal:
        """By how much the smallest move is raised."""
        return MOVE_STEP * max(-self.level, 0)

    @property
    def weight(self) -> Decimal:
        """What its money is multiplied by when messages are ranked."""
        return STEP**self.level

    def waits_until(self, rule: AlertRule) -> datetime | None:
        """When it may be told again; None when nothing holds it back."""
        return None if self.told_at is None else self.told_at + timedelta(minutes=rule.cooldown_minutes)


def levelled(level: int, *, before: bool | None, useful: bool) -> int:
    """The level of a cause after somebody found an alert of it useful, or not; the same said again changes nothing."""
    steps = {None: 0, True: 1, False: -1}
    return max(-LARGEST_LEVEL, min(LARGEST_LEVEL, level + steps[useful] - steps[before]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A message of the market, or of work that failed, which has no lines. `money` is a week's, in `currency`.

    Both are None where a digest has several currencies. `lines` are the largest by money, `MOST_LINES` at most;
    `offers` and `products` count all. `causes` are what it tells of: one, or a digest's several. `competitor` is the
    name in its first line. `useful` is what the last person said of it.
    """

    alert_id: str
    organisation_id: str
    shop_id: str
    rule_id: str
    kind: AlertKind
    raised_at: datetime
    text: str
    causes: tuple[str, ...]
    competitor_id: str | None
    direction: Direction | None
    currency: str | None
    money: Decimal | None
    offers: int
    products: int
    under_floor: int
    first_at: datetime
    last_at: datetime
    lines: tuple[AlertLine, ...]
    subscribers: tuple[str, ...] = ()
    useful: bool | None = None
    useful_by: str | None = None
    rule_name: str = ""
    competitor: str = ""
    threshold: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one cause, those of most money first."""

    cause: Cause
    lines: tuple[AlertLine, ...]

    @property
    def money(self) -> Decimal:
        """What a week puts at risk."""
        return sum((one.money for one in self.lines), Decimal(0))

    @property
    def weighed(self) -> Decimal:
        """Its money as people weigh it."""
        return self.money * self.cause.weight

    @property
    def rank(self) -> tuple[Decimal, int, str]:
        """The smaller, the earlier it is told: by money as people weigh it, then by how many offers it is about."""
        return (-self.weighed, -len(self.lines), self.cause.cause)

    def said(self, names: dict[str, str]) -> str:
        """The group in a sentence. `names` are those of competitors."""
        first = self.lines[0]
        who, verb = names.get(first.competitor_id, first.competitor_id), VERBS[first.direction]
        priced = first.direction in {"down", "up"}
        percents = [abs(one.event.percent) for one in self.lines if priced and one.event.percent is not None]
        size = f" {_short(median(percents))} %" if percents else ""
        if len(self.lines) == 1:
            moved = f" from {seen_price(first.event.before)} to {seen_price(first.event.after)}" if priced else ""
            what = f"{who} {verb} {first.sku}{size and f' by{size}'}{moved}" if priced else f"{who} {verb}: {first.sku}"
            end = f"; {first.will}" if first.will else ""
            return f"{what}{self._money(first)}{end}"
        products = len({one.product_id for one in self.lines})
        skus = "SKU" if products == 1 else "SKUs"
        floor = sum(one.under_floor for one in self.lines)
        end = f"; {floor} hit the floor" if floor else ""
        start = f"{who} {verb}{size} on" if priced else f"{who} {verb}:"
        return f"{start} {products} of our {skus}{self._money(first)}{end}"

    def _money(self, first: AlertLine) -> str:
        whole = int(self.money.to_integral_value())
        if not whole:
            return ""
        amount = f"{whole:,}".replace(",", " ")
        what = "a week of room" if first.direction == "up" else "margin a week at risk"
        return f", about {amount} {first.currency} {what}"


def grouped(lines: Sequence[AlertLine], causes: dict[str, Cause], rule: AlertRule) -> list[Group]:
    """The lines by cause, the groups of most money first."""
    found: dict[str, list[AlertLine]] = {}
    for one in sorted(lines, key=lambda line: (-line.money, line.sku, line.offer_id)):
        found.setdefault(one.cause, []).append(one)
    groups = [Group(causes.get(key) or cause_of(rule, key), tuple(some)) for key, some in found.items()]
    return sorted(groups, key=lambda group: group.rank)


def cause_of(rule: AlertRule, cause: str) -> Cause:
    """A cause that nothing is known of."""
    return Cause(organisation_id=rule.organisation_id, shop_id=rule.shop_id, rule_id=rule.rule_id, cause=cause)


def message(
    alert_id: str, rule: AlertRule, groups: Sequence[Group], names: dict[str, str], at: datetime, kind: AlertKind
) -> Alert:
    """One message about a group, or the digest of several."""
    lines = sorted((one for group in groups for one in group.lines), key=lambda one: (-one.money, one.sku))
    currencies = {one.currency for one in lines}
    one_money = len(currencies) == 1
    said = [group.said(names) for group in groups]
    first = groups[0].lines[0]
    return Alert(
        alert_id=alert_id,
        organisation_id=rule.organisation_id,
        shop_id=rule.shop_id,
        rule_id=rule.rule_id,
        kind=kind,
        raised_at=at,
        text=said[0] if kind == "cause" else "\n".join([f"{len(said)} more of «{rule.name}»:", *said[:MOST_LINES]]),
        causes=tuple(group.cause.cause for group in groups),
        competitor_id=first.competitor_id if kind == "cause" else None,
        direction=first.direction if kind == "cause" else None,
        currency=min(currencies) if one_money else None,
        money=sum((one.money for one in lines), Decimal(0)) if one_money else None,
        offers=len(lines),
        products=len({one.product_id for one in lines}),
        under_floor=sum(one.under_floor for one in lines),
        first_at=min(one.event.at for one in lines),
        last_at=max(one.event.at for one in lines),
        lines=tuple(lines[:MOST_LINES]),
        subscribers=rule.subscribers,
        rule_name=rule.name,
        competitor=names.get(first.competitor_id, first.competitor_id),
        threshold=f"{rule.threshold.amount:f} {'%' if rule.threshold.unit == 'percent' else first.currency}",
    )


def _short(percent: Decimal) -> str:
    return f"{percent.quantize(Decimal('0.1')).normalize():f}"
