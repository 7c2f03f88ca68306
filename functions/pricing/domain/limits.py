"""Step 5 of a decision: the highest lower bound and the lowest upper bound, each with its name."""

from dataclasses import dataclass
from fractions import Fraction

from pricing.domain.decision import ReasonCode
from pricing.domain.market import ProductFacts
from pricing.domain.policy import Policy

REASON_OF_LIMIT = {
    "smallest price": ReasonCode.HOLD_FLOOR,
    "min_price": ReasonCode.HOLD_FLOOR,
    "policy min_price": ReasonCode.HOLD_FLOOR,
    "min margin": ReasonCode.HOLD_FLOOR,
    "MAP": ReasonCode.HOLD_MAP,
    "largest cut": ReasonCode.CHANGE_LIMIT,
    "largest rise": ReasonCode.CHANGE_LIMIT,
    "max_price": ReasonCode.HOLD_MAX,
    "policy max_price": ReasonCode.HOLD_MAX,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """One bound: its name, and its exact value in the shop's currency."""

    name: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds in force; None where nothing binds."""

    lower: Limit | None
    upper: Limit | None

    @property
    def contradict(self) -> bool:
        """Whether no price lies inside."""
        return self.lower is not None and self.upper is not None and self.lower.value > self.upper.value


def _limits_of(pairs: list[tuple[str, object]]) -> list[Limit]:
    return [Limit(name, Fraction(str(value))) for name, value in pairs if value is not None]


def limits(facts: ProductFacts, policy: Policy) -> Limits:
    """The bounds of one product under a policy. The caller has checked that a margin bound has its cost."""
    bounds = policy.bounds
    lower = _limits_of([("min_price", facts.min_price), ("policy min_price", bounds.min_price)])
    upper = _limits_of([("max_price", facts.max_price), ("policy max_price", bounds.max_price)])
    if bounds.respect_map and facts.map_price is not None:
        lower.append(Limit("MAP", Fraction(facts.map_price)))
    if bounds.min_margin_percent is not None and facts.cost is not None:
        # margin = (price - cost) / price, so the lowest price is cost / (1 - margin).
        lower.append(Limit("min margin", Fraction(facts.cost) / (1 - Fraction(bounds.min_margin_percent) / 100)))
    if bounds.max_change_percent is not None and facts.price is not None:
        change = Fraction(bounds.max_change_percent) / 100
        lower.append(Limit("largest cut", Fraction(facts.price) * (1 - change)))
        upper.append(Limit("largest rise", Fraction(facts.price) * (1 + change)))
    return Limits(
        max(lower, key=lambda limit: limit.value, default=None),
        min(upper, key=lambda limit: limit.value, default=None),
    )
