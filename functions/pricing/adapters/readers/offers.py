"""The offers of a schema.org product, however deep and in whatever case they are written."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pricing.adapters.readers.claims import availability_of, condition_of, iso_currency, money, text_of
from pricing.domain.price_text import PageLocale
from pricing.domain.reading import Availability, Condition

_LIST_PRICES = ("listprice", "strikethroughprice", "msrp", "srp", "regularprice")
_MOST_OFFERS = 500


# Not frozen: a page may make many, and what is frozen is made four times as slowly.
@dataclass(slots=True, kw_only=True)
class Offer:
    """One offer: its price and everything that helps to choose among several."""

    price: Decimal | None
    currency: str | None
    availability: Availability
    condition: Condition | None
    list_price: Decimal | None
    shipping: Decimal | None
    seller: str | None
    fulfilment: str | None
    address: str
    source: object


def offers_of(product: dict[str, object], locale: PageLocale) -> list[Offer]:
    """Return all offers of a product, those inside an aggregate before the aggregate itself."""
    source = product.get("offers")
    found = []
    for node in _nodes(source, 0):
        found.append(_offer(node, source, product, locale))
        if len(found) >= _MOST_OFFERS:
            break
    return found


def best_offer(offers: list[Offer], url: str) -> Offer | None:
    """Choose the offer the page is about: the one its address names, else the cheapest new one on sale."""
    priced = [offer for offer in offers if offer.price is not None and offer.price > 0]
    if not priced:
        return next((offer for offer in offers if offer.price is not None), None)
    named = [offer for offer in priced if offer.address and offer.address == url]
    candidates = named if 0 < len(named) < len(priced) else priced
    return min(candidates, key=_preference)


def _preference(offer: Offer) -> tuple[bool, bool, Decimal]:
    unsold = offer.availability in {Availability.OUT_OF_STOCK, Availability.DISCONTINUED}
    return offer.condition not in {None, Condition.NEW}, unsold, offer.price or Decimal(0)


def _nodes(value: object, depth: int) -> Iterator[dict[str, object]]:
    if depth > 4:  # noqa: PLR2004
        return
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        folded = {str(key).lower(): part for key, part in value.items()}
        inner = folded.get("offers")
        if isinstance(inner, dict | list):
            yield from _nodes(inner, depth + 1)
        yield folded


def _offer(node: dict[str, object], source: object, product: dict[str, object], locale: PageLocale) -> Offer:
    specifications = _dicts(node.get("pricespecification"))
    stated = next(
        (part for part in specifications if not _is_list_price(part) and not part.get("referencequantity")), {}
    )
    currency = _currency(node, stated, locale)
    price = _first_amount(
        (node.get("price"), stated.get("price"), node.get("lowprice"), stated.get("minprice")), currency, locale
    )
    struck = next((part.get("price") for part in specifications if _is_list_price(part)), None)
    shipping = next(iter(_dicts(node.get("shippingdetails"))), {})
    rate = next(iter(_dicts(shipping.get("shippingrate"))), {})
    return Offer(
        price=price,
        currency=currency,
        availability=availability_of(node.get("availability")),
        condition=condition_of(node.get("itemcondition") or product.get("itemCondition")),
        list_price=money(struck, currency, locale),
        shipping=money(rate.get("value"), currency, locale),
        seller=text_of(node.get("seller")) or text_of(node.get("offeredby")),
        fulfilment=text_of(node.get("fulfilledby") or shipping.get("provider")),
        address=str(node.get("url") or ""),
        source=source,
    )


def _dicts(value: object) -> list[dict[str, object]]:
    listed = value if isinstance(value, list) else [value]
    return [{str(key).lower(): part for key, part in item.items()} for item in listed if isinstance(item, dict)]


def _is_list_price(part: dict[str, object]) -> bool:
    return str(part.get("pricetype") or "").rsplit("/", 1)[-1].lower() in _LIST_PRICES


def _currency(node: dict[str, object], stated: dict[str, object], locale: PageLocale) -> str | None:
    fields = (node.get("pricecurrency"), stated.get("pricecurrency"), _nested(node, "currency"))
    return next((code for field in fields if (code := iso_currency(field, locale))), None)


def _nested(node: dict[str, object], key: str) -> object:
    """Look for a field inside a price that was written as a thing of its own."""
    for field in ("price", "lowprice"):
        value = node.get(field)
        for part in (value, *(value.values() if isinstance(value, dict) else ())):
            if isinstance(part, dict) and key in part:
                return part[key]
    return None


def _first_amount(values: tuple[object, ...], currency: str | None, locale: PageLocale) -> Decimal | None:
    for value in values:
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            inner = inner.get("value") or next((p.get("value") for p in inner.values() if isinstance(p, dict)), None)
        if (amount := money(inner, currency, locale)) is not None:
            return amount
    return None
