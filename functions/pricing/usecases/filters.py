"""Save filters, and see how many products they mean before saving."""

from dataclasses import dataclass
from typing import Protocol

from pricing.domain.product_filter import Criteria, SavedFilter
from pricing.usecases.ports import Facts
from shared.kernel.paging import Page, Window


class Filters(Protocol):
    """The saved filters of every organisation."""

    async def add(self, saved: SavedFilter) -> None:
        """Keep a new filter; `FilterExists` when its id is taken."""

    async def get(self, organisation_id: str, filter_id: str) -> SavedFilter:
        """Return one filter; `FilterNotFound` when there is none."""

    async def remove(self, organisation_id: str, filter_id: str) -> None:
        """Forget a filter; one that is not there is forgotten already."""

    async def page(self, organisation_id: str, window: Window) -> Page[SavedFilter]:
        """Return some filters, by id."""


@dataclass(frozen=True, slots=True)
class Preview:
    """How many products a filter means, and some of them by SKU."""

    products: int
    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveFilter:
    """Keep criteria under a name."""

    filters: Filters

    async def __call__(self, saved: SavedFilter) -> SavedFilter:
        """Keep the filter; `FilterExists` when its id is taken."""
        await self.filters.add(saved)
        return saved


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewFilter:
    """Show what criteria mean, without keeping them."""

    facts: Facts

    async def __call__(self, organisation_id: str, criteria: Criteria) -> Preview:
        """Count the products, and name the first ten."""
        count = await self.facts.count_meant(organisation_id, criteria)
        first = await self.facts.some_meant(organisation_id, criteria, 10)
        return Preview(count, tuple(product.sku for product in first))
