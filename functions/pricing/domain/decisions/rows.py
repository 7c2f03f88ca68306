"""One decided product after another, out of the kernel's columns, with the gate that each of its offers met."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pricing.domain.decisions.columns import Built
from pricing.domain.decisions.inputs import Inputs, Seen
from pricing.domain.kernel.bounds import bounds_of
from pricing.domain.kernel.codes import NOBODY, Binding, Gate, Note, Reason, Route
from pricing.domain.kernel.columns import Batch
from pricing.domain.kernel.decide import Decisions
from pricing.domain.kernel.exact import Flags, Ints
from pricing.domain.kernel.gates import amounts_of, gates
from pricing.domain.kernel.view import rows_of, slice_of
from pricing.domain.plan import RulePlan

_ACTION, _OPEN = Note.ACTION.value, Gate.OPEN.value


@dataclass(slots=True)
class Row:
    """What was decided for one product, in units, with the names of the kernel's codes.

    `gates` and `amounts` are of its offers, in their order, as its rule looked at them. `unusable` names the own
    amount that no decision can be made with.
    """

    inputs: Inputs
    rule: RulePlan | None
    place: int
    line: int
    price: int
    target: int
    reference: int
    offer: Seen | None
    lower: int
    upper: int
    lower_by: Binding
    upper_by: Binding
    reason: Reason
    binding: Binding
    route: Route
    notes: int
    gates: list[int]
    amounts: list[int]
    unusable: str | None

    @property
    def aims(self) -> bool:
        """Whether there was a target at all."""
        return self.reference > 0 or bool(self.notes & _ACTION)

    def counting(self) -> list[tuple[int, Seen]]:
        """The offers that count, cheapest first, with their amounts."""
        counted = [
            (amount, seen)
            for gate, amount, seen in zip(self.gates, self.amounts, self.inputs.offers, strict=True)
            if gate == _OPEN
        ]
        counted.sort(key=_amount)
        return counted


def _amount(counted: tuple[int, Seen]) -> int:
    return counted[0]


_BINDINGS, _REASONS, _ROUTES = tuple(Binding), tuple(Reason), tuple(Route)


def rows(inputs: list[Inputs], columns: Built, made: Decisions) -> Iterator[Row]:
    """The rows of a batch, in its order."""
    batch = columns.batch
    codes, amounts = _gated(batch)
    closed, looked, offsets = codes.tolist(), amounts.tolist(), batch.offsets.tolist()
    listed = zip(
        made.rule.tolist(),
        made.line.tolist(),
        made.price.tolist(),
        made.target.tolist(),
        made.reference.tolist(),
        made.offer.tolist(),
        made.lower.tolist(),
        made.upper.tolist(),
        made.lower_by.tolist(),
        made.upper_by.tolist(),
        made.reason.tolist(),
        made.binding.tolist(),
        made.route.tolist(),
        made.flags.tolist(),
        strict=True,
    )
    for row, (one, said) in enumerate(zip(inputs, listed, strict=True)):
        rule, line, price, target, reference, offer, lower, upper, lower_by, upper_by, reason, binding, route, notes = (
            said
        )
        start, end = offsets[row], offsets[row + 1]
        yield Row(
            one,
            None if rule == NOBODY else batch.plan.rules[rule],
            rule,
            line,
            price,
            target,
            reference,
            None if offer == NOBODY else one.offers[offer - start],
            lower,
            upper,
            _BINDINGS[lower_by],
            _BINDINGS[upper_by],
            _REASONS[reason],
            _BINDINGS[binding],
            _ROUTES[route],
            notes,
            closed[start:end],
            looked[start:end],
            columns.unusable.get(row),
        )


def _gated(batch: Batch) -> tuple[Flags, Ints]:
    """The gate that each offer met under its product's rule, and the amount that the rule looked at."""
    codes = np.full(len(batch.offers), Gate.OUTSIDE, np.uint8)
    amounts = batch.offers.landed.copy()
    ruled = np.zeros(len(batch), np.int32) if batch.products.rule is None else batch.products.rule
    owned = np.repeat(ruled, np.diff(batch.offsets))
    whole = slice_of(batch, 0, len(batch))
    for place in np.unique(ruled[ruled != NOBODY]).tolist():
        rule = batch.plan.rules[place]
        view = rows_of(whole, np.flatnonzero(ruled == place))
        minimum = bounds_of(view.products, rule.bounds, batch.tick).minimum if rule.ignore_below_min else None
        mine = owned == place
        codes[mine] = gates(view, rule, minimum)
        amounts[mine] = amounts_of(view.offers, rule)
    return codes, amounts
