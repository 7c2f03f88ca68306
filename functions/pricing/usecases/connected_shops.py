"""Connected shops from where the stores are: asked through a function that meets them, and checked by people."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from pricing.domain.errors import ShopNotConnected
from pricing.domain.market import ProductFacts
from pricing.domain.product_filter import Criteria
from pricing.domain.shop_connection import ShopConnection
from pricing.usecases.ports import Facts
from pricing.usecases.publication_ports import PublicationSettingsStore
from pricing.usecases.shop_sites import Asked, Look, PriceAsked, SiteRead, SiteWrote

LOOKED_UP = 50

type CheckedState = Literal["same", "other_price", "on_sale", "unknown", "several", "no_own_price"]


class ConnectedShops(Protocol):
    """The way to the function that meets connected shops."""

    async def write(
        self, organisation_id: str, connection: ShopConnection, currency: str, prices: Sequence[PriceAsked]
    ) -> SiteWrote:
        """Write prices; whatever the shop does is an answer."""

    async def read(
        self, organisation_id: str, connection: ShopConnection, asked: Sequence[Asked], *, with_currency: bool = False
    ) -> SiteRead:
        """Read what the shop shows; whatever the shop does is an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedProduct:
    """How a product of ours stands in the connected shop."""

    sku: str
    state: CheckedState
    ours: Decimal | None
    theirs: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedShop:
    """What a look at a connected shop found; `problem` is None when prices can be compared with it."""

    connection: ShopConnection
    problem: str | None
    currency: str | None
    products: Sequence[CheckedProduct]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckConnector:
    """Look at a connected shop with the credentials that are set for it; nothing is written there."""

    settings: PublicationSettingsStore
    facts: Facts
    shops: ConnectedShops

    async def __call__(self, organisation_id: str, shop_id: str) -> CheckedShop:
        """Return what was found; `ShopNotConnected` when its prices go to the own catalogue."""
        connection = (await self.settings.of(organisation_id, shop_id)).connection
        if connection is None:
            raise ShopNotConnected(
                f"prices of «{shop_id}» go to the own catalogue; PATCH /pricing/shops/{shop_id}/publication with a"
                " target connects a shop"
            )
        products = await self.facts.some_meant(organisation_id, Criteria(shop_id=shop_id), LOOKED_UP)
        asked = [Asked(product_id=one.product_id, sku=one.sku) for one in products]
        read = await self.shops.read(organisation_id, connection, asked, with_currency=True)
        looks = {one.product_id: one for one in read.looks}
        return CheckedShop(
            connection=connection,
            problem=read.unread or _other_money(read, products),
            currency=read.currency,
            products=[_checked(one, looks[one.product_id]) for one in products if one.product_id in looks],
        )


def _other_money(read: SiteRead, products: Sequence[ProductFacts]) -> str | None:
    ours = sorted({one.currency for one in products} - {read.currency})
    if read.currency is None or not ours:
        return None
    return f"the shop sells in {read.currency}, your products are priced in {', '.join(ours)}: connect another shop"


def _checked(product: ProductFacts, look: Look) -> CheckedProduct:
    return CheckedProduct(
        sku=product.sku, state=_state(product, look), ours=product.price, theirs=look.price, currency=product.currency
    )


def _state(product: ProductFacts, look: Look) -> CheckedState:
    if look.found != "one":
        return "unknown" if look.found == "none" else look.found
    if look.on_sale:
        return "on_sale"
    return "same" if look.price == product.price else "other_price"
