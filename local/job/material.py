"""What the main job works on: real data beside the repository when it is there, the sample market otherwise."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from local.market.model import Market, address_of
from local.market.sample import sample_catalogue_csv, sample_market, sample_products


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedOffer:
    """A product of a shop and the page that offers it."""

    shop_id: str
    sku: str
    host: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What people read on a recorded page; more than one price where more than one is right."""

    key: str
    url: str
    host: str
    prices: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything the job needs: a catalogue, a market, offers, and labels to check readings against."""

    title: str
    catalogue_csv: str
    columns: dict[str, str]
    market: dict[str, object] | None
    pages: Path | None
    offers: tuple[WatchedOffer, ...]
    moving_hosts: tuple[str, ...]
    assumptions: tuple[str, ...] = ()
    pages_csv: str = ""
    labels: tuple[Label, ...] = field(default=())


SHOP = "main"
PAGES_SHOP = "recorded-pages"


def sample_material() -> Material:
    """The project's own sample market; its offers are matched by GTIN."""
    market = sample_market()
    sku_of = {product.gtin: product.sku for product in sample_products()}
    return Material(
        title="the project's sample market",
        catalogue_csv=sample_catalogue_csv(),
        columns={"map_price": "map"},
        market=None,
        pages=None,
        offers=offers_of(market, {item.sku: sku_of[item.gtin] for shop in market.shops for item in shop.items}),
        moving_hosts=tuple(shop.host for shop in market.shops),
    )


def offers_of(market: Market, own_sku: dict[str, str]) -> tuple[WatchedOffer, ...]:
    """The pages of every shop's items, each for the own SKU that the item's SKU stands for."""
    return tuple(
        WatchedOffer(shop_id=SHOP, sku=own_sku[item.sku], host=shop.host, url=address_of(shop, item))
        for shop in market.shops
        for item in shop.items
    )
