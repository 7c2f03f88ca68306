"""What a rule has to say of one offer: what waits to be told, and what was told before."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from pricing.domain.alerts.market import MarketEvent, OfferState
from pricing.domain.alerts.rule import AlertRule, AlertTrigger, Direction
from pricing.domain.alerts.triggers import DIRECTIONS, Position, money_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """One offer of one rule. `money` is what a week puts at risk (or opens) in `currency`, the shop's.

    `before` and `after` are as captured, in `seen_currency`. While it `waits` nobody was told; `stands` says that no
    later change ended it. `told` counts for ever, `told_today` since `told_on` began. `will` is what our rule made of
    the product since, in words.
    """

    organisation_id: str
    shop_id: str
    rule_id: str
    offer_id: str
    product_id: str
    competitor_id: str
    sku: str
    name: str
    trigger: AlertTrigger
    currency: str
    event: MarketEvent
    own_price: Decimal | None = None
    money: Decimal = Decimal(0)
    will: str = ""
    decision_id: str | None = None
    under_floor: bool = False
    waits: bool = True
    stands: bool = True
    told: int = 0
    told_today: int = 0
    told_on: datetime | None = None

    @property
    def direction(self) -> Direction:
        """Where it moved; with the competitor, its cause."""
        if self.trigger is AlertTrigger.ANY_CHANGE:
            return "down" if (self.event.percent or 0) < 0 else "up"
        return DIRECTIONS.get(self.trigger, "down")

    @property
    def cause(self) -> str:
        """What it is told together with: the same competitor, direction and money."""
        return f"{self.competitor_id}/{self.direction}/{self.currency}"

    def told_since(self, turn: datetime) -> int:
        """How often it was told since a rule's day began."""
        return self.told_today if self.told_on == turn else 0


def heard(
    rule: AlertRule, trigger: AlertTrigger, event: MarketEvent, at: Position, known: AlertLine | None
) -> AlertLine:
    """The line after a change that pulls a trigger; what was told of the offer before stays with it."""
    facts, ruled = at.facts, at.decided_since(event)
    line = AlertLine(
        organisation_id=rule.organisation_id,
        shop_id=rule.shop_id,
        rule_id=rule.rule_id,
        offer_id=event.offer_id,
        product_id=event.product_id,
        competitor_id=event.competitor_id,
        sku=facts.sku,
        name=facts.name,
        trigger=trigger,
        currency=facts.currency,
        event=event,
        own_price=facts.price,
        money=money_of(trigger, event, facts),
        will=what_we_do(at, event),
        decision_id=None if ruled is None else ruled.decision_id,
        under_floor=ruled is not None and ruled.reason == "HOLD_FLOOR",
    )
    if known is None:
        return line
    stopped = rule.stop_after is not None and known.told >= rule.stop_after
    return replace(line, waits=not stopped, told=known.told, told_today=known.told_today, told_on=known.told_on)


def ended(line: AlertLine) -> AlertLine:
    """The line after a change that pulls no trigger any more: what waits is not told, what was told stays told."""
    return replace(line, waits=False, stands=False)


def what_we_do(at: Position, event: MarketEvent) -> str:
    """What our rule made of the product since the change, in words."""
    ruled = at.decided_since(event)
    if ruled is None:
        return "no decision since"
    price = "no price" if ruled.price is None else f"{ruled.price:f} {at.facts.currency}"
    if ruled.reason == "HOLD_FLOOR":
        return f"market under our floor: our rule holds at {price} (HOLD_FLOOR)"
    return f"our rule says {price} ({ruled.reason})"


def as_one(line: AlertLine | None, event: MarketEvent) -> MarketEvent:
    """A change together with the one that still waits to be told of the same offer."""
    if line is None or not line.waits:
        return event
    return replace(event, at=line.event.at, before=line.event.before, changes=line.event.changes + event.changes)


def seen_price(state: OfferState) -> str:
    """A price as the page shows it, in words."""
    return "no price" if state.landed is None else f"{state.landed:f} {state.currency}"
