"""An emergency stop: until somebody lifts it, no price of a shop, or of any shop, is written."""

from dataclasses import dataclass
from datetime import datetime

from pricing.domain.errors import InvalidEmergencyStop

SHORTEST_REASON = 3
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyStop:
    """Who stopped the writing of prices, when and why, and who let it go on. Without a shop it holds for all."""

    stop_id: str
    organisation_id: str
    shop_id: str | None
    reason: str
    set_by: str
    set_at: datetime
    lifted_by: str | None = None
    lifted_at: datetime | None = None
    lift_reason: str | None = None


def reasoned(reason: str) -> str:
    """A reason that says something."""
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        raise InvalidEmergencyStop(f"say why, in {SHORTEST_REASON} to {LONGEST_REASON} characters")
    return reason
