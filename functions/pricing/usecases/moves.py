"""The prices that we published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from pricing.domain.price_change import PriceChange


@dataclass(frozen=True, slots=True)
class OwnMove:
    """A price of ours that was published: when, from what, to what, and why."""

    product_id: str
    at: datetime
    before: Decimal | None
    after: Decimal
    reason: str


class OwnMoves(Protocol):
    """The prices that were published."""

    async def of_products(self, organisation_id: str, product_ids: Sequence[str], since: datetime) -> Sequence[OwnMove]:
        """Return what was published for some products since a moment, oldest first."""


@dataclass(frozen=True, slots=True)
class LateMove:
    """A price that was written and not read back, and the moment from which it stands in the shop."""

    change: PriceChange
    at: datetime


class LateMoves(OwnMoves, Protocol):
    """The prices that were published, and those of which nobody knew it when they were."""

    async def unread(self, organisation_id: str, product_ids: Sequence[str]) -> Sequence[PriceChange]:
        """Return the changes of some products that are UNKNOWN, oldest first."""

    async def note(self, moves: Sequence[LateMove], at: datetime) -> None:
        """Note that those prices stood in the shop from a moment on, and that their changes are APPLIED; each once."""
