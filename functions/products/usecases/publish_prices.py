"""Write prices that pricing publishes, and read back what the shop shows.

Writing is idempotent: a price that is shown already counts as written. A price that was agreed on
while the shop showed another one is refused, so that a change by hand is never overwritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from products.domain.product import NewPrice, Product, Refusal
from products.usecases.ports import Catalogue
from shared.kernel.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePrices:
    """Show new prices in the shop."""

    catalogue: Catalogue
    clock: Clock

    async def __call__(self, organisation_id: str, prices: Sequence[NewPrice]) -> Sequence[Refusal | None]:
        """For each price, None when the shop shows it now, or why it does not."""
        return await self.catalogue.reprice(organisation_id, prices, self.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPrices:
    """Read which prices the shop shows."""

    catalogue: Catalogue

    async def __call__(self, organisation_id: str, product_ids: Sequence[str]) -> Sequence[Product]:
        """Return those of the products that exist, with their prices."""
        return await self.catalogue.some(organisation_id, product_ids)
