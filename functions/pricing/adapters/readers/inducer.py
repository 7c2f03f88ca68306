"""Find the selectors of a price from pages on which it is known: the elements that show it, told by what stays."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pricing.adapters.readers.followed import Followed, TooLarge, TooMuch, followed_on
from pricing.adapters.readers.locale import page_locale
from pricing.adapters.readers.page_bytes import utf8_page
from pricing.adapters.readers.plain_signals import Element, chain_of, visible_text
from pricing.adapters.readers.read_page import read_page
from pricing.domain.price_text import Kind, PageLocale, read_price
from pricing.domain.reading import Reading
from pricing.domain.recipe import Field, InvalidRecipe, Recipe, Selector
from pricing.domain.repair import ChangedPage, KnownPage

_LONGEST_TEXT = 60
_LONGEST_HEADING = 160
_LEVELS = 3
_ANCESTORS = 5
_MOST_PLACES = 12
_MOST_NODES = 40_000
_MOST_SELECTORS = 400
_MOST_PROPOSED = 60
_MOST_OF_A_SIDE = 12
_DIGIT = re.compile(r"\d")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,50}")
# A name with many digits, or whose end mixes them with letters, was made by a machine and lives until the next build.
_MADE = re.compile(r"\d{3}|[a-z]\d[a-z]|\d[a-z]\d|[A-Z][a-z]?[A-Z][a-z]?[0-9A-Z]")
_STEM = re.compile(r"[A-Za-z]{4,}")
_FURNITURE = frozenset({"nav", "footer", "aside"})
_HOOKS = ("itemprop", "data-testid", "data-test", "data-qa", "data-role", "data-price-type")
_NO_PRICE = frozenset({Kind.PER_UNIT, Kind.INSTALMENT, Kind.SHIPPING, Kind.SAVING, Kind.WAS})
_UNSEEN = frozenset({"script", "style", "noscript", "template", "option", "title"})


@dataclass(frozen=True, slots=True)
class _Target:
    """A page, and the prices one of which its element must show."""

    tree: LexborHTMLParser
    followed: Followed
    locale: PageLocale
    prices: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """A selector, and how far it is to be trusted: less is better."""

    css: str
    weight: int


class Inducer:
    """Proposes recipes from the places where known prices stand; the same pages give the same recipes."""

    def propose(self, name: str, known: Sequence[KnownPage], changed: Sequence[ChangedPage]) -> Iterator[Recipe]:
        """Return recipes that find the changed pages' prices, and the known ones as well or by an alternative."""
        old = [_target(page.body, page.url, page.content_type, (page.item_price,)) for page in known]
        new = [_target(page.body, page.url, page.content_type, _wanted(page)) for page in changed]
        fresh = _ways(new)[:_MOST_OF_A_SIDE]
        stale = _ways(old)[:_MOST_OF_A_SIDE]
        whole = [way for way in fresh if _finds(way, old)]
        seen: set[str] = set()
        either = [f"{left.css}, {right.css}" for left, right in product(fresh, stale) if left.css != right.css]
        for css in [*(way.css for way in whole), *either][:_MOST_PROPOSED]:
            if css not in seen and (recipe := _recipe(name, css)):
                seen.add(css)
                yield recipe


def _target(body: bytes, url: str, content_type: str | None, prices: tuple[Decimal, ...]) -> _Target:
    page = utf8_page(body, content_type)
    return _Target(LexborHTMLParser(page), followed_on(page), page_locale(page, url), prices)


def _wanted(page: ChangedPage) -> tuple[Decimal, ...]:
    """Return what the price may be now: what any reader still says, and what it was."""
    read = read_page(page.body, url=page.url, content_type=page.content_type)
    said = [vote.item_price for vote in read.votes] if isinstance(read, Reading) else []
    asked = [read.item_price] if isinstance(read, Reading) else []
    return tuple(dict.fromkeys([*asked, *said, page.last_price]))


def _recipe(name: str, css: str) -> Recipe | None:
    try:
        return Recipe(name=name, version=1, selectors=(Selector(field=Field.ITEM_PRICE, css=css),))
    except InvalidRecipe:
        return None


