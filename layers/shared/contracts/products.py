"""What the catalogue tells other houses, and what they may ask of it."""

from typing import Literal

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Amount, Event, Message


class ProductFacts(Message):
    """What pricing needs to know of a product. `revision` grows with each change: a reader keeps the highest.

    `price_number` counts the prices that the product has had, none included, so that a reader sees when it missed one.
    `price_source` says what set it. `country` and `time_zone` are those of its shop.
    """

    product_id: str
    shop_id: str
    sku: str
    name: str
    currency: str
    revision: int = Field(ge=1)
    active: bool
    brand: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    price: str | None = None
    price_since: AwareDatetime | None = None
    price_number: int | None = Field(default=None, ge=0)
    price_source: str | None = None
    cost: str | None = None
    min_price: str | None = None
    max_price: str | None = None
    map_price: str | None = None
    msrp: str | None = None
    own_seller_ids: tuple[str, ...] = ()
    tax_basis: Literal["including", "excluding"] | None = None
    pack_quantity: int | None = Field(default=None, ge=1)
    family: str | None = None
    stock: int | None = Field(default=None, ge=0)
    sold_28d: int | None = Field(default=None, ge=0)
    supplier: str | None = None
    country: str | None = None
    time_zone: str | None = None


class ProductsChanged(Event):
    """Products were added or changed, or are told `again`; each item is the whole of what is known now.

    What is told again replaces a reader's copy of the same revision, which may be damaged, and none of a later one.
    """

    type: Literal["products.products-changed"] = "products.products-changed"
    products: tuple[ProductFacts, ...] = Field(min_length=1, max_length=100)
    again: bool = False


class PullRequested(Event):
    """Command: fetch a catalogue file from its address and import it into a shop, as the job of this id."""

    type: Literal["products.pull-requested"] = "products.pull-requested"
    job_id: str
    shop_id: str
    source_url: str


class FilePulled(Event):
    """Command for the importer: a file lies in the work bucket under its job, or why there is none."""

    type: Literal["products.file-pulled"] = "products.file-pulled"
    job_id: str
    shop_id: str
    sha256: str | None = None
    problem: str = Field(default="", max_length=500)


class ImportEnded(Event):
    """An import into a shop is over: so many of its rows were taken in; `detail` says why none could be."""

    type: Literal["products.import-ended"] = "products.import-ended"
    import_id: str
    shop_id: str
    rows: int = Field(ge=0)
    accepted: int = Field(ge=0)
    detail: str = Field(default="", max_length=500)


class PriceToSet(Message):
    """A new price for one product, valid only while the shop still shows `expected`."""

    product_id: str
    price: Amount
    expected: Amount | None


class SetPrices(Message):
    """Command: write these prices. Sent twice with one batch id, it has the effect of one."""

    action: Literal["set"] = "set"
    organisation_id: str
    batch_id: str
    prices: tuple[PriceToSet, ...] = Field(min_length=1, max_length=100)


class PriceWritten(Message):
    """What became of one price: written, or the reason why it was not."""

    product_id: str
    outcome: Literal["written", "conflict", "unknown_product"]
    detail: str = ""


class PricesWritten(Message):
    """What became of each price, in the order they were asked for."""

    results: tuple[PriceWritten, ...]


class ReadPrices(Message):
    """Question: which prices does the shop show now?"""

    action: Literal["read"] = "read"
    organisation_id: str
    product_ids: tuple[str, ...] = Field(min_length=1, max_length=100)


class ShownPrice(Message):
    """The price that the shop shows for one product; none when it has no price."""

    product_id: str
    price: Amount | None


class PricesRead(Message):
    """The shown price of each product that exists."""

    prices: tuple[ShownPrice, ...]
