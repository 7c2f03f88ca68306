"""A look at a connected shop: how each product of ours stands there, and what is wrong with the shop as a whole."""

import asyncio
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from pricing.domain.errors import ShopNotConnected
from pricing.domain.publication import PublicationSettings
from pricing.domain.shop_connection import ShopConnection
from pricing.usecases.connected_shops import LOOKED_UP, CheckConnector, CheckedShop
from pricing.usecases.shop_sites import Listed
from tests.builders.pricing import some_facts
from tests.fakes.connected_shops import FakeConnectedShops, FakeSite
from tests.fakes.pricing import FakeFacts
from tests.fakes.publication import FakePublicationSettings

URL = "https://shop.example"
CONNECTION = ShopConnection(kind="WOOCOMMERCE", url=URL, sealed="org|secret")


@dataclass
class ListingSite(FakeSite):
    """A shop whose list is written by hand; it remembers how many SKUs it was asked for."""

    lists: list[Listed] = field(default_factory=list)
    asked: int = 0

    async def listed(self, skus: object) -> list[Listed]:
        self._let_in()
        self.asked += len(list(skus))  # type: ignore[call-overload]
        return self.lists


def checked(site: FakeSite, organisation_id: str = "org", **products: str) -> CheckedShop:
    facts = FakeFacts({sku: some_facts(price, product_id=sku, sku=sku) for sku, price in products.items()})
    settings = FakePublicationSettings()
    known = PublicationSettings(organisation_id="org", shop_id="demo-eu", connection=CONNECTION)
    asyncio.run(settings.set(known))
    check = CheckConnector(settings=settings, facts=facts, shops=FakeConnectedShops({URL: site}))
    return asyncio.run(check(organisation_id, "demo-eu"))


def test_each_product_stands_as_the_shop_lists_it() -> None:
    one = Listed(sku="same", item_id=1, price=Decimal("9.90"))
    site = ListingSite(
        lists=[
            one,
            replace(one, sku="other", item_id=2),
            replace(one, sku="sale", item_id=3, on_sale=True),
            replace(one, sku="two", item_id=4),
            replace(one, sku="two", item_id=5),
            replace(one, sku="parts", item_id=6, own_price=False),
        ]
    )

    found = checked(site, same="9.90", other="8.80", sale="9.90", two="9.90", parts="9.90", none="9.90")

    assert {product.sku: product.state for product in found.products} == {
        "same": "same",
        "other": "other_price",
        "sale": "on_sale",
        "two": "several",
        "parts": "no_own_price",
        "none": "unknown",
    }
    assert (found.problem, found.currency) == (None, "EUR")


def test_only_some_products_are_looked_up() -> None:
    site = ListingSite()

    found = checked(site, **{f"s{place}": "9.90" for place in range(LOOKED_UP + 9)})

    assert (site.asked, len(found.products)) == (LOOKED_UP, LOOKED_UP)


@pytest.mark.parametrize(
    ("site", "said"),
    [
        (FakeSite(shut="the shop refuses the key: 401"), "401"),
        (FakeSite(silent="the shop answered 503"), "503"),
        (FakeSite(sells_in="USD"), "USD"),
    ],
)
def test_what_is_wrong_with_the_shop_is_told(site: FakeSite, said: str) -> None:
    assert said in str(checked(site, same="9.90").problem)


def test_a_shop_that_tells_no_currency_is_no_problem_and_an_empty_catalogue_is_checked_too() -> None:
    assert checked(FakeSite(sells_in=None), same="9.90").problem is None
    assert checked(FakeSite()).problem is None
    assert checked(FakeSite(shut="401")).problem == "401"


def test_the_shop_of_one_organisation_is_connected_for_no_other() -> None:
    with pytest.raises(ShopNotConnected):
        checked(FakeSite(), "rival", same="9.90")
