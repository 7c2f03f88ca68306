"""What the words and buttons of a page say about stock, in the languages shops use."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pricing.adapters.readers.stock_phrases import BACK_ORDER, BUTTON_NAMES, BUY, IN_STOCK, OUT_OF_STOCK, PRE_ORDER
from pricing.domain.reading import Availability

_LONGEST = 160
_LONGEST_BUTTON = 40
_LONGEST_STATE = 30
_CHOICES = ("size", "swatch", "variant", "option", "store", "talla", "pickup", "retiro")
_OTHER_THINGS = ("option", "service", "in-store", "in store", "pickup", "delivery", "click")
_UNSHOWN = (" hidden ", "modal", "popup", "dialog", "tooltip", "template")
_SHOWS_BUTTON = ",".join(
    f"[{attribute}*='{name}' i]" for attribute in ("class", "id", "data-test") for name in BUTTON_NAMES
)


def stock_words(texts: list[str], tree: LexborHTMLParser) -> Availability:
    """Weigh a refusal beside the offer against a button that sells; silence is unknown."""
    folded = [text.casefold() for text in texts]
    refusal, offer = _first(folded, OUT_OF_STOCK, _LONGEST), _first(folded, BUY, _LONGEST_BUTTON)
    # Related articles have buttons of their own, further down: what is said first is said of this one.
    if refusal < offer and _refusal_stands(tree):
        return Availability.OUT_OF_STOCK
    if offer < len(folded) or _has_button(tree):
        return Availability.IN_STOCK
    for phrases, state in ((PRE_ORDER, Availability.PRE_ORDER), (BACK_ORDER, Availability.BACK_ORDER)):
        if _says(folded, phrases, _LONGEST_STATE):
            return state
    return Availability.IN_STOCK if _says(folded, IN_STOCK, _LONGEST_STATE) else Availability.UNKNOWN


def refuses(folded: list[str]) -> bool:
    """Return whether any visible text says that the article cannot be had."""
    return _says(folded, OUT_OF_STOCK, _LONGEST)


def _first(folded: list[str], phrases: re.Pattern[str], longest: int) -> int:
    """Return the place of the first text with such a phrase, or the number of texts."""
    if not _says(folded, phrases, longest):
        return len(folded)
    return next(at for at, text in enumerate(folded) if len(text) <= longest and phrases.search(text))


def _says(folded: list[str], phrases: re.Pattern[str], longest: int) -> bool:
    text = "\n".join(part for part in folded if len(part) <= longest)
    return phrases.search(text) is not None


def _has_button(tree: LexborHTMLParser) -> bool:
    return any("disabled" not in node.attributes and not _hidden(node) for node in tree.css(_SHOWS_BUTTON)[:20])


def _refusal_stands(tree: LexborHTMLParser) -> bool:
    """Return whether a refusal is shown, and speaks of the article and not of one size or shop."""
    for node in tree.css("strong,b,p,span,div,li,h2,h3,button,a,td,font")[:2500]:
        text = node.text(deep=False).strip().casefold()
        if (
            0 < len(text) <= _LONGEST
            and OUT_OF_STOCK.search(text)
            and _is_about_article(text)
            and not _hidden(node)
            and not _is_choice(node)
        ):
            return True
    return False


def _is_about_article(text: str) -> bool:
    return not any(word in text for word in _OTHER_THINGS)


def _hidden(node: LexborNode) -> bool:
    at: LexborNode | None = node
    for _ in range(4):
        if at is None:
            return False
        attributes = at.attributes
        style = (attributes.get("style") or "").replace(" ", "").lower()
        name = f" {attributes.get('class') or ''} ".lower()
        if "hidden" in attributes or "display:none" in style or any(word in name for word in _UNSHOWN):
            return True
        at = at.parent
    return False


def _is_choice(node: LexborNode) -> bool:
    at: LexborNode | None = node
    for _ in range(4):
        if at is None:
            return False
        name = f"{at.attributes.get('class') or ''} {at.attributes.get('id') or ''}".lower()
        if at.tag in {"option", "select", "label"} or any(word in name for word in _CHOICES):
            return True
        at = at.parent
    return False
