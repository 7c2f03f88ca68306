"""Steps 3 and 4 of a decision: a line's reference for each product, and the target it makes."""

from dataclasses import dataclass

import numpy as np

from pricing.domain.kernel.bounds import Bounds
from pricing.domain.kernel.codes import NOBODY
from pricing.domain.kernel.columns import FARTHEST
from pricing.domain.kernel.exact import Ints, Places, Quotient, down_to, quotient
from pricing.domain.kernel.market import Found, Market
from pricing.domain.kernel.view import View
from pricing.domain.plan import MILLION, Line, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Aimed:
    """What a line makes: targets and references, rounded down, 0 without; and the offer followed, or `NOBODY`.

    A target of a product with a reference may be 0 or less, when its step leaves nothing; there is one where
    `reference` is above 0.
    """

    target: Ints
    reference: Ints
    offer: Places


def aimed(line: Line, market: Market, bounds: Bounds) -> Aimed:
    """The targets of one line, in whole ticks, rounded down."""
    tick = market.view.batch.tick
    value, offers = _reference(line.reference, market, bounds)
    there = value.whole > 0 if value.rest is None else (value.whole > 0) | (value.rest > 0)
    if line.ppm is not None:
        signed = -line.ppm if line.relation == "below" else line.ppm
        target = value.share(MILLION + signed, MILLION)
    elif line.money is not None:
        target = value.whole.astype(np.int64) + (-line.money if line.relation == "below" else line.money) * tick
    else:
        target = value.whole
    # A reference above nothing and below one unit is still one.
    reference = value.whole if value.rest is None else np.maximum(value.whole, there)
    if line.money is not None:
        target = np.where(there, target, 0)
    return Aimed(target=down_to(target, tick), reference=reference, offer=offers)


def _reference(reference: Reference, market: Market, bounds: Bounds) -> tuple[Quotient, Places]:
    kind = reference.kind
    if not reference.needs_market:
        value = _of_product(reference, market.view, market.rule.bounds.cost_tax_ppm, bounds)
        return value, np.full(len(market.view), NOBODY)
    market = market.fulfilled(reference.fulfilments)
    if kind == "average":
        whole, rest = market.average()
        return Quotient(whole, rest, np.maximum(market.sizes, 1)), np.full(len(market.view), NOBODY)
    if kind == "median":
        return _median(market)
    if kind == "range_point":
        return _range_point(market, reference.share_ppm or 0)
    found = _of_offers(reference, market)
    return Quotient(found.amounts), found.offers


def _of_offers(reference: Reference, market: Market) -> Found:
    match reference.kind:
        case "lowest":
            return market.lowest
        case "second_lowest":
            return market.at_place(np.ones(len(market.view), np.int64))
        case "rank":
            return market.at_place(np.full(len(market.view), (reference.rank or 1) - 1))
        case "highest":
            return market.at_place(market.sizes - 1)
        case "range_rank":
            places = -(-market.sizes * (reference.share_ppm or 0) // MILLION)
            return market.at_place(np.maximum(places, 1) - 1)
        case "mode":
            return market.most_frequent()
        case _:
            return _named(reference.competitors, market)


def _named(competitors: tuple[str, ...], market: Market) -> Found:
    found = Found(np.zeros(len(market.view), np.int64), np.full(len(market.view), NOBODY))
    for one in reversed(competitors):
        code = market.view.batch.competitors.get(one)
        if code is not None:
            here = market.lowest_from(code)
            there = here.offers != NOBODY
            np.copyto(found.amounts, here.amounts, where=there)
            np.copyto(found.offers, here.offers, where=there)
    return found


def _median(market: Market) -> tuple[Quotient, Places]:
    low, high = market.at_place((market.sizes - 1) // 2), market.at_place(market.sizes // 2)
    both = low.amounts.astype(np.int64) + high.amounts
    # Of an even number the median lies between two offers, and follows neither.
    offers = np.where(low.offers == high.offers, low.offers, NOBODY)
    return Quotient(both // 2, both % 2, 2), offers


def _range_point(market: Market, share_ppm: int) -> tuple[Quotient, Places]:
    low, high = market.lowest, market.at_place(market.sizes - 1)
    point = quotient(high.amounts - low.amounts, share_ppm, MILLION)
    return Quotient(low.amounts + point.whole, point.rest, point.parts), np.full(len(market.view), NOBODY)


def _of_product(reference: Reference, view: View, tax_ppm: int, bounds: Bounds) -> Quotient:
    products = view.products
    if reference.kind == "cost_plus":
        return _cost_plus(reference, _column(products.cost, len(products)), tax_ppm, view.batch.tick)
    if reference.kind == "formula":
        return Quotient(_column(products.formulas.get(reference.formula or ""), len(products)))
    own = {
        "current": products.price,
        "msrp": products.msrp,
        "map": products.map_price,
        "min": bounds.minimum,
        "max": bounds.maximum,
    }
    return Quotient(_column(own[reference.own or "current"], len(products)))


def _cost_plus(reference: Reference, cost: Ints, tax_ppm: int, tick: int) -> Quotient:
    if reference.margin_ppm is not None:
        made = quotient(cost, MILLION + tax_ppm, MILLION - reference.margin_ppm)
    else:
        made = quotient(cost, (MILLION + tax_ppm) * (MILLION + (reference.markup_ppm or 0)), MILLION * MILLION)
    near = made.whole < FARTHEST * tick
    return Quotient(made.whole * near, None if made.rest is None else made.rest * near, made.parts)


def _column(column: Ints | None, size: int) -> Ints:
    return np.zeros(size, np.int64) if column is None else column
