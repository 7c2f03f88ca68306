"""Connected shops: what pricing asks the function that meets them, and what it answers."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.envelope import Message

type Decimals = Annotated[str, Field(pattern=r"^-?\d{1,13}(\.\d{1,6})?$")]
type Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class ConnectedShop(Message):
    """The shop that is meant, and its credentials as they were sealed for its organisation."""

    kind: Literal["WOOCOMMERCE"]
    url: str = Field(max_length=2048)
    sealed: str = Field(max_length=8192, repr=False)


class ShopProduct(Message):
    """A product of ours; its SKU is how the shop knows it."""

    product_id: str
    sku: str


class ShopPriceToWrite(ShopProduct):
    """A new price for one product, valid only while the shop still shows `expected`. Amounts are text."""

    price: Decimals
    expected: Decimals | None


class WriteShopPrices(Message):
    """Command: write these prices, in this currency. What the shop shows already is not written again."""

    action: Literal["write"] = "write"
    organisation_id: str
    shop: ConnectedShop
    currency: Currency
    prices: tuple[ShopPriceToWrite, ...] = Field(min_length=1, max_length=100)


class ShopPriceWritten(Message):
    """What became of one price: written, or the reason why it was not; `unclear` when nobody knows."""

    product_id: str
    outcome: Literal["written", "conflict", "unknown_product", "refused", "unclear", "untried"]
    detail: str = ""


class ShopPricesWritten(Message):
    """What became of each price; `stop` says why the shop takes none, if so."""

    results: tuple[ShopPriceWritten, ...]
    stop: str = ""


class ReadShopPrices(Message):
    """Question: which prices does the shop show now, and in which currency?"""

    action: Literal["read"] = "read"
    organisation_id: str
    shop: ConnectedShop
    products: tuple[ShopProduct, ...] = Field(max_length=100)
    with_currency: bool = False


class ShopPriceShown(Message):
    """What the shop shows for one product; no price where it has none of its own."""

    product_id: str
    found: Literal["one", "none", "several", "no_own_price"]
    price: Decimals | None = None
    on_sale: bool = False


class ShopPricesRead(Message):
    """What the shop shows, and its currency if it tells; `unread` says why it showed nothing, if so."""

    prices: tuple[ShopPriceShown, ...] = ()
    currency: Currency | None = None
    unread: str = ""
