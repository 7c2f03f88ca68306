"""Let the readers vote: which price they agree on, and how far to trust it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pricing.adapters.readers.claims import Claim
from pricing.domain.price_text import PageLocale
from pricing.domain.price_text_currencies import currency_of_country
from pricing.domain.price_text_pack import pack_of
from pricing.domain.reading import Availability, Reader, Reading, Vote

_RANK = {reader: rank for rank, reader in enumerate(Reader)}
_MAGNITUDES = (Decimal(100), Decimal(1000), Decimal(10))
_BASE = {
    Reader.RECIPE: Decimal("0.80"),
    Reader.JSON_LD: Decimal("0.80"),
    Reader.MICRODATA: Decimal("0.75"),
    Reader.RDFA: Decimal("0.75"),
    Reader.OPENGRAPH: Decimal("0.70"),
    Reader.EMBEDDED: Decimal("0.65"),
    Reader.PLAIN: Decimal("0.45"),
    Reader.LLM: Decimal("0.40"),
}
# They say themselves which of several prices is the article's.
_SURE_OF_SEVERAL = frozenset({Reader.RECIPE, Reader.JSON_LD})
# Contradicted, and supported by nobody.
_ALONE = Decimal("0.25")
_CENT = Decimal("0.01")
_EACH_MORE, _AGAINST, _CORRECTED = Decimal("0.08"), Decimal("0.07"), Decimal("0.05")
_LEAST, _MOST = Decimal("0.10"), Decimal("0.99")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Price:
    """The price the vote settled on."""

    amount: Decimal
    claim: Claim
    list_price: Decimal | None
    corrected: bool


def vote(
    claims: list[Claim], locale: PageLocale, *, stock: Availability, sku: str | None, title: str | None
) -> Reading | None:
    """Return the reading most claims support, or None when nobody claims a price."""
    priced = sorted((c for c in claims if c.item_price is not None), key=_rank)
    if not priced:
        return None
    price = _settle(priced)
    agreeing = [c for c in priced if c.item_price == price.amount or price.amount in c.other_prices]
    ordered = [price.claim, *(c for c in sorted(claims, key=_rank) if c is not price.claim)]
    structured = [c for c in ordered if not c.guessed]
    named = _first([c.title for c in structured]) or title
    return Reading(
        item_price=price.amount,
        list_price=price.list_price,
        shipping=_first([c.shipping for c in ordered]),
        currency=_currency(ordered, locale),
        availability=_availability(structured, stock),
        condition=_first([c.condition for c in ordered]),
        seller=_first([c.seller for c in ordered]),
        gtin=_first([c.gtin for c in ordered]),
        mpn=_first([c.mpn for c in ordered]),
        sku=_sku(structured, sku),
        brand=_first([c.brand for c in ordered]),
        title=named,
        reader=price.claim.reader,
        agreement=len({c.reader for c in agreeing}),
        confidence=_confidence(price, agreeing, priced),
        fulfilment=_first([c.fulfilment for c in ordered]),
        promotion=_first([c.promotion for c in ordered]),
        pack=_first([c.pack for c in ordered]) or pack_of(named),
        votes=tuple(
            Vote(reader=c.reader.value, item_price=c.item_price, currency=c.currency)
            for c in priced
            if c.item_price is not None
        ),
        recipe=_first([c.recipe for c in priced]),
    )


def _rank(claim: Claim) -> int:
    return _RANK[claim.reader]


def _settle(priced: list[Claim]) -> _Price:
    lead = priced[0]
    amount = lead.item_price or Decimal(0)
    visible = next((c for c in priced if c.guessed), None)
    if visible is None or visible is lead or visible.item_price is None:
        return _Price(amount=amount, claim=lead, list_price=_listed(priced, amount), corrected=False)
    shown = visible.item_price
    if _differs_by_magnitude(amount, shown):
        return _Price(amount=shown, claim=visible, list_price=_listed([visible], shown), corrected=True)
    # Structured data that states the struck price: the page itself shows what is asked now.
    if lead.reader not in _SURE_OF_SEVERAL and (
        asked := next((new for old, new in visible.struck if old == amount), None)
    ):
        return _Price(amount=asked, claim=visible, list_price=amount, corrected=True)
    if len(lead.other_prices) > 1 and lead.reader not in _SURE_OF_SEVERAL and shown in lead.other_prices:
        return _Price(amount=shown, claim=lead, list_price=_listed(priced, shown), corrected=False)
    return _Price(amount=amount, claim=lead, list_price=_listed(priced, amount), corrected=False)


def _differs_by_magnitude(left: Decimal, right: Decimal) -> bool:
    if left == right:
        return False
    small, large = sorted((left, right))
    return small > 0 and any(abs(large - small * factor) < small * factor * _CENT / 10 for factor in _MAGNITUDES)


def _listed(claims: list[Claim], amount: Decimal) -> Decimal | None:
    # Ten times the price is a reading error or a lie, not a former price.
    return next(
        (c.list_price for c in claims if c.list_price is not None and amount < c.list_price < amount * 10), None
    )


def _first[T](values: Iterable[T | None]) -> T | None:
    for value in values:
        if value is not None:
            return value
    return None


def _currency(ordered: list[Claim], locale: PageLocale) -> str | None:
    return _first([c.currency for c in ordered]) or currency_of_country(locale.country)


def _availability(structured: list[Claim], stock: Availability) -> Availability:
    stated = next(
        (c.availability for c in structured if c.availability is not Availability.UNKNOWN), Availability.UNKNOWN
    )
    if stated is Availability.UNKNOWN:
        return stock
    # Feeds say in stock for years; a page that refuses to sell is believed.
    return stock if stated is Availability.IN_STOCK and stock is Availability.OUT_OF_STOCK else stated


def _sku(structured: list[Claim], visible: str | None) -> str | None:
    stated = next((c for c in structured if c.sku), None)
    if stated is None:
        return visible
    # Variants carry numbers of their own; the one the page shows stands for all of them.
    return visible if visible and stated.variants > 1 else stated.sku


def _confidence(price: _Price, agreeing: list[Claim], priced: list[Claim]) -> Decimal:
    against, readers = len(priced) - len(agreeing), {c.reader for c in agreeing}
    base = _BASE[price.claim.reader] + _EACH_MORE * (len(readers) - 1)
    if against:
        base -= (_AGAINST if len(readers) > 1 else _ALONE) * against
    if price.corrected:
        base -= _CORRECTED
    return max(_LEAST, min(_MOST, base)).quantize(_CENT)
