"""What the words and buttons of a page say about stock, in the languages shops use."""

import html
import re
from collections.abc import Iterator

from pricing.adapters.readers.elements import Tag
from pricing.adapters.readers.finding import find, holds, rfind
from pricing.adapters.readers.region import GAP, Region
from pricing.adapters.readers.stock_phrases import BACK_ORDER, BUTTON_NAMES, BUY, IN_STOCK, OUT_OF_STOCK, PRE_ORDER
from pricing.domain.reading import Availability

_GAP = GAP.encode()
_LONGEST = 160
_LONGEST_BUTTON = 40
_MOST_BUTTONS = 20
_MOST_PLACES = 50
_NEAR = 4
_WIDEST_BLANK = 200
_NAMES = ("class", "id", "data-test")
_BUTTON_STEMS = tuple(dict.fromkeys(name[:5].encode() for name in BUTTON_NAMES))
_BUTTON = re.compile("|".join(map(re.escape, BUTTON_NAMES)))
_CHOICE_TAGS = frozenset([b"option", b"select", b"label"])
_TEXT = re.compile(rb">\s*([^<>\s][^<>]*)")
_LONGEST_STATE = 30
_CHOICES = ("size", "swatch", "variant", "option", "store", "talla", "pickup", "retiro")
_OTHER_THINGS = (b"option", b"service", b"in-store", b"in store", b"pickup", b"delivery", b"click")
_UNSHOWN = (" hidden ", "modal", "popup", "dialog", "tooltip", "template")
_DENIES = re.compile(r"\b(?:not?|non|nicht|kein\w*|pas|niet|geen|nie|ikke|inte|ej|ei|não|нет|не|není)\b")
_STATES = (
    (PRE_ORDER, Availability.PRE_ORDER),
    (BACK_ORDER, Availability.BACK_ORDER),
    (IN_STOCK, Availability.IN_STOCK),
)


def stock_words(region: Region, *, stated: bool) -> Availability:
    """Weigh a refusal beside the offer against a button that sells; silence is unknown.

    Where data states that there is stock, only a refusal is of interest.
    """
    folded = region.said
    refused = _said(folded, OUT_OF_STOCK)
    if stated and not refused:
        return Availability.UNKNOWN
    refusal = _first(folded, refused, _LONGEST)
    offer = _first(folded, _said(folded, BUY), _LONGEST_BUTTON)
    # Related articles have buttons of their own, further down: what is said first is said of this one.
    if refusal < offer and _refusal_stands(region, refused):
        return Availability.OUT_OF_STOCK
    if offer < len(folded) or _has_button(region):
        return Availability.IN_STOCK
    short = GAP.join(text for text in region.folded.split(GAP) if len(text.strip()) <= _LONGEST_STATE)
    return next((state for phrases, state in _STATES if _said(_utf8(short), phrases)), Availability.UNKNOWN)


def state_said(text: str) -> Availability:
    """Return the state that a few words name; unknown where they deny something or name none."""
    folded = text.casefold()
    if _said(_utf8(folded), OUT_OF_STOCK):
        return Availability.OUT_OF_STOCK
    if _DENIES.search(folded):
        return Availability.UNKNOWN
    return next((state for phrases, state in _STATES if _said(_utf8(folded), phrases)), Availability.UNKNOWN)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _said(folded: bytes, phrases: tuple[bytes, ...]) -> list[bytes]:
    return [phrase for phrase in phrases if holds(folded, phrase)]


def _first(folded: bytes, said: list[bytes], longest: int) -> int:
    """Return the place of the first text of such a length with one of the phrases, or the end of all."""
    return min((_place(folded, phrase, longest) for phrase in said), default=len(folded))


def _place(folded: bytes, phrase: bytes, longest: int) -> int:
    at = find(folded, phrase)
    while at >= 0:
        start, end = rfind(folded, _GAP, 0, at) + 1, find(folded, _GAP, at)
        end = end if end >= 0 else len(folded)
        if len(folded[start:end].decode().strip()) <= longest:
            return start
        at = find(folded, phrase, end)
    return len(folded)


def _has_button(region: Region) -> bool:
    tags = (tag for stem in _BUTTON_STEMS for tag in region.tags_with(stem, _MOST_BUTTONS))
    return any(
        _BUTTON.search("\n".join([tag.attributes.get(attribute, "") for attribute in _NAMES]).lower())
        and "disabled" not in tag.attributes
        and not any(map(_hides, (tag, *region.around(tag.start, _NEAR - 1))))
        for tag in tags
    )


def _refusal_stands(region: Region, refused: list[bytes]) -> bool:
    """Return whether a refusal is shown, and speaks of the article and not of one size or shop."""
    folded = region.said
    said: set[str] = set()
    at = number = 0
    for start, end in sorted({place for phrase in refused for place in _pieces_with(folded, phrase)}):
        number, at = number + folded.count(_GAP, at, start), start
        if _is_about_article(folded[start:end]):
            said.add(region.texts[number])
    return any(_is_shown(region, at) for text in said for at in _places(region.html, text))


def _pieces_with(folded: bytes, phrase: bytes) -> Iterator[tuple[int, int]]:
    """Return where the texts begin and end that hold a phrase."""
    at = find(folded, phrase)
    while at >= 0:
        end = find(folded, _GAP, at)
        end = end if end >= 0 else len(folded)
        yield rfind(folded, _GAP, 0, at) + 1, end
        at = find(folded, phrase, end)


def _places(page: bytes, text: str) -> list[int]:
    """Return where a text stands as one, however its letters are written."""
    found = [at for spelled in {text.encode(), html.escape(text).encode()} for at in _alone(page, spelled)]
    if not found:
        pieces = _TEXT.finditer(page)
        found = [at.start(1) for at in pieces if html.unescape(at[1].decode("utf-8", "replace")).strip() == text]
    return found[:_MOST_PLACES]


def _alone(page: bytes, spelled: bytes) -> list[int]:
    found: list[int] = []
    at = find(page, spelled)
    while at >= 0 and len(found) < _MOST_PLACES:
        if page[max(0, at - _WIDEST_BLANK) : at].rstrip().endswith(b">"):
            found.append(at)
        at = find(page, spelled, at + len(spelled))
    return found


def _is_shown(region: Region, at: int) -> bool:
    return not any(_hides(tag) or _is_choice(tag) for tag in region.around(at, _NEAR))


def _is_about_article(text: bytes) -> bool:
    return not any(holds(text, word) for word in _OTHER_THINGS)


def _hides(tag: Tag) -> bool:
    style = tag.attributes.get("style", "").replace(" ", "").lower()
    name = f" {tag.attributes.get('class', '')} ".lower()
    return "hidden" in tag.attributes or "display:none" in style or any(word in name for word in _UNSHOWN)


def _is_choice(tag: Tag) -> bool:
    name = f"{tag.attributes.get('class', '')} {tag.attributes.get('id', '')}".lower()
    return tag.name in _CHOICE_TAGS or any(word in name for word in _CHOICES)
