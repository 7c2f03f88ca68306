"""Recipes that a language model proposes; they count for nothing until `repair.mend` has proven them.

It names where the price stands and nothing else: no other field could be proven on pages whose price alone is known.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import permutations

from pricing.adapters.readers.page_bytes import product_regions, utf8_page
from pricing.domain.recipe import Field, InvalidRecipe, Recipe, Selector
from pricing.domain.repair import ChangedPage, Excerpt, KnownPage, PriceAt

_MOST_CHANGED = 3
_MOST_KNOWN = 2
_MOST_PLACES = 5
_LONGEST = 6_000
_BEFORE_HEADING = 500
_BEHIND_HEADING = 3_500
_AROUND_PRICE = 900
_GAP = " … "
# Addresses of pictures and drawings say nothing of where a price stands.
_NOISE = re.compile(rb"""\s(?:src|srcset|href|style|d|points|data-src)=(?:"[^"]{60,}"|'[^']{60,}')""")
_BLANKS = re.compile(r"\s+")
_MARK = rb"(?:[., ']|\xc2\xa0|\xe2\x80\xaf|&nbsp;)?"

type Ask = Callable[[Sequence[Excerpt]], Sequence[PriceAt]]


class LlmProposer:
    """Proposes what a model names, one by one and then in pairs: a shop's old pages and its new ones."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def propose(self, name: str, known: Sequence[KnownPage], changed: Sequence[ChangedPage]) -> Iterator[Recipe]:
        """Return recipes for the price; the model is asked when the first is wanted."""
        excerpts = [
            *(_excerpt(one.body, one.content_type, one.last_price, changed=True) for one in changed[:_MOST_CHANGED]),
            *(_excerpt(one.body, one.content_type, one.item_price, changed=False) for one in known[:_MOST_KNOWN]),
        ]
        told = [one for one in excerpts if one is not None]
        named = dict.fromkeys(self._ask(told)) if told else {}
        places = [one for one in named if _recipe(name, one) is not None][:_MOST_PLACES]
        texts = [one.css for one in places if one.attribute is None]
        pairs = [PriceAt(css=f"{one}, {other}") for one, other in permutations(texts, 2)]
        for place in (*places, *pairs):
            if (recipe := _recipe(name, place)) is not None:
                yield recipe


def _recipe(name: str, place: PriceAt) -> Recipe | None:
    try:
        selector = Selector(field=Field.ITEM_PRICE, css=place.css, attribute=place.attribute)
        return Recipe(name=name, version=1, selectors=(selector,))
    except InvalidRecipe:
        return None


def _excerpt(body: bytes, content_type: str | None, price: Decimal, *, changed: bool) -> Excerpt | None:
    """Return what stands around the heading and around the price, without what no person sees."""
    region = _NOISE.sub(b"", list(product_regions(utf8_page(body, content_type)))[-1].html)
    heading = max(region.find(b"<h1"), 0)
    spans = [(max(0, heading - _BEFORE_HEADING), heading + _BEHIND_HEADING)]
    shown = _spelled(price).search(region)
    if shown and not spans[0][0] <= shown.start() < spans[0][1] - _AROUND_PRICE:
        spans.append((max(0, shown.start() - _AROUND_PRICE), shown.end() + _AROUND_PRICE))
    parts = [region[start:end].decode("utf-8", "ignore") for start, end in spans]
    html = _BLANKS.sub(" ", _GAP.join(parts)).strip()[:_LONGEST]
    return Excerpt(html=html, price=price, changed=changed) if html else None


def _spelled(price: Decimal) -> re.Pattern[bytes]:
    groups = f"{int(price):,}".encode().split(b",")
    return re.compile(rb"(?<![\d.,])" + _MARK.join(groups) + rb"(?!\d)")
