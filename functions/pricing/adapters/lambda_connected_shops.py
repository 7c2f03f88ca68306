"""Connected shops, asked through the function that meets them: this process holds a store, and no way to the web."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import batched

from pricing.domain.shop_connection import ShopConnection
from pricing.usecases.shop_sites import Asked, Line, Look, PriceAsked, SiteRead, SiteWrote
from shared.contracts.shops import (
    ConnectedShop,
    ReadShopPrices,
    ShopPricesRead,
    ShopPricesWritten,
    ShopPriceToWrite,
    ShopProduct,
    WriteShopPrices,
)
from shared.runtime.aws import invoke

# A shop that takes seconds for a write still answers within one question.
WRITTEN_AT_ONCE = 50


class LambdaConnectedShops:
    """Asks the function that meets connected shops."""

    def __init__(self, function: str) -> None:
        self._function = function

    async def write(
        self, organisation_id: str, connection: ShopConnection, currency: str, prices: Sequence[PriceAsked]
    ) -> SiteWrote:
        """Write prices, some at a time; what comes after a shop that takes none is not tried."""
        lines: list[Line] = []
        stop = ""
        for some in batched(prices, WRITTEN_AT_ONCE, strict=False):
            if stop:
                lines += [Line(product_id=one.product_id, outcome="untried") for one in some]
                continue
            question = WriteShopPrices(
                organisation_id=organisation_id,
                shop=_told(connection),
                currency=currency,
                prices=tuple(_to_write(one) for one in some),
            )
            told = ShopPricesWritten.model_validate_json(await invoke(self._function, question.model_dump_json()))
            lines += [Line(product_id=one.product_id, outcome=one.outcome, detail=one.detail) for one in told.results]
            stop = told.stop
        return SiteWrote(lines=lines, stop=stop)

    async def read(
        self, organisation_id: str, connection: ShopConnection, asked: Sequence[Asked], *, with_currency: bool = False
    ) -> SiteRead:
        """Read what the shop shows."""
        question = ReadShopPrices(
            organisation_id=organisation_id,
            shop=_told(connection),
            products=tuple(ShopProduct(product_id=one.product_id, sku=one.sku) for one in asked),
            with_currency=with_currency,
        )
        told = ShopPricesRead.model_validate_json(await invoke(self._function, question.model_dump_json()))
        looks = [
            Look(
                product_id=one.product_id,
                found=one.found,
                price=None if one.price is None else Decimal(one.price),
                on_sale=one.on_sale,
            )
            for one in told.prices
        ]
        return SiteRead(looks=looks, currency=told.currency, unread=told.unread)


def _told(connection: ShopConnection) -> ConnectedShop:
    return ConnectedShop(kind=connection.kind, url=connection.url, sealed=connection.sealed)


def _to_write(one: PriceAsked) -> ShopPriceToWrite:
    return ShopPriceToWrite(
        product_id=one.product_id,
        sku=one.sku,
        price=f"{one.price:f}",
        expected=None if one.expected is None else f"{one.expected:f}",
    )
