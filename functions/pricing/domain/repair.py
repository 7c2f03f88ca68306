"""Mending what a shop's change broke: stored pages whose prices are known, pages that changed, and a proven recipe."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from pricing.domain.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPage:
    """A stored page and what was confirmed of its offer when it was fetched."""

    body: bytes
    url: str
    item_price: Decimal
    currency: str | None = None
    title: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPage:
    """A page that nobody can read or believe any more, and what was confirmed of its offer before; that may be old."""

    body: bytes
    url: str
    last_price: Decimal
    currency: str | None = None
    title: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Some markup of a page, for a proposer that cannot be shown all of it; a changed page's price may be old."""

    html: str
    price: Decimal
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAt:
    """Where somebody believes a price to stand; the text of the element unless an attribute is named."""

    css: str
    attribute: str | None = None


class Proposer(Protocol):
    """Somebody who proposes recipes. What it proposes counts for nothing until it is proven."""

    def propose(self, name: str, known: Sequence[KnownPage], changed: Sequence[ChangedPage]) -> Iterable[Recipe]:
        """Return recipes under that name, the most promising first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How a recipe did on the stored and on the changed pages; without a recipe, how far the best one came."""

    recipe: Recipe | None
    detail: str
    known: int
    reproduced: int = 0
    changed: int = 0
    agreed: int = 0

    @property
    def came(self) -> tuple[int, int]:
        """Return how far it came, to compare those that failed."""
        return self.agreed, self.reproduced
