"""The door of connected shops keeps to its time: a shop that is slow with everything gets some; the rest is told."""

import asyncio
import json
from typing import Any, cast

from pricing.adapters.aiohttp_woocommerce import ShopLimits
from pricing.adapters.shop_door import ShopDoor
from shared.contracts.shops import ConnectedShop, ShopPricesWritten, ShopPriceToWrite, WriteShopPrices
from shared.runtime.sealed import Sealer
from tests.fakes.woocommerce import AGENT, KEY, SECRET, FakeWooCommerce, a_product, served

PARENTS = 12


class Opened:
    """Opens everything that is its organisation's."""

    async def opened(self, sealed: str, organisation_id: str) -> str:
        assert (sealed, organisation_id) == ("sealed", "org")
        return json.dumps({"key": KEY, "secret": SECRET})


def test_what_there_is_no_time_for_is_untried_and_every_price_has_its_line() -> None:
    products: list[dict[str, Any]] = [
        a_product(place, f"v{place}", type="variation", parent_id=100 + place) for place in range(1, PARENTS + 1)
    ]
    shop = FakeWooCommerce(products, hangs_after_write=0.3)
    prices = [
        ShopPriceToWrite(product_id=one["sku"], sku=one["sku"], price="94.90", expected="99.99") for one in products
    ]
    asked = WriteShopPrices(
        organisation_id="org",
        shop=ConnectedShop(kind="WOOCOMMERCE", url="https://shop.example", sealed="sealed"),
        currency="EUR",
        prices=tuple(prices),
    )
    limits = ShopLimits(call_seconds=2, idle_seconds=2, total_seconds=1.2)

    async def story() -> ShopPricesWritten:
        async with served(shop) as address:
            door = ShopDoor(cast(Sealer, Opened()), AGENT, limits=limits, connect_to=address)
            answered = await door(asked)
            assert isinstance(answered, ShopPricesWritten)
            return answered

    told = asyncio.run(story())

    outcomes = [one.outcome for one in told.results]
    assert [one.product_id for one in told.results] == [one["sku"] for one in products]
    assert (outcomes[0], outcomes[-1], told.stop) == ("written", "untried", "")
    assert len(shop.written) < PARENTS
