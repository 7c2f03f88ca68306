"""Which trigger of a rule a change in the market pulls: pure, from how an offer stood to how it stands."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pricing.domain.alerts.market import MarketEvent
from pricing.domain.alerts.rule import WORK_TRIGGERS, AlertRule, AlertTrigger, Direction
from pricing.domain.market import ProductFacts

CENT = Decimal("0.01")
DIRECTIONS: dict[AlertTrigger, Direction] = {
    AlertTrigger.RISE: "up",
    AlertTrigger.ANY_CHANGE: "moved",
    AlertTrigger.NEW_COMPETITOR: "new",
    AlertTrigger.LOST_COMPETITOR: "gone",
    AlertTrigger.MATCH_LOST: "gone",
    AlertTrigger.OUT_OF_STOCK: "gone",
    AlertTrigger.BACK_IN_STOCK: "back",
}
PRICE_MOVES = frozenset(
    {
        AlertTrigger.UNDER_FLOOR,
        AlertTrigger.BELOW_COST,
        AlertTrigger.MAP_BREACH,
        AlertTrigger.RANK_LOST,
        AlertTrigger.BELOW_MINE,
        AlertTrigger.DROP,
        AlertTrigger.RISE,
        AlertTrigger.ANY_CHANGE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """What our newest policy run made of a product."""

    decision_id: str
    reason: str
    price: Decimal | None
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where our product stands: what others sell it for beside the offer, and what our rule made of it.

    `others` are their landed prices on sale in the shop's money. `competitor_stays` says that the offer's competitor
    has another one for the product.
    """

    facts: ProductFacts
    others: tuple[Decimal, ...] = ()
    competitor_stays: bool = False
    ruled: Ruled | None = None

    def decided_since(self, event: MarketEvent) -> Ruled | None:
        """What our rule made of the product after the change was seen."""
        return self.ruled if self.ruled is not None and self.ruled.decided_at >= event.at else None


def triggered(
    rule: AlertRule, event: MarketEvent, at: Position, *, more_percent: Decimal = CENT * 0
) -> AlertTrigger | None:
    """Return the first trigger of the rule that the change pulls, or None.

    `more_percent` is by how much the smallest move was raised by people who found such alerts of no use.
    """
    if not rule.scope.admits(at.facts) or not _is_meant(rule, event, at.others):
        return None
    for trigger in AlertTrigger:
        if trigger not in rule.triggers - WORK_TRIGGERS or not _pulls(trigger, rule, event, at):
            continue
        if trigger in PRICE_MOVES and _too_small(rule.smallest_move_percent + more_percent, event):
            continue
        return trigger
    return None


def _is_meant(rule: AlertRule, event: MarketEvent, others: tuple[Decimal, ...]) -> bool:
    if rule.which == "any":
        return True
    if rule.which == "named":
        return event.competitor_id in rule.named
    # What has no price now is meant by the price that it had.
    price = event.after.on_sale if event.after.on_sale is not None else event.before.on_sale
    if price is None:
        return False
    return price <= min(others, default=price) if rule.which == "cheapest" else price >= max(others, default=price)


def _too_small(least: Decimal, event: MarketEvent) -> bool:
    return event.percent is not None and abs(event.percent) < least


def _pulls(trigger: AlertTrigger, rule: AlertRule, event: MarketEvent, at: Position) -> bool:
    before, after = event.before, event.after
    if trigger is AlertTrigger.MATCH_LOST:
        return after.lost and not before.lost
    if trigger is AlertTrigger.LOST_COMPETITOR:
        return after.lost and not before.lost and not at.competitor_stays
    if trigger is AlertTrigger.OUT_OF_STOCK:
        return before.stock == "in" and after.stock == "out"
    if trigger is AlertTrigger.BACK_IN_STOCK:
        return before.stock == "out" and after.stock == "in"
    if trigger is AlertTrigger.NEW_COMPETITOR:
        # The first look at a product with no other price tells that we began to look, not that somebody came.
        return before.landed is None and after.on_sale is not None and bool(at.others)
    return _price_pulls(trigger, rule, event, at)


def _price_pulls(trigger: AlertTrigger, rule: AlertRule, event: MarketEvent, at: Position) -> bool:
    # Nothing is told of the first look, and nothing of what nobody can buy.
    new, old = event.after.on_sale, event.before.landed
    if new is None or old is None or event.after.compared_currency != at.facts.currency:
        return False
    fell, rose = _moved(event)
    own = at.facts.price
    match trigger:
        case AlertTrigger.DROP:
            return fell and _large(rule, event, own, new, down=True)
        case AlertTrigger.RISE:
            return rose and _large(rule, event, own, new, down=False)
        case AlertTrigger.ANY_CHANGE:
            return (fell or rose) and _large(rule, event, own, new, down=fell)
        case AlertTrigger.BELOW_MINE:
            return fell and own is not None and new < own and rule.threshold.reached(own - new, own)
        case AlertTrigger.BELOW_COST:
            return fell and at.facts.cost is not None and new < at.facts.cost
        case AlertTrigger.MAP_BREACH:
            return fell and at.facts.map_price is not None and new < at.facts.map_price
        case AlertTrigger.RANK_LOST:
            was = event.before.on_sale
            return fell and own is not None and new < own and (was is None or was >= own)
        case _:
            ruled = at.decided_since(event)
            return fell and ruled is not None and ruled.reason == "HOLD_FLOOR"


def _moved(event: MarketEvent) -> tuple[bool, bool]:
    """Whether it fell, and whether it rose; across currencies nobody can say."""
    old, new = event.before.landed, event.after.landed
    if old is None or new is None or event.before.currency != event.after.currency:
        return False, False
    return new < old, new > old


def _large(rule: AlertRule, event: MarketEvent, own: Decimal | None, new: Decimal, *, down: bool) -> bool:
    if rule.baseline == "mine":
        if own is None or not own:
            return False
        beyond = own - new if down else new - own
        return beyond > 0 and rule.threshold.reached(beyond, own)
    old, now = event.before.landed or Decimal(0), event.after.landed or Decimal(0)
    scale = new / now if now else Decimal(1)
    return rule.threshold.reached(abs(now - old) * scale, old * scale)


def money_of(trigger: AlertTrigger, event: MarketEvent, facts: ProductFacts) -> Decimal:
    """The money a week that a change moves, in the shop's currency; 0 where it says nothing of a price.

    A fall below our price puts the gap at risk on each unit we sell, no more than our margin; a rise opens as much room
    as it is high.
    """
    old, new, own = event.before.compared, event.after.on_sale, facts.price
    if new is None:
        return Decimal(0)
    rose = trigger in {AlertTrigger.RISE, AlertTrigger.ANY_CHANGE} and old is not None and new > old
    if rose and old is not None:
        amount = new - old
    elif own is not None and new < own:
        amount = own - new if facts.cost is None else min(own - new, max(own - facts.cost, Decimal(0)))
    else:
        amount = Decimal(0)
    return (amount * facts.units_a_week).quantize(CENT)
