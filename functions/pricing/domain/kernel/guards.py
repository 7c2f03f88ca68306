"""What the competitors ask whom a rule watches, whoever it follows: one as a floor, one that holds prices in place."""

import numpy as np

from pricing.domain.kernel.codes import NOBODY, Gate
from pricing.domain.kernel.exact import Ints, Mask
from pricing.domain.kernel.gates import competitors_of, gates
from pricing.domain.kernel.market import watched
from pricing.domain.kernel.view import View, rows_of
from pricing.domain.plan import RulePlan


class Guards:
    """The watched competitors' cheapest offers that pass the rule's gates, 0 for none; None where nobody is watched.

    `unknown` are the products of which nobody knows what a watched competitor asks: it has no offer that counts, and
    is not known to be out of stock with each that it has.
    """

    def __init__(self, view: View, rule: RulePlan) -> None:
        self._market = watched(view, rule)
        self.unknown: Mask | None = None
        self.floor = self._asked(rule.bounds.floor_competitor)
        self.freezer = self._asked(rule.freeze_while_lowest)

    def _asked(self, competitor: str | None) -> Ints | None:
        if competitor is None:
            return None
        code = self._market.view.batch.competitors.get(competitor, NOBODY)
        amounts = self._market.lowest_from(code).amounts
        unknown = amounts == 0
        silent = np.flatnonzero(unknown)
        if len(silent):
            unknown[silent] = ~self._out_of_stock(rows_of(self._market.view, silent), code)
        self.unknown = unknown if self.unknown is None else self.unknown | unknown
        return amounts

    def _out_of_stock(self, view: View, code: int) -> Mask:
        """Whether a competitor has offers, and each is known to be out of stock."""
        theirs = competitors_of(view.offers) == code
        gone = gates(view, self._market.rule, None) == Gate.NOT_IN_STOCK
        owners = np.repeat(np.arange(len(view)), view.counts)
        has, others = np.zeros(len(view), np.bool), np.zeros(len(view), np.bool)
        has[owners[theirs]] = True
        others[owners[theirs & ~gone]] = True
        return has & ~others
