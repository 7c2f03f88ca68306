"""The catalogue's side of publication: contracts in, contracts out."""

from collections.abc import Sequence
from decimal import Decimal

from products.domain.product import NewPrice, Product, Refusal
from products.usecases.publish_prices import ShowPrices, WritePrices
from shared.contracts.envelope import Amount
from shared.contracts.products import (
    PricesRead,
    PricesWritten,
    PriceToSet,
    PriceWritten,
    ReadPrices,
    SetPrices,
    ShownPrice,
)


class PriceDoor:
    """Serves `SetPrices` and `ReadPrices`."""

    def __init__(self, write_prices: WritePrices, show_prices: ShowPrices) -> None:
        self._write = write_prices
        self._show = show_prices

    async def __call__(self, asked: SetPrices | ReadPrices) -> PricesWritten | PricesRead:
        """Write or read, as asked."""
        if isinstance(asked, ReadPrices):
            return _read(await self._show(asked.organisation_id, asked.product_ids))
        prices = [_new_price(asked.batch_id, price) for price in asked.prices]
        refusals = await self._write(asked.organisation_id, prices)
        return PricesWritten(results=tuple(map(_written, prices, refusals)))


def _new_price(batch_id: str, price: PriceToSet) -> NewPrice:
    return NewPrice(
        product_id=price.product_id,
        amount=Decimal(price.price.amount),
        currency=price.price.currency,
        expected=None if price.expected is None else Decimal(price.expected.amount),
        batch_id=batch_id,
    )


def _written(price: NewPrice, refusal: Refusal | None) -> PriceWritten:
    if refusal is None:
        return PriceWritten(product_id=price.product_id, outcome="written")
    unknown = refusal.outcome == "unknown_product"
    outcome = PriceWritten(product_id=price.product_id, outcome="conflict", detail=refusal.detail)
    return outcome.model_copy(update={"outcome": "unknown_product"}) if unknown else outcome


def _read(products: Sequence[Product]) -> PricesRead:
    return PricesRead(prices=tuple(_shown(product) for product in products))


def _shown(product: Product) -> ShownPrice:
    amount = product.draft.price
    price = None if amount is None else Amount(amount=f"{amount:f}", currency=product.currency)
    return ShownPrice(product_id=product.product_id, price=price)
