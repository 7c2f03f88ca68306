"""What the words and buttons of a page say about stock, in the languages shops use."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pricing.adapters.readers.page_bytes import AttributeValues
from pricing.adapters.readers.stock_phrases import BACK_ORDER, BUTTON_NAMES, BUY, IN_STOCK, OUT_OF_STOCK, PRE_ORDER
from pricing.domain.reading import Availability

_LONGEST = 160
_LONGEST_BUTTON = 40
_GAP = "\0"
_LONGEST_STATE = 30
_CHOICES = ("size", "swatch", "variant", "option", "store", "talla", "pickup", "retiro")
_OTHER_THINGS = ("option", "service", "in-store", "in store", "pickup", "delivery", "click")
_UNSHOWN = (" hidden ", "modal", "popup", "dialog", "tooltip", "template")
_STATES = (
    (PRE_ORDER, Availability.PRE_ORDER),
    (BACK_ORDER, Availability.BACK_ORDER),
    (IN_STOCK, Availability.IN_STOCK),
)


def stock_words(texts: list[str], names: AttributeValues, tree: LexborHTMLParser, *, stated: bool) -> Availability:
    """Weigh a refusal beside the offer against a button that sells; silence is unknown.

    Where data states that there is stock, only a refusal is of interest.
    """
    folded = _fold(texts)
    refused = _said(folded, OUT_OF_STOCK)
    if stated and not refused:
        return Availability.UNKNOWN
    every = folded.split(_GAP)
    buttons = [text if len(text) <= _LONGEST_BUTTON else "" for text in every]
    refusal, offer = _first(every, refused), _first(buttons, _said(_GAP.join(buttons), BUY))
    # Related articles have buttons of their own, further down: what is said first is said of this one.
    if refusal < offer and _refusal_stands(tree, refused):
        return Availability.OUT_OF_STOCK
    if offer < len(every) or _has_button(names, tree):
        return Availability.IN_STOCK
    short = _GAP.join(text for text in buttons if len(text) <= _LONGEST_STATE)
    return next((state for phrases, state in _STATES if _said(short, phrases)), Availability.UNKNOWN)


def refuses(texts: list[str]) -> bool:
    """Return whether any visible text says that the article cannot be had."""
    return bool(_said(_fold(texts), OUT_OF_STOCK))


def _fold(texts: list[str]) -> str:
    return _GAP.join(texts).casefold()


def _said(folded: str, phrases: tuple[str, ...]) -> list[str]:
    return [phrase for phrase in phrases if phrase in folded]


def _first(folded: list[str], said: list[str]) -> int:
    """Return the place of the first text with one of the phrases that are said, or the number of texts."""
    places = (at for at, text in enumerate(folded) if any(phrase in text for phrase in said))
    return next(places, len(folded)) if said else len(folded)


def _has_button(names: AttributeValues, tree: LexborHTMLParser) -> bool:
    selectors = ",".join(
        f"[{attribute}*='{name}' i]"
        for name in BUTTON_NAMES
        if name.encode() in names
        for attribute in ("class", "id", "data-test")
    )
    nodes = tree.css(selectors)[:20] if selectors else []
    return any("disabled" not in node.attributes and not _hidden(node) for node in nodes)


def _refusal_stands(tree: LexborHTMLParser, refused: list[str]) -> bool:
    """Return whether a refusal is shown, and speaks of the article and not of one size or shop."""
    for node in tree.css("strong,b,p,span,div,li,h2,h3,button,a,td,font")[:2500]:
        text = node.text(deep=False).strip().casefold()
        if (
            0 < len(text) <= _LONGEST
            and any(phrase in text for phrase in refused)
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
