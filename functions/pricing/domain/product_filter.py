"""A saved filter: which products of a catalogue are meant, said once and used for scans, runs and views."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pricing.domain.errors import InvalidFilter
from pricing.domain.market import ProductFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What a product must have; an empty criterion asks for nothing, and all that are given hold together.

    A category stands for itself and all below it. With `exclude`, the products that do not fit are meant.
    """

    shop_id: str | None = None
    brands: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    exclude: bool = False

    def __post_init__(self) -> None:
        if self.price_from is not None and self.price_to is not None and self.price_from > self.price_to:
            raise InvalidFilter(f"price_from {self.price_from} is above price_to {self.price_to}; swap them")
        asked = (self.brands, self.categories, self.tags, self.skus, self.price_from, self.price_to, self.shop_id)
        if self.exclude and not any(part not in {None, ()} for part in asked):
            raise InvalidFilter("a filter that excludes every product means none; name what to exclude")

    def admits(self, product: ProductFacts) -> bool:
        """Whether the product is meant. The shop is a frame: `exclude` turns the other criteria round within it."""
        if self.shop_id is not None and product.shop_id != self.shop_id:
            return False
        return self._fits(product) is not self.exclude

    def _fits(self, product: ProductFacts) -> bool:
        return (
            (not self.brands or product.brand in self.brands)
            and (not self.categories or any(within(product.category, category) for category in self.categories))
            and (not self.tags or any(tag in product.tags for tag in self.tags))
            and (not self.skus or product.sku in self.skus)
            and (self.price_from is None or (product.price is not None and product.price >= self.price_from))
            and (self.price_to is None or (product.price is not None and product.price <= self.price_to))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """Criteria under a name that an organisation gave them."""

    filter_id: str
    organisation_id: str
    name: str
    criteria: Criteria
    created_by: str
    created_at: datetime


def within(category: str | None, above: str) -> bool:
    """Whether a category is another or stands below it: `Home > Lighting` is within `Home`."""
    return category is not None and (category == above or category.startswith(f"{above} > "))
