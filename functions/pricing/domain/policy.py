"""A pricing policy: one rule for one shop, in versions that never change."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pricing.domain.errors import ContradictoryBounds, InvalidPolicy
from shared.kernel.money import MINOR_UNITS, checked_currency

type Reference = Literal["lowest", "second_lowest"]
type Relation = Literal["below", "equal"]
type PriceMode = Literal["item", "landed"]

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far from the reference: an amount of money, or a percentage of it."""

    money: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a competitor's price must bring with it to be followed. `min_agreement` counts readers of one page."""

    max_age_hours: int = 24
    min_confidence: Decimal = Decimal(0)
    min_agreement: int = 0
    accept_unknown_stock: bool = False
    match_types: tuple[str, ...] = ("exact",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The limits no decided price leaves; a product's own bounds apply as well."""

    min_margin_percent: Decimal | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    max_change_percent: Decimal | None = None
    respect_map: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Who must look at a move, by its size in percent of the present price."""

    auto_within_percent: Decimal = Decimal(0)
    manager_above_percent: Decimal = Decimal(25)
    quarantine_above_percent: Decimal = Decimal(40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of a policy. Amounts are in `currency`, the shop's own."""

    policy_id: str
    version: int
    organisation_id: str
    shop_id: str
    name: str
    currency: str
    author_id: str
    created_at: datetime
    reference: Reference
    relation: Relation
    step: Step
    price_mode: PriceMode
    competitor_ids: tuple[str, ...]
    evidence: Evidence
    bounds: Bounds
    ending: Decimal | None
    smallest_move: Decimal
    routing: Routing

    def __post_init__(self) -> None:
        checked_currency(self.currency)
        _check_step(self)
        _check_bounds(self.bounds)
        _check_ending(self)
        _check_routing(self.routing)


def _check_step(policy: Policy) -> None:
    step = policy.step
    given = [amount for amount in (step.money, step.percent) if amount is not None]
    if policy.relation == "equal" and given:
        raise InvalidPolicy(f"«{policy.name}»: relation equal takes no step; remove step, or use below")
    if policy.relation == "below" and (len(given) != 1 or given[0] <= 0):
        raise InvalidPolicy(f"«{policy.name}»: relation below needs a step above zero, in money or in percent")
    if step.percent is not None and step.percent >= _HUNDRED:
        raise InvalidPolicy(f"«{policy.name}»: a step of {step.percent} % leaves no price")


def _check_bounds(bounds: Bounds) -> None:
    if bounds.min_price is not None and bounds.max_price is not None and bounds.min_price > bounds.max_price:
        detail = (
            f"min_price {bounds.min_price} is above max_price {bounds.max_price}; raise max_price or lower min_price"
        )
        raise ContradictoryBounds(detail)
    for name in ("min_price", "max_price", "max_change_percent"):
        value = getattr(bounds, name)
        if value is not None and value <= 0:
            raise InvalidPolicy(f"{name} {value} must be above zero; leave it out when there is no such bound")
    margin = bounds.min_margin_percent
    if margin is not None and not 0 <= margin < _HUNDRED:
        raise InvalidPolicy(f"min_margin_percent {margin} must be at least 0 and below 100")


def _check_ending(policy: Policy) -> None:
    if policy.ending is None:
        return
    step = Decimal(1).scaleb(-MINOR_UNITS[policy.currency])
    if not 0 <= policy.ending < 1 or policy.ending % step != 0:
        raise InvalidPolicy(f"ending {policy.ending} is no ending of a {policy.currency} price; write it like 0.99")


def _check_routing(routing: Routing) -> None:
    if not 0 <= routing.auto_within_percent <= routing.manager_above_percent <= routing.quarantine_above_percent:
        detail = "routing must rise: 0 ≤ auto_within_percent ≤ manager_above_percent ≤ quarantine_above_percent"
        raise InvalidPolicy(detail)
