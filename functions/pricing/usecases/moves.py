"""The prices that we published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol


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
