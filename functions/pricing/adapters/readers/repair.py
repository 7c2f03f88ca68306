"""Prove a proposed recipe on stored pages: a repair that is not sure of every price is none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pricing.adapters.readers.followed import Followed, TooLarge, TooMuch, followed_on
from pricing.adapters.readers.inducer import Inducer
from pricing.adapters.readers.locale import page_locale
from pricing.adapters.readers.page_bytes import utf8_page
from pricing.adapters.readers.read_page import read_page
from pricing.adapters.readers.recipe import read_recipe
from pricing.adapters.readers.visible import shows_price
from pricing.domain.price_text import PageLocale
from pricing.domain.reading import Reader, Reading
from pricing.domain.recipe import Field, Recipe
from pricing.domain.repair import ChangedPage, KnownPage, Proof, Proposer

_MOST_TRIED = 60
_WIDEST_JUMP = 3
_GUESSERS = frozenset({Reader.PLAIN, Reader.LLM})
_ANCHORS = 2
_SURE = Decimal("0.60")
_LEAST_OF_TITLE = 0.5
_MOST_HEADINGS = 20
_WORD = re.compile(r"\w{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A page made ready to follow many recipes on it, and what the other readers say."""

    followed: Followed
    body: bytes
    locale: PageLocale
    price: Decimal
    currency: str | None
    is_of_title: bool
    second: Reading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What is held of a price on a changed page; anchored is one that more than a guess supports."""

    doubt: str | None = None
    anchored: bool = False
    found: Decimal | None = None
    alone: Decimal | None = None


def mend(
    name: str, known: Sequence[KnownPage], changed: Sequence[ChangedPage], proposers: Sequence[Proposer] = (Inducer(),)
) -> Proof:
    """Return the first proposed recipe that is proven, or the proof that came furthest."""
    best = Proof(recipe=None, detail="nobody proposed a recipe", known=len(known), changed=len(changed))
    old, new = [_known(page) for page in known], [_changed(page) for page in changed]
    for proposer in proposers:
        for number, recipe in enumerate(proposer.propose(name, known, changed)):
            proof = _proof(recipe, old, new)
            if proof.recipe is not None:
                return proof
            best = max(best, proof, key=lambda one: one.came)
            if number >= _MOST_TRIED:
                break
    return best


def prove(recipe: Recipe, known: Sequence[KnownPage], changed: Sequence[ChangedPage]) -> Proof:
    """Return whether a recipe finds every known price and agrees with a second look on every changed page."""
    return _proof(recipe, [_known(page) for page in known], [_changed(page) for page in changed])


def _proof(recipe: Recipe, old: Sequence[_Opened], new: Sequence[_Opened]) -> Proof:
    reproduced = sum(_reproduces(recipe, page) for page in old)
    verdicts = [_verdict(recipe, page) for page in new]
    agreed = sum(verdict.doubt is None for verdict in verdicts)
    detail = next((verdict.doubt for verdict in verdicts if verdict.doubt), None)
    if not old:
        detail = "no stored page with a known price is left to prove it on"
    elif reproduced < len(old):
        detail = f"it finds the known price on {reproduced} of {len(old)} stored pages"
    elif not new:
        detail = "there is no changed page to agree on"
    elif detail is None and _may_be_chance(recipe, verdicts):
        detail = "on a changed page only the last price agrees with it, which may be chance"
    elif detail is None and not any(verdict.anchored for verdict in verdicts):
        detail = "on the changed pages only a guess agrees with it"
    proven = detail is None
    return Proof(
        recipe=recipe if proven else None,
        detail=detail or f"it finds all {reproduced} known prices and agrees on all {agreed} changed pages",
        known=len(old),
        reproduced=reproduced,
        changed=len(new),
        agreed=agreed,
    )


def _reproduces(recipe: Recipe, page: _Opened) -> bool:
    claim = read_recipe(page.followed, recipe, page.locale).claim
    return claim is not None and claim.item_price == page.price and not _contradict(claim.currency, page.currency)


def _verdict(recipe: Recipe, page: _Opened) -> _Verdict:
    """Judge the price on a changed page: somebody else must find the same, and nothing may speak against it."""
    claim = read_recipe(page.followed, recipe, page.locale).claim
    if claim is None or not claim.item_price:
        return _Verdict(doubt="it finds no price on a changed page")
    found, said = claim.item_price, page.second
    if _contradict(claim.currency, page.currency):
        return _Verdict(doubt=f"it finds {claim.currency} on a changed page, where {page.currency} was known")
    if not page.is_of_title:
        return _Verdict(doubt="a changed page no longer speaks of the article")
    if not page.price / _WIDEST_JUMP < found < page.price * _WIDEST_JUMP:
        return _Verdict(doubt=f"it finds {found} on a changed page, far from the last {page.price}")
    if found != page.price and shows_price(page.body, page.price):
        return _Verdict(doubt=f"it finds {found} on a changed page that still shows the last {page.price}")
    if said is not None and said.item_price == found:
        return _Verdict(found=found, anchored=found == page.price or said.reader not in _GUESSERS)
    if said is not None and (said.reader not in _GUESSERS or said.confidence >= _SURE) and not _is_voted(said, page):
        return _Verdict(doubt=f"a second reader finds {said.item_price} on a changed page, not {found}")
    # Nobody but the last confirmed price speaks for it: chance may have put that on the page as well.
    if found != page.price:
        return _Verdict(doubt=f"nobody else finds {found} on a changed page")
    return _Verdict(found=found, anchored=True, alone=found)


def _is_voted(said: Reading, page: _Opened) -> bool:
    """Return whether the readers disagree with each other, none is sure, and one sees the last price."""
    return said.confidence < _SURE and any(vote.item_price == page.price for vote in said.votes)


def _may_be_chance(recipe: Recipe, verdicts: Sequence[_Verdict]) -> bool:
    """Return whether a last price may stand on a changed page by chance.

    It does not where the selector finds the known pages' prices as it is, or two different ones on changed pages.
    """
    alone = {verdict.alone for verdict in verdicts if verdict.alone is not None}
    anchors = {verdict.found for verdict in verdicts if verdict.anchored}
    alternatives = any("," in selector.css for selector in recipe.selectors if selector.field is Field.ITEM_PRICE)
    return bool(alone) and alternatives and len(anchors) < _ANCHORS


def _contradict(left: str | None, right: str | None) -> bool:
    return left is not None and right is not None and left != right


def _known(page: KnownPage) -> _Opened:
    return _opened(page.body, page.url, page.content_type, page.item_price, page.currency, None)


def _changed(page: ChangedPage) -> _Opened:
    return _opened(page.body, page.url, page.content_type, page.last_price, page.currency, page.title, second=True)


def _opened(
    body: bytes,
    url: str,
    content_type: str | None,
    price: Decimal,
    currency: str | None,
    title: str | None,
    *,
    second: bool = False,
) -> _Opened:
    page = utf8_page(body, content_type)
    followed = followed_on(page)
    read = read_page(body, url=url, content_type=content_type) if second else None
    return _Opened(
        followed=followed,
        body=page,
        locale=page_locale(page, url),
        price=price,
        currency=currency,
        is_of_title=title is None or _speaks_of(title, followed),
        second=read if isinstance(read, Reading) else None,
    )


def _speaks_of(title: str, followed: Followed) -> bool:
    """Return whether a heading or the page's title still holds most words of the article's title."""
    wanted = set(_WORD.findall(title.casefold()))
    try:
        said = " ".join(map(followed.text, followed.elements("h1, h2, title")[:_MOST_HEADINGS])).casefold()
    except (TooLarge, TooMuch):
        return False
    return not wanted or len(wanted & set(_WORD.findall(said))) >= _LEAST_OF_TITLE * len(wanted)
