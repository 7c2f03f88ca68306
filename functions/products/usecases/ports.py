"""What the catalogue's intents need from outside, in the catalogue's own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from products.domain.product import Draft, NewPrice, Origin, Product, Refusal
from products.domain.shop import Shop
from shared.kernel.paging import Page, Window
from shared.kernel.tables import RowFault


@dataclass(frozen=True, slots=True)
class Merged:
    """How many products an import added, changed and left as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Merged") -> "Merged":
        return Merged(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of one file. `faults` are the first thousand; the counts are of all rows."""

    import_id: str
    organisation_id: str
    shop_id: str
    at: datetime
    rows: int
    merged: Merged
    faults: tuple[RowFault, ...]

    @property
    def accepted(self) -> int:
        """How many rows were taken in."""
        return self.merged.created + self.merged.updated + self.merged.unchanged


class Shops(Protocol):
    """The shops of every organisation."""

    async def add(self, shop: Shop) -> None:
        """Keep a new shop; `ShopExists` when its id is taken."""

    async def replace(self, shop: Shop) -> None:
        """Keep a changed shop."""

    async def get(self, organisation_id: str, shop_id: str) -> Shop:
        """Return one shop; `ShopNotFound` when there is none."""

    async def page(self, organisation_id: str, window: Window) -> Page[Shop]:
        """Return some of the organisation's shops, by id."""


class Catalogue(Protocol):
    """The products of every organisation. Each change is told to other houses, in one with the change."""

    async def take_in(self, drafts: Sequence[Draft], origin: Origin) -> Merged:
        """Add and change products as an import says."""

    async def reprice(self, organisation_id: str, prices: Sequence[NewPrice], at: datetime) -> Sequence[Refusal | None]:
        """Write prices; for each, None when it is shown now, or why it was refused."""

    async def get(self, organisation_id: str, product_id: str) -> Product:
        """Return one product; `ProductNotFound` when there is none."""

    async def some(self, organisation_id: str, product_ids: Sequence[str]) -> Sequence[Product]:
        """Return those of the products that exist."""

    async def page(self, organisation_id: str, shop_id: str, window: Window) -> Page[Product]:
        """Return some of a shop's products, by SKU."""

    async def count(self, organisation_id: str, shop_id: str) -> int:
        """Return how many products a shop has."""

    async def following(self, organisation_id: str, shop_id: str, after: str, limit: int) -> Sequence[Product]:
        """Return some of a shop's products in the order of their ids, those after one."""


class Imports(Protocol):
    """The reports of past imports."""

    async def add(self, report: ImportReport, requested_by: str | None) -> ImportReport:
        """Keep a report and, in one, announce the import; one that is kept already stays as it is.

        Without a person it is the work of a job that is known already.
        """

    async def refuse(self, organisation_id: str, shop_id: str, import_id: str, detail: str, at: datetime) -> None:
        """Announce that there is nothing to import, and why."""

    async def get(self, organisation_id: str, shop_id: str, import_id: str) -> ImportReport:
        """Return one report; `ImportNotFound` when there is none."""
