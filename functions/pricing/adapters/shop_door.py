"""The side of connected shops that meets them: contracts in, contracts out. It opens their credentials."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

from pricing.adapters.aiohttp_woocommerce import AioHttpWooCommerce, ShopLimits
from pricing.domain.shop_connection import ShopCredentials
from pricing.usecases.shop_sites import Asked, PriceAsked, ShopSite, read_from_site, write_to_site
from shared.contracts.shops import (
    ConnectedShop,
    ReadShopPrices,
    ShopPriceShown,
    ShopPricesRead,
    ShopPricesWritten,
    ShopPriceWritten,
    WriteShopPrices,
)
from shared.runtime.aws import AwsUnavailable, error_code
from shared.runtime.deadline import within
from shared.runtime.sealed import Sealer

type Question = WriteShopPrices | ReadShopPrices
type Answer = ShopPricesWritten | ShopPricesRead

DAMAGED = frozenset({"IncorrectKeyException", "InvalidCiphertextException"})
UNOPENED = "the credentials that were set for the shop do not open: set them again"


class ShopDoor:
    """Serves `WriteShopPrices` and `ReadShopPrices`; whatever a shop does is an answer."""

    def __init__(
        self,
        sealer: Sealer,
        user_agent: str,
        *,
        limits: ShopLimits | None = None,
        connect_to: tuple[str, int] | None = None,
    ) -> None:
        self._sealer = sealer
        self._agent = user_agent
        self._limits = limits or ShopLimits()
        self._connect_to = connect_to

    async def __call__(self, asked: Question) -> Answer:
        """Write prices, or read them."""
        credentials = await self._opened(asked.shop, asked.organisation_id)
        if isinstance(asked, WriteShopPrices):
            if credentials is None:
                untried = [ShopPriceWritten(product_id=one.product_id, outcome="untried") for one in asked.prices]
                return ShopPricesWritten(results=tuple(untried), stop=UNOPENED)
            async with self._site(asked.shop, credentials) as site:
                return await _written(site, asked)
        if credentials is None:
            return ShopPricesRead(unread=UNOPENED)
        async with self._site(asked.shop, credentials) as site:
            return await _read(site, asked)

    async def _opened(self, shop: ConnectedShop, organisation_id: str) -> ShopCredentials | None:
        """The credentials; None when they are not those of this organisation, or damaged."""
        try:
            opened = json.loads(await self._sealer.opened(shop.sealed, organisation_id))
        except AwsUnavailable as error:
            # What is damaged stays so; a service that is down comes back.
            if error.__cause__ is None or error_code(error) in DAMAGED:
                return None
            raise
        return ShopCredentials(key=opened["key"], secret=opened["secret"])

    @asynccontextmanager
    async def _site(self, shop: ConnectedShop, credentials: ShopCredentials) -> AsyncIterator[ShopSite]:
        site = AioHttpWooCommerce(shop.url, credentials, self._agent, limits=self._limits, connect_to=self._connect_to)
        try:
            with within(self._limits.total_seconds):
                yield site
        finally:
            await site.close()


async def _written(site: ShopSite, asked: WriteShopPrices) -> ShopPricesWritten:
    prices = [
        PriceAsked(
            product_id=one.product_id,
            sku=one.sku,
            price=Decimal(one.price),
            expected=None if one.expected is None else Decimal(one.expected),
        )
        for one in asked.prices
    ]
    wrote = await write_to_site(site, asked.currency, prices)
    results = [
        ShopPriceWritten(product_id=one.product_id, outcome=one.outcome, detail=one.detail) for one in wrote.lines
    ]
    return ShopPricesWritten(results=tuple(results), stop=wrote.stop)


async def _read(site: ShopSite, asked: ReadShopPrices) -> ShopPricesRead:
    products = [Asked(product_id=one.product_id, sku=one.sku) for one in asked.products]
    read = await read_from_site(site, products, with_currency=asked.with_currency)
    shown = [
        ShopPriceShown(
            product_id=one.product_id,
            found=one.found,
            price=None if one.price is None else f"{one.price:f}",
            on_sale=one.on_sale,
        )
        for one in read.looks
    ]
    return ShopPricesRead(prices=tuple(shown), currency=read.currency, unread=read.unread)
