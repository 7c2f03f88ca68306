"""How many pieces one article holds, as its title says it."""

import re
from collections.abc import Iterator

_MOST = 10_000
_UNIT = r"(?:kg|mg|g|gr|ml|cl|dl|l|lt|ltr|oz|fl\.? ?oz|lbs?|litres?|liters?|grams?|m|кг|г|мл|л)"
_PIECES = (
    r"(?:packs?|pcs?|pieces?|count|ct|pk|stück|stk|st|pièces?|piezas?|unidades|uds?|pezzi|pz|stuks|sztuk|szt|ks|kusů"
    r"|шт|個|入|件)"
)
_BOXES = "(?:pack|set|box|case|bundle|lot|pack de|lote de|confezione da|zestaw)"
_HAS_NUMBER = re.compile(r"\d")
# What each pattern cannot do without, found faster than the pattern: most titles say nothing of a pack.
_BOX_WORDS = ("pack", "set", "box", "case", "bundle", "lot", "confez", "zestaw")
_TIMES_SIGN = re.compile(r"[xX×*]")
_NUMBER_OF = re.compile(r"\d[ -]?[^\W\d_]")
_BOX, _TIMES, _EACH_TIMES, _COUNTED = (
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_BOXES} ?(?:of|de|da|von|van|à)? ?(\d{{1,5}})\b(?! ?(?:[.,]\d|[\"”%]))",
        rf"(?<![\d.,x×*])(\d{{1,5}}) ?[x×*] ?\d{{1,5}}(?:[.,]\d{{1,3}})? ?{_UNIT}\b",
        rf"(?<![\w.,])\d{{1,5}}(?:[.,]\d{{1,3}})? ?{_UNIT} ?[x×*] ?(\d{{1,5}})(?![\w.,])",
        rf"(?<![\w.,/-])(\d{{1,5}})(?: |-)?{_PIECES}(?![^\W\d_])",
    )
)


def pack_of(title: str | None) -> int | None:
    """Return N of "pack of N", "N x 500 ml", "500 ml x N" or "N pieces"; None where the title does not say."""
    if not title or not _HAS_NUMBER.search(title):
        return None
    for pattern in _patterns(title):
        found = pattern.search(title)
        if found and 1 < int(found[1]) <= _MOST:
            return int(found[1])
    return None


def _patterns(title: str) -> Iterator[re.Pattern[str]]:
    """Return the patterns that may find something, in their order."""
    small = title.casefold()
    if [word for word in _BOX_WORDS if word in small]:
        yield _BOX
    if _TIMES_SIGN.search(title):
        yield _TIMES
        yield _EACH_TIMES
    if _NUMBER_OF.search(title):
        yield _COUNTED
