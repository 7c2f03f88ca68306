"""Read one product page: cheap readers over bytes first, a tree only of the part that shows the offer."""

import re

from selectolax.lexbor import LexborHTMLParser

from pricing.adapters.readers.blocked import blocked_by
from pricing.adapters.readers.claims import Claim, text_of
from pricing.adapters.readers.embedded_state import read_embedded
from pricing.adapters.readers.identifiers import address_number, labelled_gtin, labelled_sku, named_sku
from pricing.adapters.readers.json_ld import read_json_ld
from pricing.adapters.readers.locale import page_locale
from pricing.adapters.readers.markup import read_microdata, read_rdfa
from pricing.adapters.readers.meta_tags import meta_tags, price_in_description, read_meta_tags
from pricing.adapters.readers.page_bytes import product_region, utf8_page, without_scripts
from pricing.adapters.readers.plain import read_plain
from pricing.adapters.readers.stock_words import refuses, stock_words
from pricing.adapters.readers.visible import shows_price, visible_texts
from pricing.adapters.readers.vote import vote
from pricing.domain.price_text import PageLocale
from pricing.domain.reading import Availability, NothingRead, Reader, Reading, Unread

_LARGEST_PAGE = 12_000_000
_TAG = re.compile(r"<[^>]*>")
_TEXT_TYPES = ("html", "xml", "text/plain")
_NO_PRICE = NothingRead(outcome=Unread.NO_PRICE, detail="no reader found a price")


def read_page(html: bytes, *, url: str, content_type: str | None = None) -> Reading | NothingRead:
    """Return the offer a page states, or the named reason why it states none."""
    if refusal := _unreadable(html, content_type):
        return refusal
    if barrier := blocked_by(html):
        return NothingRead(outcome=Unread.BLOCKED, detail=f"the page is a barrier: {barrier}")
    page = utf8_page(html, content_type)
    tags = meta_tags(page)
    locale = page_locale(page, url, tags.get("og:locale", ""))
    claims = [c for c in (read_json_ld(page, url, locale), read_meta_tags(tags, locale)) if c]
    region = without_scripts(product_region(page))
    title = _heading(region)
    if (lead := _complete(claims)) and lead.item_price is not None and shows_price(region, lead.item_price):
        texts = visible_texts(region)
        if not refuses([text.casefold() for text in texts]):
            seen = Claim(reader=Reader.PLAIN, item_price=lead.item_price)
            reading = vote([*claims, seen], locale, stock=Availability.UNKNOWN, sku=None, title=title)
            return reading or _NO_PRICE
    return _read_closely(page, region, claims, tags, locale, url=url, title=title)


def _read_closely(
    page: bytes,
    region: bytes,
    claims: list[Claim],
    tags: dict[str, str],
    locale: PageLocale,
    *,
    url: str,
    title: str | None,
) -> Reading | NothingRead:
    tree = LexborHTMLParser(region)
    found = [*claims, *_marked_up(tree, region, locale)]
    lead = next((claim for claim in found if claim.item_price is not None), None)
    if lead and lead.item_price and len(lead.other_prices) == 1 and shows_price(region, lead.item_price):
        found.append(Claim(reader=Reader.PLAIN, item_price=lead.item_price))
    elif plain := read_plain(tree, locale, price_in_description(tags, locale)):
        found.append(plain)
    if all(claim.reader is Reader.PLAIN for claim in found if claim.item_price is not None) and (
        state := read_embedded(page, locale, title)
    ):
        found.append(state)
    if not _priced(found):
        return _NO_PRICE
    if not any(claim.gtin for claim in found) and (code := labelled_gtin(region)):
        found.append(Claim(reader=Reader.PLAIN, gtin=code))
    texts = visible_texts(region)
    sku = _visible_sku(tree, texts, found, url)
    return vote(found, locale, stock=stock_words(texts, tree), sku=sku, title=title) or _NO_PRICE


def _unreadable(html: bytes, content_type: str | None) -> NothingRead | None:
    kind = (content_type or "text/html").split(";")[0].strip().lower()
    if not any(text in kind for text in _TEXT_TYPES):
        return NothingRead(outcome=Unread.BAD_CONTENT, detail=f"the answer is {kind}, not a page")
    if not html.strip() or len(html) > _LARGEST_PAGE or b"\x00\x00\x00" in html[:512]:
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


def _priced(claims: list[Claim]) -> bool:
    return any(claim.item_price is not None for claim in claims)


def _visible_sku(tree: LexborHTMLParser, texts: list[str], claims: list[Claim], url: str) -> str | None:
    stated = next((claim for claim in claims if claim.sku), None)
    if stated and stated.variants == 1:
        return None
    return named_sku(tree) or (None if stated else address_number(url) or labelled_sku(texts))


def _heading(page: bytes) -> str | None:
    at = page.find(b"<h1")
    start = page.find(b">", at) + 1
    end = page.find(b"</h1", start, start + 3000)
    return text_of(_TAG.sub(" ", page[start:end].decode("utf-8", "replace"))) if at >= 0 and end > 0 else None
