"""Prices in a shop system of somebody's own: looked up, compared, written. Who does this holds no store.

Such a shop knows no write under a condition. A price is compared and then written, and in the moment between the two
somebody may change it by hand unseen; what the shop shows afterwards is read back.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

type LineOutcome = Literal["written", "conflict", "unknown_product", "refused", "unclear", "untried"]
type Found = Literal["one", "none", "several", "no_own_price"]


class ShopRefusedError(Exception):
    """The shop answers and does not do what it is asked; no other product will fare better. Says what to do."""


class ShopSilentError(Exception):
    """The shop does not answer as it should just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A product as the shop lists it under a SKU; a variation names its parent.

    One without a price of its own shows those of its parts. While it is on sale it shows another price than its own.
    """

    sku: str
    item_id: int
    parent_id: int | None = None
    price: Decimal | None = None
    own_price: bool = True
    on_sale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A product of ours whose price is to be looked at; its SKU is how the shop knows it."""

    product_id: str
    sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAsked(Asked):
    """A price to write over the one that is expected."""

    price: Decimal
    expected: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of one price."""

    product_id: str
    outcome: LineOutcome
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteWrote:
    """What became of each price; `stop` says why the shop takes none, if so."""

    lines: Sequence[Line]
    stop: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the shop shows for one product of ours."""

    product_id: str
    found: Found
    price: Decimal | None = None
    on_sale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRead:
    """What the shop shows and the currency that it tells, if it does; `unread` says why it told nothing."""

    looks: Sequence[Look] = ()
    currency: str | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repriced:
    """What the shop said to each write, by item; None where it took it. `stop` says why it takes no more, if so."""

    said: Mapping[int, tuple[LineOutcome, str]]
    stop: str = ""


class ShopSite(Protocol):
    """A shop system, asked in its own language; `ShopRefusedError` and `ShopSilentError` are its failures."""

    async def currency(self) -> str | None:
        """The currency of its prices, if it tells."""

    async def listed(self, skus: Sequence[str]) -> Sequence[Listed]:
        """Its products of these SKUs, and perhaps others."""

    async def reprice(self, prices: Sequence[tuple[Listed, Decimal]]) -> Repriced:
        """Write prices; a failure is an answer too."""


async def write_to_site(site: ShopSite, currency: str, asked: Sequence[PriceAsked]) -> SiteWrote:
    """Write each price, in this currency, whose product shows the expected one; one that is shown already counts."""
    try:
        told = await site.currency()
        if told not in {None, currency}:
            why = f"the shop sells in {told}, these prices are in {currency}: connect the shop that they belong to"
            return SiteWrote(lines=_all(asked, "untried"), stop=why)
        found = await _found(site, asked)
    except ShopRefusedError as error:
        return SiteWrote(lines=_all(asked, "untried"), stop=str(error))
    except ShopSilentError as error:
        return SiteWrote(lines=_all(asked, "unclear", f"not written this time: {error}"))
    judged = {one.product_id: _judged(one, found[one.sku]) for one in asked}
    free = [(found[one.sku][0], one.price) for one in asked if judged[one.product_id] is None]
    repriced = await site.reprice(free) if free else Repriced(said={})
    lines = [judged[one.product_id] or _said(one, found[one.sku][0], repriced) for one in asked]
    return SiteWrote(lines=lines, stop=repriced.stop)


async def read_from_site(site: ShopSite, asked: Sequence[Asked], *, with_currency: bool) -> SiteRead:
    """Look at what the shop shows; that it shows nothing to us is an answer too."""
    try:
        currency = await site.currency() if with_currency else None
        found = await _found(site, asked)
    except (ShopRefusedError, ShopSilentError) as error:
        return SiteRead(unread=str(error))
    return SiteRead(looks=[_look(one, found[one.sku]) for one in asked], currency=currency)


async def _found(site: ShopSite, asked: Sequence[Asked]) -> Mapping[str, Sequence[Listed]]:
    by_sku: defaultdict[str, dict[int, Listed]] = defaultdict(dict)
    for one in await site.listed(list(dict.fromkeys(one.sku for one in asked))):
        by_sku[one.sku][one.item_id] = one
    # Shops compare SKUs without regard to case and blanks; only the very same SKU is the same product.
    return {one.sku: list(by_sku[one.sku].values()) for one in asked}


def _judged(asked: PriceAsked, found: Sequence[Listed]) -> Line | None:
    """What becomes of a price before it is written; None when it may be."""
    if not found:
        return _line(asked, "unknown_product", f"the shop has no product of SKU {asked.sku}: enter the SKU there")
    if len(found) > 1:
        return _line(asked, "refused", f"the shop has {len(found)} products of SKU {asked.sku}: leave it to one")
    (known,) = found
    if not known.own_price:
        why = f"{asked.sku} has variations in the shop and no price of its own: give each variation a SKU here too"
        return _line(asked, "refused", why)
    if known.price == asked.price:
        return _line(asked, "written")
    if known.on_sale:
        return _line(asked, "conflict", f"the shop has it on sale at {known.price}: end that sale, then run again")
    if known.price != asked.expected:
        return _line(asked, "conflict", f"the shop shows {known.price}, expected was {asked.expected}: changed since")
    return None


def _said(asked: PriceAsked, known: Listed, repriced: Repriced) -> Line:
    outcome, detail = repriced.said.get(known.item_id, ("unclear", "the shop said nothing of this product"))
    return _line(asked, outcome, detail)


def _look(asked: Asked, found: Sequence[Listed]) -> Look:
    if len(found) != 1:
        return Look(product_id=asked.product_id, found="several" if found else "none")
    (known,) = found
    price = known.price if known.own_price else None
    return Look(
        product_id=asked.product_id,
        found="one" if known.own_price else "no_own_price",
        price=price,
        on_sale=known.on_sale,
    )


def _all(asked: Sequence[PriceAsked], outcome: LineOutcome, detail: str = "") -> list[Line]:
    return [_line(one, outcome, detail) for one in asked]


def _line(asked: PriceAsked, outcome: LineOutcome, detail: str = "") -> Line:
    return Line(product_id=asked.product_id, outcome=outcome, detail=detail)
