"""A rule of alerts: what somebody wants to hear, when, and how little of it is not worth a message."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pricing.domain.errors import InvalidAlertRule
from pricing.domain.product_filter import Criteria

type Baseline = Literal["before", "mine"]
type Unit = Literal["percent", "money"]
type Which = Literal["any", "cheapest", "highest", "named"]
type Direction = Literal["down", "up", "moved", "gone", "back", "new"]

MOST_BUDGET = 200
MOST_COOLDOWN_MINUTES = 7 * 24 * 60
MOST_NAMED = 100
WEEKDAYS = 7


class AlertTrigger(StrEnum):
    """What is worth a message; in the order in which one change is called by the first that fits."""

    UNDER_FLOOR = "under_floor"
    BELOW_COST = "below_cost"
    MAP_BREACH = "map_breach"
    RANK_LOST = "rank_lost"
    BELOW_MINE = "below_mine"
    DROP = "drop"
    RISE = "rise"
    ANY_CHANGE = "any_change"
    NEW_COMPETITOR = "new_competitor"
    LOST_COMPETITOR = "lost_competitor"
    MATCH_LOST = "match_lost"
    OUT_OF_STOCK = "out_of_stock"
    BACK_IN_STOCK = "back_in_stock"
    IMPORT_FAILED = "import_failed"
    EXPORT_FAILED = "export_failed"


WORK_TRIGGERS = frozenset({AlertTrigger.IMPORT_FAILED, AlertTrigger.EXPORT_FAILED})
"""Those of work that failed; all others are of the market."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large something must be: in percent of what it is held against, or in the shop's money."""

    amount: Decimal = Decimal(0)
    unit: Unit = "percent"

    def reached(self, move: Decimal, of: Decimal) -> bool:
        """Whether a move, held against an amount, is that large."""
        least = self.amount * of / 100 if self.unit == "percent" else self.amount
        return move >= least


@dataclass(frozen=True, slots=True)
class Timing:
    """When a rule speaks: as it happens, or on these weekdays (0 is Monday) at this hour, UTC."""

    instant: bool = True
    weekdays: tuple[int, ...] = ()
    hour: int = 6

    def latest(self, now: datetime) -> datetime | None:
        """The newest moment up to now at which a rule that does not speak at once was to speak."""
        today = now.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        for days in range(WEEKDAYS + 1):
            moment = today - timedelta(days=days)
            if moment <= now and moment.weekday() in self.weekdays:
                return moment
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """What one rule of a shop tells its subscribers.

    Rises and falls are held against the offer's own price before, or against ours (`baseline`): then only what ends
    beyond ours by `threshold` is told. `smallest_move_percent` keeps small moves back whatever they are held against.
    A cause (competitor and direction) is told once in `cooldown_minutes`; what moves meanwhile is told with its next
    message. A product is told `most_a_day` times a day, and an offer `stop_after` times at all. `daily_budget`
    messages go out a day; the rest comes as one digest when the rule's day turns, at `digest_hour` UTC.
    """

    rule_id: str
    organisation_id: str
    shop_id: str
    name: str
    triggers: frozenset[AlertTrigger]
    created_by: str
    created_at: datetime
    scope: Criteria = field(default_factory=Criteria)
    baseline: Baseline = "before"
    threshold: Size = Size()
    which: Which = "any"
    named: tuple[str, ...] = ()
    smallest_move_percent: Decimal = Decimal(0)
    cooldown_minutes: int = 60
    stop_after: int | None = None
    most_a_day: int = 3
    timing: Timing = Timing()
    only_new: bool = True
    daily_budget: int = 10
    digest_hour: int = 6
    subscribers: tuple[str, ...] = ()
    enabled: bool = True
    version: int = 1

    def turned(self, now: datetime) -> datetime:
        """When the rule's day began."""
        turn = now.replace(hour=self.digest_hour, minute=0, second=0, microsecond=0)
        return turn if turn <= now else turn - timedelta(days=1)


def checked(rule: AlertRule) -> AlertRule:
    """The rule as it is, when it can be carried out; `InvalidAlertRule` says what cannot."""
    faults = [
        (not rule.triggers, "name at least one trigger"),
        ((rule.which == "named") != bool(rule.named), "name competitors with «named», and only then"),
        (not rule.timing.instant and not rule.timing.weekdays, "a rule that does not speak at once needs weekdays"),
        (rule.timing.instant and bool(rule.timing.weekdays), "a rule that speaks at once has no weekdays"),
        (rule.timing.instant and not rule.only_new, "only a rule with weekdays can tell all that stands again"),
        (any(not 0 <= day < WEEKDAYS for day in rule.timing.weekdays), "weekdays are 0 (Monday) to 6"),
        (rule.threshold.amount < 0 or rule.smallest_move_percent < 0, "a threshold below zero is none"),
        (rule.scope.shop_id not in {None, rule.shop_id}, "the scope names another shop than the rule"),
    ]
    for wrong, detail in faults:
        if wrong:
            raise InvalidAlertRule(detail)
    return rule
