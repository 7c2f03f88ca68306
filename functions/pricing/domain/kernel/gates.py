"""Step 1 of a decision: which offers count under a rule, and which gate keeps each of the others out."""

from collections.abc import Iterator

import numpy as np

from pricing.domain.kernel.codes import MATCH_TYPES, NOBODY, Gate, OfferFlag
from pricing.domain.kernel.columns import Offers
from pricing.domain.kernel.exact import Flags, Ints, Mask
from pricing.domain.kernel.view import View
from pricing.domain.plan import RulePlan

CLOCK_SKEW_MINUTES = 5
"""Clocks of a scanner and a store may differ by this much; a price from further ahead is not believed."""

_FLAG_GATES = {
    Gate.OWN: OfferFlag.OWN,
    Gate.SELLER: OfferFlag.SELLER,
    Gate.QUARANTINED: OfferFlag.QUARANTINED,
    Gate.UNREAD: OfferFlag.UNREAD,
    Gate.NO_RATE: OfferFlag.NO_RATE,
    Gate.EXPIRED: OfferFlag.EXPIRED,
    Gate.STOCK_UNKNOWN: OfferFlag.STOCK_UNKNOWN,
    Gate.NOT_IN_STOCK: OfferFlag.NOT_IN_STOCK,
}


def amounts_of(offers: Offers, rule: RulePlan) -> Ints:
    """The offers' amounts in the rule's price mode."""
    return offers.landed if rule.price_mode == "landed" else offers.item


def competitors_of(offers: Offers) -> Ints:
    """The offers' competitors; nobody's, where nobody said whose they are."""
    return np.full(len(offers), NOBODY - 1, np.int32) if offers.competitor is None else offers.competitor


def fulfilled_by(view: View, fulfilments: tuple[str, ...]) -> Mask:
    """The offers that are fulfilled in one of these ways; none where nobody said how they are."""
    if view.offers.fulfilment is None:
        return np.zeros(len(view.offers), np.bool)
    return np.isin(
        view.offers.fulfilment, [code for one in fulfilments if (code := view.batch.fulfilments.get(one)) is not None]
    )


def counting(view: View, rule: RulePlan, minimum: Ints | None) -> Mask:
    """The offers that no gate keeps out. `minimum` is each product's own, where offers below it are left out."""
    # One byte holds all flags, so one comparison asks for all of them.
    asked = sum(flag for gate, flag in _FLAG_GATES.items() if _asks(gate, rule))
    passed: Mask = (view.offers.flags & np.uint8(asked)) == 0
    for _, kept_out in _measured(view, rule, minimum):
        passed &= ~kept_out
    return passed


def gates(view: View, rule: RulePlan, minimum: Ints | None) -> Flags:
    """The first gate that keeps each offer out, in the order of `Gate`; OPEN for those that count."""
    found = dict(_measured(view, rule, minimum))
    for gate, flag in _FLAG_GATES.items():
        if _asks(gate, rule):
            found[gate] = (view.offers.flags & np.uint8(flag)) != 0
    code = np.full(len(view.offers), Gate.OPEN, np.uint8)
    for gate in sorted(found, reverse=True):
        code[found[gate]] = gate
    return code


def _asks(gate: Gate, rule: RulePlan) -> bool:
    return gate is not Gate.STOCK_UNKNOWN or not rule.evidence.accept_unknown_stock


def _measured(view: View, rule: RulePlan, minimum: Ints | None) -> Iterator[tuple[Gate, Mask]]:
    """The gates that look at more than flags, with the offers that each keeps out."""
    offers, evidence = view.offers, rule.evidence
    if rule.competitors.kind != "all":
        codes = [view.batch.competitors.get(one, NOBODY) for one in rule.competitors.ids]
        named = np.isin(competitors_of(offers), codes)
        yield Gate.OUTSIDE, ~named if rule.competitors.kind == "only" else named
    accepted = [MATCH_TYPES.index(one) for one in evidence.match_types]
    if offers.match_type is not None:
        one_type = len(accepted) == 1
        yield (
            Gate.MATCH_TYPE,
            offers.match_type != accepted[0] if one_type else ~np.isin(offers.match_type, accepted),
        )
    elif "exact" not in evidence.match_types:
        yield Gate.MATCH_TYPE, np.ones(len(offers), np.bool)
    amounts = amounts_of(offers, rule)
    yield Gate.NOTHING_LEFT, amounts <= 0
    yield Gate.FUTURE, offers.age < -CLOCK_SKEW_MINUTES
    yield Gate.STALE, offers.age > evidence.max_age_minutes
    if evidence.min_confidence_ppm > 0:
        yield Gate.CONFIDENCE, _less(offers.confidence, evidence.min_confidence_ppm, len(offers))
    if evidence.min_agreement > 0:
        yield Gate.AGREEMENT, _less(offers.agreement, evidence.min_agreement, len(offers))
    if minimum is not None and rule.ignore_below_min:
        yield Gate.BELOW_MIN, amounts < np.repeat(minimum, view.counts)


def _less(column: Ints | None, least: int, size: int) -> Mask:
    return np.ones(size, np.bool) if column is None else column < least
