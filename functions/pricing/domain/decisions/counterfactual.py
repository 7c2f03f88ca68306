"""What would change a price: the nearest change of the market at which it flips, and what it would be then.

Every minor unit is tried for the first thousand, then amounts that differ by at most two percent and every amount
that stands in the decision; where two neighbours differ, the flip between them is found to the minor unit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import numpy as np

from pricing.domain.decision import Decision, ReasonCode
from pricing.domain.decisions.amounts import TICK, amount_of, scale_of, units_of
from pricing.domain.decisions.inputs import Inputs
from pricing.domain.decisions.subjects import Rules
from pricing.domain.decisions.variants import Variants, variants
from pricing.domain.kernel.codes import NOBODY, Gate, Reason
from pricing.domain.kernel.columns import LARGEST
from pricing.domain.kernel.decide import Decisions
from pricing.domain.plan import Line

type Kind = Literal["reference", "new_offer", "returning_offer"]

FAMILY = "family"
_DENSE = 1000
_SECTIONS = 512
_RETURNING = {Gate.NOT_IN_STOCK, Gate.STOCK_UNKNOWN, Gate.STALE, Gate.EXPIRED}
_RANKED = {"lowest", "second_lowest", "rank", "highest", "range_rank", "mode"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """Were that offer at `at` (item or landed, as the rule looks at it), the price would be `price` for `reason`.

    `reference`: the offer followed falls to it, or rises to it; `together` with every offer that stands between, so
    that nothing takes its place. One minor unit less of a change leaves the price as it is. `returning_offer`: one
    that does not count now is in stock and seen again, at the price it had. `new_offer`: somebody else's, in stock and
    beyond doubt; none whose amount is nearer to our price on its side changes anything.
    """

    kind: Kind
    observation_id: str | None
    competitor_id: str | None
    price_mode: Literal["item", "landed"]
    before: Decimal | None
    at: Decimal
    price: Decimal | None
    reason: ReasonCode
    together: bool = False


@dataclass(frozen=True, slots=True)
class _Flip:
    distance: int
    amount: int
    price: int
    reason: int


def counterfactual(rules: Rules, inputs: Inputs, decision: Decision) -> Counterfactual | None:
    """The nearest change that would change a decision's price.

    None where no change of one offer does, or where the decision is not this product's own: it was made otherwise, or
    with its family.
    """
    if FAMILY in decision.flags:
        return None
    now = variants(rules, inputs)
    scale = scale_of(inputs.facts.currency)
    if now is None or units_of(decision.price, scale) != now.row.price:
        return None
    return _reference(now, scale) or _returning(now, scale) or _newcomer(now, scale)


def _reference(now: Variants, scale: int) -> Counterfactual | None:
    row = now.row
    counting = [place for place, gate in enumerate(row.gates) if gate == Gate.OPEN]
    if not counting:
        return None
    place = next((one for one in counting if row.inputs.offers[one] is row.offer), None)
    if place is None:
        place = min(counting, key=row.amounts.__getitem__)
    amount, seen = row.amounts[place], row.inputs.offers[place]
    together = [one for one in counting if row.amounts[one] >= amount] if _is_ranked(now) else [place]
    # Whole minor units on both sides: nobody charges a part of one.
    below, above = amount - amount % TICK, -(-amount // TICK) * TICK
    lowest = (above - amount + min(seen.item, seen.landed) - 1) // TICK
    falls = _search(now, above, -1, lowest, lambda wanted: now.moved([place], wanted, up=False))
    rises = _search(now, below, 1, (LARGEST // 10 - below) // TICK, lambda wanted: now.moved(together, wanted, up=True))
    found = _nearer(falls, rises)
    if found is None:
        return None
    return replace(_said("reference", now, found, scale, place), together=found is rises and len(together) > 1)


def _is_ranked(now: Variants) -> bool:
    line = now.row.line
    step = None if line == NOBODY else [*now.rule.lines, *now.rule.fallbacks][line]
    return isinstance(step, Line) and step.reference.kind in _RANKED


def _newcomer(now: Variants, scale: int) -> Counterfactual | None:
    start = now.row.price or units_of(now.row.inputs.facts.cost, scale)
    start -= start % TICK
    if start <= 0:
        return None
    at_once = _flip(now, start, [0], now.joined([start]))
    if at_once is None:
        falls = _search(now, start, -1, start // TICK - 1, now.joined)
        rises = _search(now, start, 1, (LARGEST // 10 - start) // TICK, now.joined)
        at_once = _nearer(falls, rises)
    return None if at_once is None else _said("new_offer", now, at_once, scale, None)


def _returning(now: Variants, scale: int) -> Counterfactual | None:
    row = now.row
    absent = [
        place for place, gate in enumerate(row.gates) if gate in _RETURNING and row.inputs.offers[place].captured_at
    ]
    absent.sort(key=row.amounts.__getitem__)
    if not absent:
        return None
    made = now.returned(absent)
    for place, price, reason in zip(absent, made.price.tolist(), made.reason.tolist(), strict=True):
        if price != row.price:
            return _said("returning_offer", now, _Flip(0, row.amounts[place], price, reason), scale, place)
    return None


def _nearer(falls: _Flip | None, rises: _Flip | None) -> _Flip | None:
    if falls is None or rises is None:
        return falls or rises
    return falls if falls.distance <= rises.distance else rises


def _search(
    now: Variants, start: int, sign: int, farthest: int, probe: Callable[[Sequence[int]], Decisions]
) -> _Flip | None:
    """The first distance in minor units from the start, up to the farthest, at which the price is another."""
    points, known = _points(now, start, farthest), 0
    while points:
        found = _flip(now, start, points, probe([start + sign * TICK * one for one in points]), sign)
        if found is None:
            return None
        known = max((one for one in points if one < found.distance), default=known)
        if found.distance - known <= 1:
            return found
        points = sorted({*np.linspace(known + 1, found.distance, _SECTIONS, dtype=np.int64).tolist()})
    return None


def _flip(now: Variants, start: int, points: Sequence[int], made: Decisions, sign: int = 1) -> _Flip | None:
    """The first of the points at which another price was made."""
    other = np.flatnonzero(made.price != now.row.price)
    if not len(other):
        return None
    first = int(other[0])
    distance = points[first]
    return _Flip(distance, start + sign * TICK * distance, int(made.price[first]), int(made.reason[first]))


def _points(now: Variants, start: int, farthest: int) -> list[int]:
    row = now.row
    marks = [*row.amounts, row.price, row.lower, row.upper, row.target, *_own(now)]
    near = {abs(one - start) // TICK + more for one in marks for more in (-1, 0, 1)}
    return sorted(one for one in {*range(1, _DENSE + 1), *_growing(farthest), *near} if 1 <= one <= farthest)


def _own(now: Variants) -> list[int]:
    facts = now.row.inputs.facts
    scale = scale_of(facts.currency)
    return [units_of(one, scale) for one in (facts.price, facts.cost, facts.min_price, facts.max_price)]


def _growing(farthest: int) -> Iterable[int]:
    distance = _DENSE
    while distance < farthest:
        distance += distance // 50
        yield min(distance, farthest)


def _said(kind: Kind, now: Variants, flip: _Flip, scale: int, place: int | None) -> Counterfactual:
    row = now.row
    seen = None if place is None else row.inputs.offers[place]
    return Counterfactual(
        kind=kind,
        observation_id=None if seen is None else seen.observation_id,
        competitor_id=None if seen is None else seen.competitor_id,
        price_mode=now.rule.price_mode,
        before=None if place is None else amount_of(row.amounts[place], scale),
        at=amount_of(flip.amount, scale),
        price=amount_of(flip.price, scale) if flip.price else None,
        reason=ReasonCode(Reason(flip.reason).name),
    )
