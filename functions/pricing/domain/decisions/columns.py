"""Inputs as the kernel's columns: one batch for products that are decided under one policy at one moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate

import numpy as np

from pricing.domain.decisions.amounts import TICK, UNUSABLE, scale_of, units_of
from pricing.domain.decisions.inputs import Inputs, Seen
from pricing.domain.decisions.subjects import Rules
from pricing.domain.kernel.codes import MATCH_TYPES, NOBODY, ProductFlag
from pricing.domain.kernel.columns import LARGEST, Batch, Offers, Products
from pricing.domain.kernel.exact import Flags, Ints
from pricing.domain.market import ProductFacts

_NARROW = np.iinfo(np.int32).max
_MINUTE = timedelta(minutes=1)
_LONGEST = 2**31 - 1
_MATCH = {name: code for code, name in enumerate(MATCH_TYPES)}
_AMOUNTS = ("price", "cost", "min_price", "max_price", "map_price", "msrp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A batch, its rows' rules, and by row the amount that makes a product undecidable, where there is one."""

    batch: Batch
    rules: Sequence[int]
    unusable: Mapping[int, str]


def built(rules: Rules, inputs: Sequence[Inputs]) -> Built:
    """The columns of inputs that all stand at one moment."""
    at = inputs[0].at
    amounts, unusable = _amounts(inputs)
    # No condition and no formula may meet an amount that is none.
    products = [_without_amounts(one.facts) if row in unusable else one.facts for row, one in enumerate(inputs)]
    places = [NOBODY if row in unusable else rule for row, rule in enumerate(rules.rules_of(products, at))]
    per_day = {place for place in set(places) if place != NOBODY and rules.limits_per_day(place)}
    amounts["base"] = [base if place in per_day else 0 for base, place in zip(amounts["base"], places, strict=True)]
    seen = [offer for one in inputs for offer in one.offers]
    competitors = _numbered(offer.competitor_id for offer in seen)
    fulfilments = _numbered(offer.fulfilment for offer in seen if offer.fulfilment is not None)
    columns = {name: _ints(column) for name, column in amounts.items()}
    batch = Batch(
        plan=rules.plan,
        products=Products(
            price=columns["price"],
            cost=columns["cost"],
            min_price=columns["min_price"],
            max_price=columns["max_price"],
            map_price=columns["map_price"],
            msrp=columns["msrp"],
            base=columns["base"] if per_day else None,
            learned=columns["learned"],
            settles=columns["settles"] if any(amounts["settles"]) else None,
            flags=_flags(rules, inputs, places),
            minutes_since_change=_ints([_since_change(one) for one in inputs]),
            rule=np.array(places, np.int32),
            family=_families(products),
            formulas=_formulas(rules, products, inputs),
        ),
        offers=_offers(seen, at, competitors, fulfilments),
        offsets=np.array([0, *accumulate(len(one.offers) for one in inputs)], np.int64),
        competitors=competitors,
        fulfilments=fulfilments,
        tick=TICK,
    )
    return Built(batch=batch, rules=places, unusable=unusable)


def _without_amounts(facts: ProductFacts) -> ProductFacts:
    return replace(facts, price=None, cost=None, min_price=None, max_price=None, map_price=None, msrp=None)


def _amounts(inputs: Sequence[Inputs]) -> tuple[dict[str, list[int]], dict[int, str]]:
    """Columns of own amounts, and the first amount of each product that cannot be decided with."""
    scales = [scale_of(one.facts.currency) for one in inputs]
    columns = {
        name: [units_of(getattr(one.facts, name), scale) for one, scale in zip(inputs, scales, strict=True)]
        for name in _AMOUNTS
    }
    for name, said in (("base", "base_price"), ("learned", "learned_price"), ("settles", "loop_price")):
        columns[name] = [
            units_of(getattr(one.standing, said), scale) for one, scale in zip(inputs, scales, strict=True)
        ]
    unusable: dict[int, str] = {}
    for name, column in columns.items():
        if min(column) == UNUSABLE:
            for row, units in enumerate(column):
                if units == UNUSABLE:
                    column[row] = 0
                    unusable.setdefault(row, name)
    return columns, unusable


def _flags(rules: Rules, inputs: Sequence[Inputs], places: Sequence[int]) -> Flags:
    at, currency = inputs[0].at, rules.plan.currency
    closed = {place for place in set(places) if place != NOBODY and rules.closed(place, at)}
    return np.array(
        [
            one.standing.locked * ProductFlag.LOCKED.value
            | one.standing.in_promotion * ProductFlag.IN_PROMOTION.value
            | one.standing.in_loop * ProductFlag.LOOPING.value
            | (place in closed) * ProductFlag.OUT_OF_SCHEDULE.value
            | (one.facts.currency != currency) * ProductFlag.OTHER_CURRENCY.value
            for one, place in zip(inputs, places, strict=True)
        ],
        np.uint8,
    )


def _since_change(one: Inputs) -> int:
    """A change from the future was made now: a clock that jumps shortens no gap."""
    last = one.standing.last_changed_at
    return NOBODY if last is None else min(max((one.at - last) // _MINUTE, 0), _LONGEST)


def _families(products: Sequence[ProductFacts]) -> Ints | None:
    if all(facts.family is None for facts in products):
        return None
    known: dict[tuple[str, str, str], int] = {}
    return np.array(
        [
            NOBODY
            if facts.family is None
            else known.setdefault((facts.organisation_id, facts.shop_id, facts.family), len(known))
            for facts in products
        ],
        np.int32,
    )


def _formulas(rules: Rules, products: Sequence[ProductFacts], inputs: Sequence[Inputs]) -> dict[str, Ints]:
    channels = {
        one.facts.product_id: {shop: price for shop, price in there.items() if price.is_finite()}
        for one in inputs
        if (there := one.standing.channel_prices)
    }
    made = rules.formulas_of(products, channels)
    # What is beyond every amount is no reference, as in the kernel.
    return {
        name: _ints([units if 0 < (units := amount * TICK) <= LARGEST else 0 for amount in column])
        for name, column in made.items()
    }


def _offers(
    seen: Sequence[Seen], at: datetime, competitors: Mapping[str, int], fulfilments: Mapping[str, int]
) -> Offers:
    return Offers(
        item=_ints([offer.item for offer in seen]),
        landed=_ints([offer.landed for offer in seen]),
        flags=np.array([offer.marks for offer in seen], np.uint8),
        age=_ints([_age(offer.captured_at, at) for offer in seen]),
        match_type=np.array([_MATCH[offer.match_type] for offer in seen], np.uint8),
        competitor=np.array([competitors[offer.competitor_id] for offer in seen], np.int32),
        confidence=np.array([offer.confidence_ppm for offer in seen], np.int32),
        agreement=np.array([offer.agreement for offer in seen], np.int32),
        fulfilment=np.array([fulfilments.get(offer.fulfilment or "", NOBODY) for offer in seen], np.int32)
        if fulfilments
        else None,
    )


def _age(captured_at: datetime | None, at: datetime) -> int:
    """Minutes, rounded away from zero: an age is never taken for less, nor is a clock's error."""
    if captured_at is None:
        return 0
    age = at - captured_at
    minutes = -(-age // _MINUTE) if captured_at <= at else age // _MINUTE
    return min(max(minutes, -_LONGEST), _LONGEST)


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: code for code, name in enumerate(dict.fromkeys(names))}


def _ints(values: Sequence[int]) -> Ints:
    made = np.array(values, np.int64)
    return made.astype(np.int32) if len(made) == 0 or int(made.max()) < _NARROW else made
