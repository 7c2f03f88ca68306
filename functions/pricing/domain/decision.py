"""A price decision: what it started from, each step's way in and out, and why it ended where it did."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

type Route = Literal["none", "auto", "review", "manager", "quarantine"]


class ReasonCode(StrEnum):
    """Why a price is what it is; a closed list."""

    BEAT_LOWEST = "BEAT_LOWEST"
    MATCH_LOWEST = "MATCH_LOWEST"
    HOLD_FLOOR = "HOLD_FLOOR"
    HOLD_MAP = "HOLD_MAP"
    HOLD_MAX = "HOLD_MAX"
    CHANGE_LIMIT = "CHANGE_LIMIT"
    NO_COMPETITION = "NO_COMPETITION"
    STALE_DATA = "STALE_DATA"
    LOW_CONFIDENCE = "LOW_CONFIDENCE"
    QUARANTINED = "QUARANTINED"
    LOCKED = "LOCKED"
    IN_PROMOTION = "IN_PROMOTION"
    BOUNDS_CONFLICT = "BOUNDS_CONFLICT"
    MISSING_COST = "MISSING_COST"
    BELOW_MIN_MOVE = "BELOW_MIN_MOVE"
    MIN_GAP = "MIN_GAP"
    LOOP_DETECTED = "LOOP_DETECTED"
    COMPLIANCE_BLOCK = "COMPLIANCE_BLOCK"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the order of operations: its name, what went in, what came out."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided for one product. `price` equals `current` when nothing moves; None when there is none.

    `binding` is the bound that kept the price from its target, or what held it. `target` is rounded down to a price.
    `reference` is what the target started from, by `line` of the rule `rule`, which stands at `rule_place` in its
    policy. `lower` and `upper` are the bounds in force, named by `lower_by` and `upper_by`. `flags` say what a reader
    should know besides. `observation_ids` are the offers that count, cheapest first. `inputs_hash` names what the
    decision was made from, `policy_version` what it was made by: both together make it again, to the cent.
    """

    product_id: str
    sku: str
    currency: str
    current: Decimal | None
    target: Decimal | None
    price: Decimal | None
    reason: ReasonCode
    binding: str | None
    goal_reached: bool
    route: Route
    change_percent: Decimal | None
    confidence: Decimal | None
    reference_observation_id: str | None
    observation_ids: tuple[str, ...]
    product_revision: int
    steps: tuple[Step, ...]
    rule: str | None = None
    rule_place: int | None = None
    line: int | None = None
    reference: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    lower_by: str | None = None
    upper_by: str | None = None
    flags: tuple[str, ...] = ()
    inputs_hash: str = ""
    policy_version: int = 0

    @property
    def moves(self) -> bool:
        """Whether the price changes."""
        return self.price is not None and self.price != self.current
