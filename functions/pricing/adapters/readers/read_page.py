"""Read one product page: cheap readers over bytes first, a tree only of the part that shows the offer."""

import re
from dataclasses import dataclass
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser

from pricing.adapters.readers.blocked import blocked_by
from pricing.adapters.readers.claims import Claim, text_of
from pricing.adapters.readers.embedded_state import read_embedded
from pricing.adapters.readers.identifiers import address_number, labelled_gtin, labelled_sku, named_sku
from pricing.adapters.readers.json_ld import read_json_ld
from pricing.adapters.readers.labelled import brand_in, mpn_in
from pricing.adapters.readers.locale import page_locale
from pricing.adapters.readers.markup import read_microdata, read_rdfa
from pricing.adapters.readers.meta_tags import meta_tags, price_in_description, read_meta_tags
from pricing.adapters.readers.page_bytes import AttributeValues, body_of, product_regions, utf8_page
from pricing.adapters.readers.plain import read_plain
from pricing.adapters.readers.recipe import read_recipe
from pricing.adapters.readers.stock_words import refuses, stock_words
from pricing.adapters.readers.visible import shows_price, text_in, texts_in, texts_of
from pricing.adapters.readers.vote import vote
from pricing.domain.price_text import PageLocale
from pricing.domain.reading import Availability, NothingRead, Reader, Reading, Unread
from pricing.domain.recipe import Recipe

_LARGEST_PAGE = 12_000_000
_CLEARLY_SHOWN = 3
_TAG = re.compile(r"<[^>]*>")
_TEXT_TYPES = ("html", "xml", "text/plain")
_NO_PRICE = NothingRead(outcome=Unread.NO_PRICE, detail="no reader found a price")


@dataclass(frozen=True, slots=True, kw_only=True)
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
    body = body_of(page)
    tags = meta_tags(page, body)
    locale = page_locale(page, url, tags.get("og:locale", ""))
    by_recipe = read_recipe(page, recipe, locale).claim if recipe else None
    claims = [c for c in (by_recipe, read_json_ld(page, url, locale), read_meta_tags(tags, locale)) if c]
    told = _Told(page=page, url=url, tags=tags, locale=locale, claims=claims)
    for region, last in product_regions(page, body):
        read = _read_region(region, told, last=last)
        if read is not None:
            return read
    return _NO_PRICE


def _read_region(region: bytes, told: _Told, *, last: bool) -> Reading | NothingRead | None:
    """Return what a part of the page says, or None where more of the page should be seen first."""
    title = _heading(region)
    lead = _complete(told.claims)
    if lead and lead.item_price is not None and _is_sold_at(region, lead.item_price):
        claims = [*told.claims, Claim(reader=Reader.PLAIN, item_price=lead.item_price)]
        return vote(claims, told.locale, stock=Availability.UNKNOWN, sku=None, title=title)
    tree = LexborHTMLParser(region)
    names = AttributeValues(region)
    claims = _claims_closely(region, names, tree, told)
    if not last and not any(claim.strength >= _CLEARLY_SHOWN for claim in claims if claim.guessed):
        return None
    if all(claim.guessed for claim in claims if claim.item_price is not None) and (
        state := read_embedded(told.page, told.locale, title)
    ):
        claims.append(state)
    text = text_in(tree)
    if not any(claim.gtin for claim in claims) and (code := labelled_gtin(region, text)):
        claims.append(Claim(reader=Reader.PLAIN, gtin=code))
    texts = texts_in(text)
    claims.extend(_labelled(texts, claims))
    stock = _stock(texts, names, tree, claims)
    sku = _visible_sku(names, tree, texts, claims, told.url)
    reading = vote(claims, told.locale, stock=stock, sku=sku, title=title)
    silent = reading is None or reading.availability is Availability.UNKNOWN
    return None if silent and not last else reading or _NO_PRICE


