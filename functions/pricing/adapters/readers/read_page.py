"""Read one product page: every question is asked of its bytes first, of a tree only where the bytes leave it open."""

import re
from dataclasses import dataclass

from pricing.adapters.readers.blocked import blocked_by
from pricing.adapters.readers.claims import Claim, text_of
from pricing.adapters.readers.embedded_state import read_embedded
from pricing.adapters.readers.finding import find
from pricing.adapters.readers.identifiers import address_number, labelled_gtin, labelled_sku, named_sku
from pricing.adapters.readers.json_ld import read_json_ld
from pricing.adapters.readers.labelled import brand_in, mpn_in, named_brand
from pricing.adapters.readers.locale import page_locale
from pricing.adapters.readers.markup import read_microdata, read_rdfa
from pricing.adapters.readers.meta_tags import meta_tags, price_in_description, read_meta_tags
from pricing.adapters.readers.page_bytes import product_regions, utf8_page
from pricing.adapters.readers.plain import read_plain
from pricing.adapters.readers.recipe import read_recipe
from pricing.adapters.readers.region import Region
from pricing.adapters.readers.stock_words import stock_words
from pricing.adapters.readers.terms import fulfilment_in, promotion_in
from pricing.adapters.readers.visible import shows_price
from pricing.adapters.readers.vote import vote
from pricing.domain.price_text import PageLocale
from pricing.domain.reading import READERS_VERSION, Availability, NothingRead, Reader, Reading, Unread
from pricing.domain.recipe import Recipe

__all__ = ["READERS_VERSION", "read_page"]

_LARGEST_PAGE = 12_000_000
_CLEARLY_SHOWN = 3
_LONGEST_HEADING = 3_000
_TAG = re.compile(r"<[^>]*>")
_TEXT_TYPES = ("html", "xml", "text/plain")
_NO_PRICE = NothingRead(outcome=Unread.NO_PRICE, detail="no reader found a price")


@dataclass(slots=True, kw_only=True)
class _Told:
    """The page, and what was told before anything it shows was looked at."""

    page: bytes
    url: str
    tags: dict[str, str]
    locale: PageLocale
    claims: list[Claim]


def read_page(
    html: bytes, *, url: str, content_type: str | None = None, recipe: Recipe | None = None
) -> Reading | NothingRead:
    """Return the offer a page states, or the named reason why it states none."""
    if refusal := _unreadable(html, content_type):
        return refusal
    if barrier := blocked_by(html):
        return NothingRead(outcome=Unread.BLOCKED, detail=f"the page is a barrier: {barrier}")
    page = utf8_page(html, content_type)
    tags = meta_tags(page)
    locale = page_locale(page, url, tags.get("og:locale", ""))
    by_recipe = read_recipe(page, recipe, locale).claim if recipe else None
    claims = [c for c in (by_recipe, read_json_ld(page, url, locale), read_meta_tags(tags, locale)) if c]
    told = _Told(page=page, url=url, tags=tags, locale=locale, claims=claims)
    priced: list[Claim] = []
    for region in product_regions(page, next((claim.title for claim in claims if claim.title), None)):
        # A price that is clearly shown stands; a wider look is then for what else is said.
        priced = priced or _claims_closely(region, told)
        if not priced:
            continue
        stock = _stock(region, priced)
        if region.last or stock is not Availability.UNKNOWN or _states_stock(priced):
            return _read_region(region, priced, told, stock)
    return _NO_PRICE


def _read_region(region: Region, claims: list[Claim], told: _Told, stock: Availability) -> Reading | NothingRead:
    """Return what the claims and a part of the page say together."""
    title = _heading(region.html)
    every = [*claims, _labelled(region, claims, told, title)]
    sku = _visible_sku(region, every, told.url)
    return vote(every, told.locale, stock=stock, sku=sku, title=title) or _NO_PRICE


