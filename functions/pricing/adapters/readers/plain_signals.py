"""What speaks for and against an element being the price of the page's article."""

import re
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborNode

from pricing.domain.price_text import Kind, PriceText

# All are searched in small letters: a search that ignores case is five times as slow.
_CURRENT = re.compile(
    r"current|sale|now|final|actual|special|our|offer|promo|main|primary|sell|deal|neu|actuel|product-?_?price|isum|bidprice"
)
_OLD = re.compile(
    r"old|was|list|strike|striked|barred|regular|original|rrp|msrp|before|crossed|disc\b|discounted-from|compare|full|retail|ancien|uvp|antes|normal"
)
_ASIDE = re.compile(
    r"ship|deliver|versand|save|saving|discount-|percent|point|bonus|month|instal|parcel|credit|loan|financ|rate\b|tax|unit|per-|min|max|filter|range|reward|coupon|gift"
)
_ELSEWHERE = re.compile(
    r"relat|recom|similar|upsell|cross|carousel|slider|recent|viewed|sponsor|cart|basket|header|footer|\bnav|menu|sidebar|suggest|bundle|accessor|also|swiper|slick|item__|tile|listing|grid|compare"
)
_OTHERS = re.compile(
    r"related|recommend|similar|upsell|up-sell|cross-?sell|also-|recently|last-?viewed|sponsored|you-may"
)
_CENTS = re.compile(r"cent|decimal|fraction|kop")
_STRUCK_NEARBY = re.compile(r"strik|barred|\bold|-old|was-")
_STILL_ASKED = re.compile(r"product-price-(?:now|current)|actual")
_PRODUCT = re.compile(r"product|detail|buy|offer|price")
_ENDS_WITH_NUMBER = re.compile(r"\d[.,]?$")
_CENT_DIGITS = 2
_MAY_BE_RAISED = re.compile(r"\d[.,]? \d\d(?: |$)")
_PIXELS = re.compile(r"(\d{2})\s?px")
_RAISED = "sup,sub,small,[class*='cent' i],[class*='decimal' i],[class*='fraction' i]"
_LONGEST_TEXT = 160
_NAMES = ("class", "id", "itemprop", "data-test", "data-testid")
_SUP = frozenset({"sup", "sub", "small"})
_STRIKES = frozenset({"del", "s", "strike"})
_FURNITURE = frozenset({"nav", "header", "footer", "aside"})
_BLOCKS = frozenset({"div", "p", "li", "td", "tr", "section", "article", "ul", "dd"})
_ROOTS = frozenset({"body", "html", "-undef"})
_ANCESTORS = 12


# Neither of these two is frozen: a page makes hundreds, and what is frozen is made four times as slowly.
@dataclass(slots=True)
class Called:
    """What the names of an element say about the price in it."""

    of_another: bool
    elsewhere: bool
    of_product: bool
    struck: bool
    old: bool
    current: bool
    aside: bool


@dataclass(slots=True)
class Element:
    """What is asked of an element again and again, asked of the tree once.

    `of_another` says that other articles stand in it, `struck` that it crosses out what it holds.
    """

    tag: str
    names: str
    style: str
    mem_id: int
    called: Called
    of_another: bool
    struck: bool


# A shop's pages use the same names again and again, and a batch holds many pages of one shop.
@lru_cache(maxsize=4_000)
def _called(names: str) -> Called:
    return Called(
        _OTHERS.search(names) is not None,
        _ELSEWHERE.search(names) is not None,
        _PRODUCT.search(names) is not None,
        _STRUCK_NEARBY.search(names) is not None,
        _OLD.search(names) is not None and not _STILL_ASKED.search(names),
        _CURRENT.search(names) is not None,
        _ASIDE.search(names) is not None,
    )


def chain_of(node: LexborNode, known: dict[int, tuple[Element, ...]]) -> tuple[Element, ...]:
    """Return an element and its ancestors, nearest first; neighbours share the known chain of a parent."""
    own: list[Element] = []
    above: tuple[Element, ...] = ()
    at: LexborNode | None = node
    while at is not None and len(own) <= _ANCESTORS:
        mem_id = at.mem_id
        if mem_id in known:
            above = known[mem_id]
            break
        if at.tag in _ROOTS:
            break
        own.append(_element(at, mem_id))
        at = at.parent
    else:
        # Nobody knows what is further up: this chain is whole for its first element alone.
        known[own[0].mem_id] = tuple(own)
        return known[own[0].mem_id]
    chain = (*own, *above)
    for level, element in enumerate(own):
        known[element.mem_id] = chain[level : level + _ANCESTORS + 1]
    return chain[: _ANCESTORS + 1] or (_element(node, node.mem_id),)


