"""A policy as people write it: one shop, ordered rules of which the first that holds decides, and its own tests."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from pricing.domain.policies.cases import Case
from pricing.domain.policies.closed import Closed
from pricing.domain.policies.parts import (
    ActionWord,
    Bounds,
    Competitors,
    Compliance,
    EdgeCases,
    Ending,
    Evidence,
    Line,
    Loop,
    Routing,
    SamePrice,
    Schedule,
    Sleep,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Closed):
    """For which products a rule holds: one test of a field, or several by all, any and not.

    A field that a product does not have holds no test but `exists: false`. Text fields take `eq`, `in` and, for a
    category, `under` (itself and all below); tags take `has`; numbers take `eq`, `in`, `lt`, `lte`, `gt`, `gte`.
    """

    all_: tuple["Condition", ...] = ()
    any_: tuple["Condition", ...] = ()
    not_: "Condition | None" = None
    field: str | None = None
    eq: str | None = None
    in_: tuple[str, ...] = ()
    has: str | None = None
    under: str | None = None
    lt: Decimal | None = None
    lte: Decimal | None = None
    gt: Decimal | None = None
    gte: Decimal | None = None
    exists: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Closed):
    """What a rule may say beside what it follows; the policy's defaults say it for every rule.

    Of evidence, bounds, edge cases, compliance and routing each field is taken from the defaults alone; everything
    else is taken whole. `fallback` is asked in order when a goal cannot be reached, `otherwise` when all of it fails.
    """

    competitors: Competitors | None = None
    price_mode: Literal["item", "landed"] | None = None
    ignore_below_min: bool | None = None
    evidence: Evidence | None = None
    bounds: Bounds | None = None
    ending: Ending | None = None
    fallback: tuple[Line, ...] | None = None
    otherwise: ActionWord | None = None
    edge_cases: EdgeCases | None = None
    compliance: Compliance | None = None
    routing: Routing | None = None
    smallest_move: Decimal | None = None
    schedule: Schedule | None = None
    sleep: Sleep | None = None
    freeze_while_lowest: str | None = None
    same_price: SamePrice | None = None
    loop: Loop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Settings):
    """One rule: for which products, what their price follows. A rule that follows nothing leaves its products alone.

    Of several lines `choose` takes one result; closest is the one nearest to the present price.
    """

    name: str
    when: Condition | None = None
    follow: tuple[Line, ...] = ()
    choose: Literal["lowest", "highest", "average", "closest"] = "lowest"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnNewPrices(Closed):
    """Decide again when new prices were seen, so many minutes after the first of them."""

    after_minutes: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument(Closed):
    """A policy for one shop, in its currency. A product takes the first rule that holds; without one it is kept."""

    name: str
    shop: str
    currency: str
    format: Literal[1] = 1
    description: str = ""
    defaults: Settings = field(default_factory=Settings)
    rules: tuple[Rule, ...]
    on_new_prices: OnNewPrices | None = None
    tests: tuple[Case, ...] = ()
