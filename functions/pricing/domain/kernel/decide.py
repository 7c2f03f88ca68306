"""Decide the prices of one product or of a million: rule by rule, in chunks that stay in a processor's cache."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pricing.domain.kernel.codes import NOBODY
from pricing.domain.kernel.columns import Batch
from pricing.domain.kernel.exact import Flags, Ints, Places
from pricing.domain.kernel.rule_steps import decided
from pricing.domain.kernel.view import View, rows_of, slice_of

CHUNK = 16_384
"""Products at a time: large enough that a call costs nothing beside its work, small enough to stay in cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """One row per product, in the batch's order and unit.

    `price` is what the product should cost: its present price where nothing moves, 0 where it has none. `target` is
    the wanted price, rounded down, and `reference` what it started from, 0 where there was none; `offer` is the
    offer followed, by place in the batch, or `NOBODY`. `lower` and `upper` are the bounds in force, and `lower_by`
    and `upper_by` name them (`Binding`), as `binding` names what kept the price from its target. `rule` is the place
    of the rule in the plan, `line` of the line used among its lines and fallbacks (an average: its first), `NOBODY`
    for none. `reason`, `route` and `flags` are `Reason`, `Route` and `Note`.
    """

    price: Ints
    target: Ints
    reference: Ints
    offer: Places
    lower: Ints
    upper: Ints
    lower_by: Flags
    upper_by: Flags
    reason: Flags
    binding: Flags
    route: Flags
    rule: Ints
    line: Ints
    flags: Flags

    def __len__(self) -> int:
        return len(self.price)


def decide(batch: Batch) -> Decisions:
    """The decision of each product. A product that no rule takes keeps its price, with reason NONE."""
    made = _blank(batch)
    for place, rows, view in _parts(batch):
        work, price, reason, route = decided(view, batch.plan.rules[place])
        made.price[rows], made.reason[rows], made.route[rows] = price, reason, route
        made.target[rows], made.reference[rows], made.offer[rows] = work.target, work.reference, work.offer
        made.lower[rows], made.upper[rows] = work.bounds.lower, work.bounds.upper
        made.lower_by[rows], made.upper_by[rows] = work.bounds.lower_by, work.bounds.upper_by
        made.binding[rows], made.line[rows], made.flags[rows] = work.binding, work.line, work.notes
        made.rule[rows] = place
    return made


def _blank(batch: Batch) -> Decisions:
    size = len(batch)

    def amounts() -> Ints:
        return np.zeros(size, np.int64)

    def codes() -> Flags:
        return np.zeros(size, np.uint8)

    rule = np.full(size, NOBODY, np.int32)
    if batch.products.rule is None:
        rule[:] = 0
    return Decisions(
        price=batch.products.price.astype(np.int64),
        target=amounts(),
        reference=amounts(),
        offer=np.full(size, NOBODY, np.int64),
        lower=amounts(),
        upper=amounts(),
        lower_by=codes(),
        upper_by=codes(),
        reason=codes(),
        binding=codes(),
        route=codes(),
        rule=rule,
        line=np.full(size, NOBODY, np.int16),
        flags=codes(),
    )


def _parts(batch: Batch) -> Iterator[tuple[int, slice | Places, View]]:
    """The batch in chunks of one rule each, with the rows that they are."""
    rule = batch.products.rule
    if rule is None and not _has_families(batch, 0):
        for start in range(0, len(batch), CHUNK):
            end = min(start + CHUNK, len(batch))
            yield 0, slice(start, end), slice_of(batch, start, end)
        return
    whole = slice_of(batch, 0, len(batch))
    rule = np.zeros(len(batch), np.int32) if rule is None else rule
    order = np.argsort(rule, kind="stable")
    edges = np.searchsorted(rule[order], np.arange(len(batch.plan.rules) + 1))
    for place in range(len(batch.plan.rules)):
        for rows in _chunks(batch, place, order[edges[place] : edges[place + 1]]):
            yield place, rows, rows_of(whole, rows)


def _has_families(batch: Batch, place: int) -> bool:
    return batch.products.family is not None and batch.plan.rules[place].same_price is not None


def _chunks(batch: Batch, place: int, rows: Places) -> Iterator[Places]:
    """The rows of one rule in chunks; a family that gets one price stays in one."""
    cuts = np.arange(CHUNK, len(rows), CHUNK)
    if batch.products.family is not None and _has_families(batch, place):
        rows = rows[np.argsort(batch.products.family[rows], kind="stable")]
        family = batch.products.family[rows]
        heads = np.append(np.flatnonzero((np.diff(family) != 0) | (family[1:] < 0)) + 1, len(rows))
        cuts = np.unique(heads[np.searchsorted(heads, cuts)])
    yield from (part for part in np.split(rows, cuts) if len(part))