def _labelled(region: Region, claims: list[Claim], told: _Told, title: str | None) -> Claim:
    """Return what the page's own words and tables of facts add to what is claimed already."""
    language = told.locale.language
    brand = mpn = None
    if not any(claim.brand for claim in claims):
        brand = brand_in(region, told.page, language) or named_brand(region, title)
    if not any(claim.mpn for claim in claims):
        mpn = mpn_in(region, told.page, language)
    gtin = None if any(claim.gtin for claim in claims) else labelled_gtin(region)
    fulfilment = None if any(claim.fulfilment for claim in claims) else fulfilment_in(region)
    return Claim(
        reader=Reader.PLAIN, brand=brand, mpn=mpn, gtin=gtin, fulfilment=fulfilment, promotion=promotion_in(region)
    )


def _claims_closely(region: Region, told: _Told) -> list[Claim]:
    """Return what the page states and shows of its price, or nothing where more of it should be seen first."""
    found = [*told.claims, *_marked_up(region, told.locale)]
    # A recipe reads what is shown itself: only another look at the page can confirm or deny it.
    lead = next((claim for claim in found if claim.item_price is not None), None)
    if lead and lead.item_price and _states_one_price(lead) and shows_price(region.html, lead.item_price):
        found.append(Claim(reader=Reader.PLAIN, item_price=lead.item_price, strength=_CLEARLY_SHOWN))
    elif plain := read_plain(region, told.locale, price_in_description(told.tags, told.locale)):
        found.append(plain)
    if not region.last and not any(claim.strength >= _CLEARLY_SHOWN for claim in found if claim.guessed):
        return []
    if all(claim.guessed for claim in found if claim.item_price is not None) and (
        state := read_embedded(told.page, told.locale, _heading(region.html))
    ):
        found.append(state)
    return found


def _states_one_price(claim: Claim) -> bool:
    """Return whether a claim is about one price; linked data says itself which of several is the article's."""
    return claim.reader is not Reader.RECIPE and (len(claim.other_prices) <= 1 or claim.reader is Reader.JSON_LD)


def _stock(region: Region, claims: list[Claim]) -> Availability:
    """Ask the page's own words where they may still decide: nothing is stated, or a feed says in stock."""
    stated = next((c.availability for c in claims if c.availability is not Availability.UNKNOWN), None)
    if stated not in {None, Availability.IN_STOCK}:
        return Availability.UNKNOWN
    return stock_words(region, stated=stated is not None)


def _states_stock(claims: list[Claim]) -> bool:
    return any(claim.availability is not Availability.UNKNOWN for claim in claims)


def _unreadable(html: bytes, content_type: str | None) -> NothingRead | None:
    kind = (content_type or "text/html").split(";")[0].strip().lower()
    if not any(text in kind for text in _TEXT_TYPES):
        return NothingRead(outcome=Unread.BAD_CONTENT, detail=f"the answer is {kind}, not a page")
    if not html or html.isspace() or len(html) > _LARGEST_PAGE or b"\x00\x00\x00" in html[:512]:
        return NothingRead(outcome=Unread.BAD_CONTENT, detail="the answer is empty, binary or too long to read")
    return None


def _marked_up(region: Region, locale: PageLocale) -> list[Claim]:
    microdata = read_microdata(region, locale) if b"itemprop" in region else None
    rdfa = read_rdfa(region, locale) if b"typeof=" in region else None
    return [claim for claim in (microdata, rdfa) if claim]


def _visible_sku(region: Region, claims: list[Claim], url: str) -> str | None:
    stated = next((claim for claim in claims if claim.sku), None)
    if stated and stated.variants == 1:
        return None
    return named_sku(region) or (None if stated else address_number(url) or labelled_sku(region.texts))


def _heading(page: bytes) -> str | None:
    at = find(page, b"<h1")
    start = find(page, b">", at) + 1
    end = find(page, b"</h1", start, start + _LONGEST_HEADING)
    return text_of(_TAG.sub(" ", page[start:end].decode("utf-8", "replace"))) if at >= 0 and end > 0 else None
