"""The catalogue's ports in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from products.domain.errors import ImportNotFound, ProductNotFound, ShopExists, ShopNotFound
from products.domain.product import Draft, NewPrice, Origin, Product, Refusal, product_id_of, repriced, taken_in
from products.domain.shop import Shop
from products.usecases.ports import ImportReport, Merged
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of


@dataclass
class FakeShops:
    """Shops by organisation and id."""

    kept: dict[tuple[str, str], Shop] = field(default_factory=dict)

    async def add(self, shop: Shop) -> None:
        if (shop.organisation_id, shop.shop_id) in self.kept:
            raise ShopExists("taken")
        self.kept[shop.organisation_id, shop.shop_id] = shop

    async def replace(self, shop: Shop) -> None:
        if (shop.organisation_id, shop.shop_id) in self.kept:
            self.kept[shop.organisation_id, shop.shop_id] = shop

    async def get(self, organisation_id: str, shop_id: str) -> Shop:
        found = self.kept.get((organisation_id, shop_id))
        if found is None:
            raise ShopNotFound("none")
        return found

    async def page(self, organisation_id: str, window: Window) -> Page[Shop]:
        own = [shop for shop in self.kept.values() if shop.organisation_id == organisation_id]
        return page_of(own, lambda shop: shop.shop_id, window)


@dataclass
class FakeCatalogue:
    """Products by id; `told` is every product that was announced, in order."""

    kept: dict[str, Product] = field(default_factory=dict)
    told: list[Product] = field(default_factory=list)

    async def take_in(self, drafts: Sequence[Draft], origin: Origin) -> Merged:
        merged = Merged()
        for draft in drafts:
            key = product_id_of(origin.organisation_id, origin.shop_id, draft.sku)
            product = taken_in(self.kept.get(key), draft, origin)
            if product is None:
                merged += Merged(0, 0, 1)
                continue
            merged += Merged(1, 0, 0) if product.revision == 1 else Merged(0, 1, 0)
            self._keep(product)
        return merged

    async def reprice(self, organisation_id: str, prices: Sequence[NewPrice], at: datetime) -> Sequence[Refusal | None]:
        known = {product.product_id: product for product in await self.some(organisation_id, list(self.kept))}
        refusals: list[Refusal | None] = []
        for price in prices:
            after = repriced(known.get(price.product_id), price, at)
            refusals.append(after if isinstance(after, Refusal) else None)
            if isinstance(after, Product):
                known[after.product_id] = after
                self._keep(after)
        return refusals

    async def get(self, organisation_id: str, product_id: str) -> Product:
        found = await self.some(organisation_id, [product_id])
        if not found:
            raise ProductNotFound("none")
        return found[0]

    async def some(self, organisation_id: str, product_ids: Sequence[str]) -> Sequence[Product]:
        found = [self.kept[one] for one in product_ids if one in self.kept]
        return [product for product in found if product.organisation_id == organisation_id]

    async def page(self, organisation_id: str, shop_id: str, window: Window) -> Page[Product]:
        whose = (organisation_id, shop_id)
        own = [product for product in self.kept.values() if (product.organisation_id, product.shop_id) == whose]
        return page_of(own, lambda product: product.draft.sku, window)

    async def count(self, organisation_id: str, shop_id: str) -> int:
        return len(self._of_shop(organisation_id, shop_id))

    async def following(self, organisation_id: str, shop_id: str, after: str, limit: int) -> Sequence[Product]:
        return [one for one in self._of_shop(organisation_id, shop_id) if one.product_id > after][:limit]

    def _of_shop(self, organisation_id: str, shop_id: str) -> list[Product]:
        own = [one for one in self.kept.values() if (one.organisation_id, one.shop_id) == (organisation_id, shop_id)]
        return sorted(own, key=lambda one: one.product_id)

    def _keep(self, product: Product) -> None:
        self.kept[product.product_id] = product
        self.told.append(product)


@dataclass
class FakeImports:
    """Import reports in the order they came."""

    kept: list[ImportReport] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    async def add(self, report: ImportReport, requested_by: str | None) -> ImportReport:
        assert requested_by != ""
        known = [one for one in self.kept if one.import_id == report.import_id]
        self.kept += [] if known else [report]
        return known[0] if known else report

    async def refuse(self, organisation_id: str, shop_id: str, import_id: str, detail: str, at: datetime) -> None:
        assert organisation_id
        assert shop_id
        assert at.tzinfo is not None
        self.refused[import_id] = detail

    async def get(self, organisation_id: str, shop_id: str, import_id: str) -> ImportReport:
        key = (organisation_id, shop_id, import_id)
        for report in self.kept:
            if (report.organisation_id, report.shop_id, report.import_id) == key:
                return report
        raise ImportNotFound("none")
