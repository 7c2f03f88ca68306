"""Facts that a page tells in pairs of label and value: "Brand: Bright", or a table row of the two."""

import html
import re
from functools import lru_cache

from pricing.adapters.readers.finding import find, rfind
from pricing.adapters.readers.region import GAP, Region

_BRANDS = {
    "en": "brand|brand name|manufacturer|make / manufacturer|make/manufacturer", "fr": "marque|fabricant",
    "de": "marke|hersteller", "es": "marca|fabricante", "it": "marca|produttore", "pt": "marca|fabricante",
    "nl": "merk|fabrikant", "pl": "marka|producent", "cs": "značka|výrobce", "sk": "značka|výrobca",
    "ru": "бренд|производитель", "uk": "бренд|виробник", "sv": "varumärke", "da": "mærke", "no": "merke",
    "fi": "tuotemerkki", "hu": "márka|gyártó", "lv": "zīmols|ražotājs", "lt": "gamintojas", "et": "tootja",
    "hr": "brend", "ja": "ブランド|メーカー", "zh": "品牌", "ko": "브랜드", "ar": "الماركة|العلامة التجارية",
    "vi": "thương hiệu",
}  # fmt: skip
_MPNS = {
    "en": "manufacturer part number|part number|mpn|manufacturer part no|mfr part number|part no",
    "de": "herstellernummer|hersteller-nr|herstellerartikelnummer",
    "fr": "numéro de pièce fabricant|référence fabricant",
    "it": "numero parte produttore|codice produttore", "pl": "kod producenta|numer katalogowy producenta",
    "cs": "kód výrobce", "sk": "kód výrobcu", "ru": "артикул производителя|код производителя", "lv": "ražotāja kods",
    "lt": "gamintojo kodas", "et": "tootja kood", "es": "número de pieza del fabricante", "nl": "fabrikantcode",
}  # fmt: skip


def _all(table: dict[str, str]) -> frozenset[str]:
    return frozenset(label for words in table.values() for label in words.split("|"))


_EVERY_BRAND, _EVERY_MPN = _all(_BRANDS), _all(_MPNS)
_LABELS = _EVERY_BRAND | _EVERY_MPN
_LONGEST_VALUE = 40
_LONGEST_CODE = 30
_COLONS = " :：\u00a0"
_VALUE = re.compile(r"[^\W_]")
_FAR = 60_000
_MOST_PLACES = 40
_LONGEST_LABEL = 120
_LONG_NEEDLE = 8
_SHORT_NEEDLE = 2
_BLANKS = _COLONS + "\n\r\t"
# The label's element ends here, and a few tags on stands the value.
_FAR_VALUE = re.compile(rb"(?:<[^<>]{0,300}>(?:\s|:|&nbsp;|\xc2\xa0)*){1,8}([^<>]{1,60}?)\s*<")
_MOST_NAMED = 30


def brand_in(region: Region, page: bytes, language: str | None) -> str | None:
    """Return what stands behind the first word for a brand, beside the offer or in a table further down."""
    near = _behind(region, _EVERY_BRAND, _LONGEST_VALUE)
    return near or _far(page, region.end, _needles(language, mpn=False), _EVERY_BRAND, _LONGEST_VALUE)


def mpn_in(region: Region, page: bytes, language: str | None) -> str | None:
    """Return what stands behind the first word for the maker's number of a part; it holds a digit."""
    near = _code(_behind(region, _EVERY_MPN, _LONGEST_CODE))
    return near or _code(_far(page, region.end, _needles(language, mpn=True), _EVERY_MPN, _LONGEST_CODE))


def named_brand(region: Region, title: str | None) -> str | None:
    """Return the text of an element called brand, when the article's title holds it too."""
    known = (title or "").casefold()
    for tag in region.tags_with(b"brand", _MOST_NAMED) if known else ():
        if "brand" in f"{tag.attributes.get('class')} {tag.attributes.get('id')}".lower():
            text = region.text_of(tag, _LONGEST_VALUE * 10)
            if 0 < len(text) <= _LONGEST_VALUE and text.casefold() in known:
                return text
    return None


@lru_cache(maxsize=128)
def _needles(language: str | None, *, mpn: bool) -> tuple[bytes, ...]:
    """Return what to look for: no first letter, which may be a capital, and nothing that holds another needle."""
    table = _MPNS if mpn else _BRANDS
    words = [word[1:].encode() for code in ("en", language or "en") for word in table.get(code, "").split("|")]
    long = [word for word in words if len(word) >= _LONG_NEEDLE]
    # Short words are searched slowly, and found where they mean nothing.
    ends = (b"<", b":", b" <")
    short = [word + end for word in words if _SHORT_NEEDLE <= len(word) < _LONG_NEEDLE for end in ends if not mpn]
    every = dict.fromkeys([*long, *short])
    return tuple(needle for needle in every if not any(other in needle for other in every if other != needle))


def _far(page: bytes, since: int, needles: tuple[bytes, ...], labels: frozenset[str], longest: int) -> str | None:
    for needle in needles:
        until = since + _FAR
        at = find(page, needle, since, until)
        for _ in range(_MOST_PLACES):
            if at < 0:
                break
            if (value := _value_at(page, at, labels, longest)) is not None:
                return value
            at = find(page, needle, at + len(needle), until)
    return None


def _value_at(page: bytes, at: int, labels: frozenset[str], longest: int) -> str | None:
    start, end = rfind(page, b">", max(0, at - _LONGEST_LABEL), at) + 1, find(page, b"<", at, at + _LONGEST_LABEL)
    if not start or end < 0:
        return None
    label, _, value = page[start:end].decode("utf-8", "replace").partition(":")
    if label.strip(_BLANKS).casefold() not in labels:
        return None
    if not value.strip(_BLANKS) and (found := _FAR_VALUE.match(page, end)):
        value = found[1].decode("utf-8", "replace")
    value = html.unescape(value).strip(_BLANKS)
    return value if 0 < len(value) <= longest and value.casefold() not in _LABELS and _VALUE.search(value) else None


def _code(value: str | None) -> str | None:
    return value if value and any(sign.isdigit() for sign in value) else None


def _behind(region: Region, labels: frozenset[str], longest: int) -> str | None:
    # Most pages say no such word alone; only the others are looked at piece by piece.
    said = labels.intersection(region.words)
    pieces, starts = region.folded.split(GAP) if said else [], tuple(said)
    for at in [at for at, piece in enumerate(pieces) if piece.startswith(starts)]:
        label, _, value = region.texts[at].replace("：", ":").partition(":")
        if label.strip(_COLONS).casefold() not in said:
            continue
        if not (value := value.strip(_COLONS)):
            value = next((near for near in region.texts[at + 1 : at + 3] if _VALUE.search(near)), "").strip(_COLONS)
        if 0 < len(value) <= longest and value.casefold() not in _LABELS:
            return value
    return None
