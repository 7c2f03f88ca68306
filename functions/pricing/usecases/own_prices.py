"""The prices that our shops showed, as the catalogue told of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pricing.domain.promotions.own_price import OwnPrice


class OwnPrices(Protocol):
    """Every price that the catalogue ever told of."""

    async def note(self, prices: Sequence[OwnPrice], *, again: bool = False) -> None:
        """Note each price once; what is told `again` mends what an earlier or the same revision said."""

    async def between(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime, until: datetime
    ) -> dict[str, list[OwnPrice]]:
        """Return the prices of some products between two moments, oldest first, and the one that stood at the start.

        A product of which nothing is known is left out.
        """