def _ways(pages: Sequence[_Target]) -> list[_Way]:
    """Return the selectors whose first element shows a wanted price on every page, the most durable first."""
    if not pages:
        return []
    ordered = _ways_on(pages[0])
    whole = [way for way in ordered if _finds(way, pages)]
    if whole:
        return sorted(whole, key=lambda way: _cost(way, pages))
    # A shop has several kinds of page: what finds some of them, and what finds the first of the others.
    either = []
    for way in ordered[:_MOST_OF_A_SIDE]:
        rest = next(page for page in pages if not _finds(way, [page]))
        others = [other for other in _ways_on(rest) if _finds(other, [rest])][:_MOST_OF_A_SIDE]
        either += [_Way(f"{way.css}, {other.css}", way.weight + other.weight) for other in others]
    return sorted((way for way in either if _finds(way, pages)), key=lambda way: _cost(way, pages))


def _ways_on(page: _Target) -> list[_Way]:
    found: dict[str, _Way] = {}
    for way in (way for node in _places(page) for way in _ways_to(node)):
        found.setdefault(way.css, way)
    ordered = sorted(found.values(), key=lambda way: (way.weight, len(way.css)))[:_MOST_SELECTORS]
    return [way for way in ordered if _finds(way, [page])]


def _cost(way: _Way, pages: Sequence[_Target]) -> tuple[int, int, int]:
    """Order selectors: those that find what was confirmed last before those that find what a reader believes now."""
    return sum(_first_price(page, way.css) != page.prices[-1] for page in pages), way.weight, len(way.css)


def _finds(way: _Way, pages: Sequence[_Target]) -> bool:
    return all(_first_price(page, way.css) in page.prices for page in pages)


def _first_price(page: _Target, css: str) -> Decimal | None:
    page.followed.renew()
    try:
        found = page.followed.elements(css)
        return _price_in(page.followed.text(found[0]), page.locale) if found else None
    except (TooLarge, TooMuch):
        return None


def _price_in(text: str, locale: PageLocale) -> Decimal | None:
    if not 0 < len(text) <= _LONGEST_HEADING or not _DIGIT.search(text):
        return None
    read = read_price(text, locale=locale)
    clear = len(text) <= _LONGEST_TEXT or read.symbol is not None
    return read.amount if clear and read.kind not in _NO_PRICE else None


def _places(page: _Target) -> list[LexborNode]:
    """Return the elements that show a wanted price, are not crossed out and belong to no other article."""
    places: dict[int, LexborNode] = {}
    known: dict[int, tuple[Element, ...]] = {}
    body = page.tree.body
    for number, text in enumerate(body.traverse(include_text=True) if body else ()):
        if number > _MOST_NODES or len(places) >= _MOST_PLACES:
            break
        if text.tag != "-text" or not _DIGIT.search(text.text_content or ""):
            continue
        node = text.parent
        for _ in range(_LEVELS):
            if node is None or node.tag in _UNSEEN or node.tag in {"body", "html"}:
                break
            if node.mem_id not in places and _price_in(visible_text(node), page.locale) in page.prices:
                chain = chain_of(node, known)
                if not any(map(_is_elsewhere, chain)) and not any(near.struck for near in chain[:4]):
                    places[node.mem_id] = node
            node = node.parent
    return list(places.values())


def _is_elsewhere(element: Element) -> bool:
    return element.called.of_another or element.tag in _FURNITURE


def _ways_to(node: LexborNode) -> Iterator[_Way]:
    own = list(_names(node))
    yield from own
    tag = _Way(node.tag or "span", 30)
    at = node.parent
    for level in range(_ANCESTORS):
        if at is None or at.tag in {"body", "html"}:
            return
        for above in _names(at):
            for below in (*own[:4], tag):
                yield _Way(f"{above.css} {below.css}", above.weight + below.weight + level + 2)
        at = at.parent


def _names(node: LexborNode) -> Iterator[_Way]:
    """Return what an element can be told by: hooks for machines before names for people before names of machines."""
    attributes = node.attributes
    for hook in _HOOKS:
        if (value := attributes.get(hook)) and _PLAIN.fullmatch(value) and not _MADE.search(value):
            yield _Way(f'[{hook}="{value}"]', 1)
    if (name := attributes.get("id")) and _PLAIN.fullmatch(name):
        yield _Way(f"#{name}", 25 if _MADE.search(name) else 2)
    for name in (attributes.get("class") or "").split()[:6]:
        if _PLAIN.fullmatch(name) and not _MADE.search(name):
            yield _Way(f".{name}", 4)
        elif (stem := _STEM.match(name)) is not None:
            yield _Way(f'[class*="{stem[0]}"]', 12)
        if _PLAIN.fullmatch(name) and _MADE.search(name):
            yield _Way(f".{name}", 25)
