"""The market itself: shops, what they sell, and what each asks on a given day. Pure and a function of its seed."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from hashlib import blake2b

_CALMEST_DAYS, _LIVELIEST_DAYS = 9, 2
_WIDEST_MOVE = 0.12
_SALE_SHARE = 0.15
_SOLD_OUT_SHARE = 0.08
_NO_CENTS = frozenset({"CLP", "JPY", "KRW", "IDR", "VND"})


class Style(StrEnum):
    """How a shop publishes its offers, as the real web does."""

    JSON_LD = "json-ld"
    MICRODATA = "microdata"
    RDFA = "rdfa"
    OPENGRAPH = "opengraph"
    EMBEDDED = "embedded"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A product as one shop sells it; the price is what it asks on day 0."""

    sku: str
    title: str
    price: Decimal
    brand: str = ""
    mpn: str = ""
    gtin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A competitor: a host, a style, a locale, and its range."""

    host: str
    style: Style
    items: tuple[Item, ...]
    language: str = "en"
    country: str = "US"
    currency: str = "USD"
    moves: bool = True

    def item(self, sku: str) -> Item | None:
        """Return the item with this number."""
        return next((item for item in self.items if item.sku == sku), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a shop asks for an item on one day."""

    price: Decimal
    list_price: Decimal | None
    in_stock: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """All shops; the same seed and day always give the same quotes."""

    seed: int
    shops: tuple[Shop, ...]

    def shop(self, host: str) -> Shop | None:
        """Return the shop of a host name."""
        return next((shop for shop in self.shops if shop.host == host), None)

    def quote(self, shop: Shop, item: Item, day: float) -> Quote:
        """Return a shop's price and stock on a day; day 0 is the price it was given, in stock."""
        pace = _LIVELIEST_DAYS + self._chance(shop, item, "pace", 0) * (_CALMEST_DAYS - _LIVELIEST_DAYS)
        period = int(day / pace)
        if period <= 0 or not shop.moves:
            return Quote(price=item.price, list_price=None, in_stock=True)
        move = (self._chance(shop, item, "move", period) * 2 - 1) * _WIDEST_MOVE
        price = rounded(item.price * Decimal(str(1 + move)), shop.currency)
        on_sale = move < 0 and self._chance(shop, item, "sale", period) < _SALE_SHARE / 0.5
        return Quote(
            price=price,
            list_price=item.price if on_sale and item.price > price else None,
            in_stock=self._chance(shop, item, "stock", period) >= _SOLD_OUT_SHARE,
        )

    def _chance(self, shop: Shop, item: Item, what: str, period: int) -> float:
        """Return a number in [0, 1) that is drawn once and for all for this fact."""
        fact = f"{self.seed}|{shop.host}|{item.sku}|{what}|{period}".encode()
        return int.from_bytes(blake2b(fact, digest_size=7).digest()) / 2**56


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round to what the currency can pay, and never below its smallest coin."""
    coin = Decimal(1) if currency in _NO_CENTS else Decimal("0.01")
    return max(amount.quantize(coin, ROUND_HALF_UP), coin)


def address_of(shop: Shop, item: Item) -> str:
    """Return the address of an item's page."""
    slug = "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in item.title.lower()).split())[:60]
    return f"https://{shop.host}/p/{item.sku}/{slug or 'item'}"