def _element(node: LexborNode, mem_id: int) -> Element:
    attributes = node.attributes
    names = " ".join([attributes[key] or "" for key in _NAMES if key in attributes]).lower() if attributes else ""
    tag, style, called = node.tag or "", attributes.get("style") or "", _called(names)
    of_another = called.of_another or tag in _FURNITURE
    struck = called.struck or tag in _STRIKES or "line-through" in style
    return Element(tag, names, style, mem_id, called, of_another, struck)


def whole_text(node: LexborNode) -> str:
    """Return all text of an element in one line."""
    return " ".join(node.text(deep=True, separator=" ").split())


def visible_text(node: LexborNode) -> str:
    """Return an element's text with raised cents written as decimals: 19 and a small 99 are 19.99, not 1999."""
    return with_decimals(node, whole_text(node))


def with_decimals(node: LexborNode, plain: str) -> str:
    """Return an element's visible text where its whole text is known."""
    # Without two digits alone behind a number nothing can be raised, and a search in a text is cheaper than in a tree.
    if not 0 < len(plain) <= _LONGEST_TEXT or not _MAY_BE_RAISED.search(plain) or node.css_first(_RAISED) is None:
        return plain
    parts: list[str] = []
    for child in node.traverse(include_text=True):
        if child.tag != "-text":
            continue
        text = (child.text_content or "").strip()
        if parts and are_cents(text, child.parent) and _ENDS_WITH_NUMBER.search(parts[-1]):
            parts[-1] = parts[-1].rstrip(".,") + "." + text
        elif text:
            parts.append(text)
    return " ".join(" ".join(parts).split())


def are_cents(text: str, parent: LexborNode | None) -> bool:
    """Return whether two digits stand raised, or in an element named for them."""
    if parent is None or len(text) != _CENT_DIGITS or not text.isdecimal():
        return False
    return parent.tag in _SUP or _CENTS.search((parent.attributes.get("class") or "").lower()) is not None


def text_behind(node: LexborNode) -> str | None:
    """Return the short text next to an element, where a sign may stand on its own."""
    for near in (node.next, node.prev):
        text = near.text(deep=True).strip() if near is not None and near.tag not in {"script", "style"} else ""
        if 0 < len(text) <= 8:  # noqa: PLR2004
            return text
    near = node.next
    return (
        near.next.text(deep=True).strip()[:8]
        if near is not None and near.next is not None and not near.text().strip()
        else None
    )


def is_struck(chain: tuple[Element, ...], read: PriceText) -> bool:
    """Return whether a price is one of the past: crossed out, or named so."""
    return read.kind is Kind.WAS or chain[0].called.old or True in [near.struck for near in chain[:4]]


def is_of_another(chain: tuple[Element, ...]) -> bool:
    """Return whether a price stands among other articles; the wrong price is worse than none."""
    return True in [near.of_another for near in chain[1:]]


def score_of(chain: tuple[Element, ...], text: str, read: PriceText) -> float:
    """Weigh what an element is called, how it looks and where it stands."""
    score = 2.0 if read.symbol else 0.0
    score += 1.5 if chain[0].called.current else 0.0
    score -= 4.0 if chain[0].called.aside else 0.0
    score -= len(text) / 40
    score -= 1.0 if read.kind in {Kind.FROM, Kind.RANGE, Kind.MULTIBUY, Kind.NET} else 0.0
    score += _size(chain[0].style)
    for near in chain[1:10]:
        if near.called.elsewhere:
            return score - 3.0
        score += 0.5 if near.called.of_product else 0.0
    return score


def _size(style: str) -> float:
    found = _PIXELS.search(style) if "font" in style else None
    return min(int(found[1]), 40) / 10 if found else 0.0


def block_of(chain: tuple[Element, ...]) -> int:
    """Return the block two levels up: prices in it speak about the same thing."""
    blocks = [near for near in chain[1:] if near.tag in _BLOCKS]
    return blocks[1].mem_id if len(blocks) > 1 else 0