def _labelled(texts: list[str], claims: list[Claim]) -> list[Claim]:
    """Return what the page's own table of facts adds to what is claimed already."""
    brand = None if any(claim.brand for claim in claims) else brand_in(texts)
    mpn = None if any(claim.mpn for claim in claims) else mpn_in(texts)
    return [Claim(reader=Reader.PLAIN, brand=brand, mpn=mpn)] if brand or mpn else []


def _is_sold_at(region: bytes, price: Decimal) -> bool:
    return shows_price(region, price) and not refuses(texts_of(region))


def _claims_closely(region: bytes, names: AttributeValues, tree: LexborHTMLParser, told: _Told) -> list[Claim]:
    found = [*told.claims, *_marked_up(tree, region, told.locale)]
    # A recipe reads what is shown itself: only another look at the page can confirm or deny it.
    lead = next((claim for claim in found if claim.item_price is not None), None)
    if lead and lead.item_price and _states_one_price(lead) and shows_price(region, lead.item_price):
        found.append(Claim(reader=Reader.PLAIN, item_price=lead.item_price, strength=_CLEARLY_SHOWN))
    elif plain := read_plain(tree, region, names, told.locale, price_in_description(told.tags, told.locale)):
        found.append(plain)
    return found


def _states_one_price(claim: Claim) -> bool:
    """Return whether a claim is about one price; linked data says itself which of several is the article's."""
    return claim.recipe is None and (len(claim.other_prices) <= 1 or claim.reader is Reader.JSON_LD)


def _stock(texts: list[str], names: AttributeValues, tree: LexborHTMLParser, claims: list[Claim]) -> Availability:
    """Ask the page's own words where they may still decide: nothing is stated, or a feed says in stock."""
    stated = next((c.availability for c in claims if c.availability is not Availability.UNKNOWN), None)
    if stated not in {None, Availability.IN_STOCK}:
        return Availability.UNKNOWN
    return stock_words(texts, names, tree, stated=stated is not None)


def _unreadable(html: bytes, content_type: str | None) -> NothingRead | None:
    kind = (content_type or "text/html").split(";")[0].strip().lower()
    if not any(text in kind for text in _TEXT_TYPES):
        return NothingRead(outcome=Unread.BAD_CONTENT, detail=f"the answer is {kind}, not a page")
    if not html or html.isspace() or len(html) > _LARGEST_PAGE or b"\x00\x00\x00" in html[:512]:
        return NothingRead(outcome=Unread.BAD_CONTENT, detail="the answer is empty, binary or too long to read")
    return None


def _complete(claims: list[Claim]) -> Claim | None:
    """Return the linked-data claim that leaves nothing to look up on the page itself."""
    lead = claims[0] if claims and claims[0].reader is Reader.JSON_LD else None
    settled = lead and lead.item_price and lead.currency and lead.sku and lead.availability is not Availability.UNKNOWN
    return lead if settled and lead and lead.variants == 1 and len(lead.other_prices) == 1 else None


def _marked_up(tree: LexborHTMLParser, region: bytes, locale: PageLocale) -> list[Claim]:
    microdata = read_microdata(tree, locale) if b"itemprop" in region else None
    rdfa = read_rdfa(tree, locale) if b"typeof=" in region else None
    return [claim for claim in (microdata, rdfa) if claim]


def _visible_sku(
    names: AttributeValues, tree: LexborHTMLParser, texts: list[str], claims: list[Claim], url: str
) -> str | None:
    stated = next((claim for claim in claims if claim.sku), None)
    if stated and stated.variants == 1:
        return None
    return named_sku(names, tree) or (None if stated else address_number(url) or labelled_sku(texts))


def _heading(page: bytes) -> str | None:
    at = page.find(b"<h1")
    start = page.find(b">", at) + 1
    end = page.find(b"</h1", start, start + 3000)
    return text_of(_TAG.sub(" ", page[start:end].decode("utf-8", "replace"))) if at >= 0 and end > 0 else None
