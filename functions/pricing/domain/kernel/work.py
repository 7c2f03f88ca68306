"""What the kernel knows of some products while their decisions are made, in columns."""

from dataclasses import dataclass

import numpy as np

from pricing.domain.kernel.bounds import Bounds
from pricing.domain.kernel.codes import NOBODY, REASON_OF, Binding, Note
from pricing.domain.kernel.exact import Flags, Ints, Mask, Places, codes
from pricing.domain.kernel.market import Market
from pricing.domain.kernel.view import View
from pricing.domain.plan import RulePlan

_REASONS = np.zeros(len(Binding), np.uint8)
for _binding, _reason in REASON_OF.items():
    _REASONS[_binding] = _reason


@dataclass(frozen=True, slots=True)
class Kin:
    """Which rows belong together: the number of each row's family, `NOBODY` for a row that stands alone."""

    family: Places
    size: int

    def all_of(self, rows: Mask) -> Mask:
        """The rows, and all others of their families."""
        if not rows.any():
            return rows
        named = np.zeros(self.size + 1, np.bool)
        # The last place is that of the rows that stand alone: −1 finds it, and it stays empty.
        named[self.family[rows & (self.family != NOBODY)]] = True
        return rows | named[self.family]


@dataclass(slots=True, kw_only=True)
class Work:
    """One rule's products on their way.

    `aims` says which have a target; `held` which keep their price, and `binding` why. `acted` are those whose target
    is an action's, and `binding` then names what asked for it. `offer` is a place in the batch. `kin` are the families
    that get one price, once they have joined.
    """

    view: View
    rule: RulePlan
    bounds: Bounds
    market: Market
    target: Ints
    reference: Ints
    offer: Places
    line: Ints
    aims: Mask
    held: Mask
    acted: Mask
    binding: Flags
    notes: Flags
    kin: Kin | None = None

    def hold(self, rows: Mask, binding: Binding) -> None:
        """Keep the price of those rows that nothing holds yet, and of the families that they belong to."""
        if self.kin is not None:
            rows = self.kin.all_of(rows)
        fresh = rows & ~self.held
        if fresh.any():
            self.held |= fresh
            self.binding[fresh] = binding

    def note(self, rows: Mask, note: Note) -> None:
        """Add a note to those rows."""
        self.notes |= codes(rows, note)

    def forget(self, rows: Mask) -> None:
        """Drop what was aimed at."""
        self.target = np.where(rows, 0, self.target)
        self.reference = np.where(rows, 0, self.reference)
        self.offer = np.where(rows, NOBODY, self.offer)
        self.line = np.where(rows, np.int16(NOBODY), self.line)
        self.aims &= ~rows

    @property
    def reasons(self) -> Flags:
        """The reason that each binding gives."""
        return _REASONS.take(self.binding)


def started(view: View, rule: RulePlan, bounds: Bounds) -> Work:
    """Nothing is aimed at yet, and nothing holds."""
    size = len(view)
    return Work(
        view=view,
        rule=rule,
        bounds=bounds,
        market=Market(view, rule, bounds.minimum),
        target=np.zeros(size, np.int64),
        reference=np.zeros(size, np.int64),
        offer=np.full(size, NOBODY),
        line=np.full(size, NOBODY, np.int16),
        aims=np.zeros(size, np.bool),
        held=np.zeros(size, np.bool),
        acted=np.zeros(size, np.bool),
        binding=np.zeros(size, np.uint8),
        notes=np.zeros(size, np.uint8),
    )
