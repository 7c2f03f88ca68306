"""Facts that a page tells in pairs of label and value: "Brand: Bright", or a table row of the two."""

import re


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split("|"))


_BRANDS = _words(
    "brand|brand name|manufacturer|marque|fabricant|marke|hersteller|marca|fabricante|produttore|merk|fabrikant|marka"
    "|producent|značka|výrobce|výrobca|бренд|производитель|виробник|varumärke|mærke|merke|tuotemerkki|márka|gyártó"
    "|zīmols|ražotājs|brend|gamintojas|tootja|ブランド|メーカー|品牌|브랜드|الماركة|العلامة التجارية|thương hiệu"
)
_MPNS = _words(
    "mpn|manufacturer part number|manufacturer part no|mfr part number|part number|part no|herstellernummer"
    "|hersteller-nr|numéro de pièce fabricant|référence fabricant|numero parte produttore|kod producenta"
    "|numer katalogowy producenta|kód výrobce|kód výrobcu|артикул производителя"
)
_LABELS = _BRANDS | _MPNS
_LONGEST_VALUE = 40
_LONGEST_CODE = 30
_COLONS = " :：\u00a0"
_VALUE = re.compile(r"[^\W_]")


def brand_in(texts: list[str]) -> str | None:
    """Return what stands behind the first word for a brand."""
    return _behind(texts, _BRANDS, _LONGEST_VALUE)


def mpn_in(texts: list[str]) -> str | None:
    """Return what stands behind the first word for the maker's number of a part; it holds a digit."""
    found = _behind(texts, _MPNS, _LONGEST_CODE)
    return found if found and any(sign.isdigit() for sign in found) else None


def _behind(texts: list[str], labels: frozenset[str], longest: int) -> str | None:
    for at, text in enumerate(texts):
        label, _, value = text.replace("：", ":").partition(":")
        if label.strip(_COLONS).casefold() not in labels:
            continue
        if not (value := value.strip(_COLONS)):
            value = next((near for near in texts[at + 1 : at + 3] if _VALUE.search(near)), "").strip(_COLONS)
        if 0 < len(value) <= longest and value.casefold() not in _LABELS:
            return value
    return None
