"""Step 3 of a decision, the offers' part: the amounts that count, product by product, and what stands among them."""

import sys
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from pricing.domain.kernel.codes import NOBODY
from pricing.domain.kernel.exact import Ints, Mask, Places, or_most
from pricing.domain.kernel.gates import amounts_of, competitors_of, counting, fulfilled_by
from pricing.domain.kernel.view import View
from pricing.domain.plan import CompetitorSet, RulePlan


class Found(NamedTuple):
    """An amount for each product, 0 where there is none, and the place of its offer in the view, or `NOBODY`."""

    amounts: Ints
    offers: Places


class Market:
    """The offers of a view that count under a rule. An offer of the same price that stands earlier comes first."""

    def __init__(self, view: View, rule: RulePlan, minimum: Ints | None, fulfilments: tuple[str, ...] = ()) -> None:
        self.view = view
        self.rule = rule
        self._amounts = amounts_of(view.offers, rule)
        self._minimum = minimum
        self._fulfilments = fulfilments
        self._narrower: dict[tuple[str, ...], Market] = {}

    def fulfilled(self, fulfilments: tuple[str, ...]) -> "Market":
        """The same market of those offers only that are fulfilled in one of these ways; of all, where none is named."""
        if not fulfilments:
            return self
        if fulfilments not in self._narrower:
            self._narrower[fulfilments] = Market(self.view, self.rule, self._minimum, fulfilments)
        return self._narrower[fulfilments]

    @cached_property
    def counting(self) -> Mask:
        """The offers that count."""
        found = counting(self.view, self.rule, self._minimum)
        return found & fulfilled_by(self.view, self._fulfilments) if self._fulfilments else found

    @cached_property
    def lowest(self) -> Found:
        """The cheapest offer of each product."""
        return self.lowest_of(self.counting)

    def lowest_of(self, chosen: Mask) -> Found:
        """The cheapest of the chosen offers of each product."""
        narrow = self._amounts.dtype == np.int32 and sys.byteorder == "little"
        found = _packed(self.view, self._amounts, chosen) if narrow else _searched(self.view, self._amounts, chosen)
        empty = self.view.counts == 0
        if empty.any():
            found.amounts[empty] = 0
            found.offers[empty] = NOBODY
        return found

    def lowest_from(self, competitor: int) -> Found:
        """The cheapest offer of one competitor."""
        return self.lowest_of(self.counting & (competitors_of(self.view.offers) == competitor))

    @cached_property
    def sizes(self) -> Places:
        """How many offers of each product count."""
        return np.diff(self._ranked_starts)

    def at_place(self, place: Places) -> Found:
        """The offer at a place among each product's, 0 the cheapest; none where there are fewer."""
        there = (place >= 0) & (place < self.sizes)
        spot = np.where(there, self._ranked_starts[:-1] + place, 0)
        if not len(self._ranked):
            return Found(np.zeros(len(self.view), np.int64), np.full(len(self.view), NOBODY))
        offers = self._ranked[spot]
        return Found(np.where(there, self._amounts[offers], 0), np.where(there, offers, NOBODY))

    @cached_property
    def _ranked(self) -> Places:
        """The places of the offers that count: product by product, cheapest first."""
        places = np.flatnonzero(self.counting)
        return places[np.lexsort((self._amounts[places], self._owners[places]))]

    @cached_property
    def _owners(self) -> Places:
        return np.repeat(np.arange(len(self.view)), self.view.counts)

    @cached_property
    def _ranked_starts(self) -> Places:
        sizes = np.bincount(self._owners[self.counting], minlength=len(self.view))
        return np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))

    def most_frequent(self) -> Found:
        """The amount that most offers of a product have, the lowest of several, and its first offer."""
        found = Found(np.zeros(len(self.view), np.int64), np.full(len(self.view), NOBODY))
        if not len(self._ranked):
            return found
        amounts, owners = self._amounts[self._ranked], self._owners[self._ranked]
        new = np.concatenate((np.ones(1, np.bool), (np.diff(amounts) != 0) | (np.diff(owners) != 0)))
        heads = np.flatnonzero(new)
        sizes = np.diff(np.append(heads, len(amounts)))
        # The last write wins: of the runs of a product, the longest and then the cheapest is written last.
        order = np.lexsort((-amounts[heads], sizes, owners[heads]))
        best = heads[order]
        found.amounts[owners[best]] = amounts[best]
        found.offers[owners[best]] = self._ranked[best]
        return found

    def average(self) -> tuple[Ints, Ints]:
        """The whole average of each product's offers, and its rest in parts of their number; 0 without offers."""
        places = np.flatnonzero(self.counting)
        owners, amounts = self._owners[places], self._amounts[places].astype(np.int64)
        sizes = np.maximum(self.sizes, 1)
        whole = amounts // sizes[owners]
        rest = amounts - whole * sizes[owners]
        # Quotients and rests apart: a sum of the amounts themselves might not fit.
        wholes, rests = np.zeros(len(self.view), np.int64), np.zeros(len(self.view), np.int64)
        np.add.at(wholes, owners, whole)
        np.add.at(rests, owners, rest)
        more = rests // sizes
        return wholes + more, rests - more * sizes


def watched(view: View, rule: RulePlan) -> Market:
    """The offers that pass the rule's gates, whoever it follows and however low they are."""
    return Market(view, replace(rule, competitors=CompetitorSet()), None)


def _packed(view: View, amounts: Ints, chosen: Mask) -> Found:
    """Amount and place in one number of 64 bits, so that one pass finds both."""
    none = np.iinfo(np.int32).max
    keys = np.empty(len(amounts) + 1, np.int64)
    halves = keys.view(np.int32).reshape(-1, 2)
    halves[:-1, 0] = np.arange(len(amounts), dtype=np.int32)
    halves[:-1, 1] = or_most(amounts, chosen)
    keys[-1] = none << 32
    least = np.minimum.reduceat(keys, view.starts) if len(view) else keys[:0]
    found = least >> 32
    least &= none
    missing = found == none
    found[missing] = 0
    least[missing] = NOBODY
    return Found(found, least)


def _searched(view: View, amounts: Ints, chosen: Mask) -> Found:
    none = np.iinfo(np.int64).max
    masked = np.append(or_most(amounts.astype(np.int64), chosen), none)
    least = np.minimum.reduceat(masked, view.starts) if len(view) else masked[:0]
    offers = np.full(len(view), NOBODY)
    owners = np.repeat(np.arange(len(view)), view.counts)
    places = np.flatnonzero(chosen & (masked[:-1] == np.repeat(least, view.counts)))[::-1]
    # The last write wins: the first offer of a product is written last.
    offers[owners[places]] = places
    return Found(np.where(least == none, 0, least), offers)
