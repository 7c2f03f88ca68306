"""The same goods as columns, and the kernel's columns as verdicts."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np

from pricing.domain.kernel.codes import MATCH_TYPES, Binding, Note, OfferFlag, ProductFlag, Reason, Route
from pricing.domain.kernel.columns import Batch, Offers, Products
from pricing.domain.kernel.decide import Decisions
from pricing.domain.kernel.exact import Flags, Ints
from pricing.domain.plan import Plan
from tests.oracle.judge import Goods, Seen, Verdict

NARROW = 2**31 - 1


def a_batch(goods: Sequence[Goods], plan: Plan, *, finer: int = 0) -> Batch:
    """Columns of goods; `finer` digits more than the currency has. Narrow integers where every amount fits."""
    tick = 10**finer
    unit = tick * 10**plan.minor_digits
    seen = [offer for one in goods for offer in one.offers]
    names = sorted({offer.competitor for offer in seen})
    ways = sorted({offer.fulfilment for offer in seen if offer.fulfilment is not None})
    every = [one for item in goods for one in (item.price, item.cost, item.min, item.max, item.map, item.msrp)]
    every += [one for item in goods for one in (item.learned, item.base, item.settles)]
    every += [amount for offer in seen for amount in (offer.item, offer.landed)]
    largest = max((int((amount or 0) * unit) for amount in every), default=0)
    width = np.int32 if largest < NARROW else np.int64

    def amounts(values: Sequence[Decimal | None]) -> Ints:
        made = [Decimal(value or 0) * unit for value in values]
        assert all(value == int(value) for value in made), "an amount has more digits than its columns"
        return np.array([int(value) for value in made], width)

    def marks(sets: Sequence[frozenset[str]], kind: type[OfferFlag] | type[ProductFlag]) -> np.typing.NDArray[np.uint8]:
        return np.array([sum(kind[mark].value for mark in one) for one in sets], np.uint8)

    formulas = sorted({name for one in goods for name in one.formulas})
    since = [-1 if one.minutes_since_change is None else one.minutes_since_change for one in goods]
    return Batch(
        plan=plan,
        products=Products(
            price=amounts([one.price for one in goods]),
            cost=amounts([one.cost for one in goods]),
            min_price=amounts([one.min for one in goods]),
            max_price=amounts([one.max for one in goods]),
            map_price=amounts([one.map for one in goods]),
            msrp=amounts([one.msrp for one in goods]),
            flags=marks([one.marks for one in goods], ProductFlag),
            minutes_since_change=np.array(since, np.int32),
            rule=np.array([one.rule for one in goods], np.int32),
            learned=amounts([one.learned for one in goods]),
            base=amounts([one.base for one in goods]),
            settles=amounts([one.settles for one in goods]),
            family=np.array([one.family for one in goods], np.int32),
            formulas={name: amounts([one.formulas.get(name) for one in goods]) for name in formulas},
        ),
        offers=Offers(
            item=amounts([offer.item for offer in seen]),
            landed=amounts([offer.landed for offer in seen]),
            flags=marks([offer.marks for offer in seen], OfferFlag),
            age=np.array([offer.age for offer in seen], np.int32),
            match_type=np.array([MATCH_TYPES.index(offer.match) for offer in seen], np.uint8),
            competitor=np.array([names.index(offer.competitor) for offer in seen], np.int32),
            confidence=np.array([offer.confidence_ppm for offer in seen], np.int32),
            agreement=np.array([offer.agreement for offer in seen], np.int16),
            fulfilment=np.array(
                [-1 if one.fulfilment is None else ways.index(one.fulfilment) for one in seen], np.int8
            ),
        ),
        offsets=np.concatenate(([0], np.cumsum([len(one.offers) for one in goods]))).astype(np.int64),
        competitors={name: code for code, name in enumerate(names)},
        fulfilments={name: code for code, name in enumerate(ways)},
        tick=tick,
    )


def verdicts(made: Decisions, batch: Batch) -> list[Verdict]:
    """The kernel's columns in the law's words."""
    return [_verdict(made, batch, row) for row in range(len(made))]


def _verdict(made: Decisions, batch: Batch, row: int) -> Verdict:
    tick, flags = batch.tick, Note(int(made.flags[row]))
    offer = int(made.offer[row])
    return Verdict(
        price=Fraction(int(made.price[row]), tick),
        reason=Reason(made.reason[row]).name,
        binding=Binding(made.binding[row]).name,
        route=Route(made.route[row]).name,
        target=int(made.target[row]) // tick,
        reference=Fraction(int(made.reference[row]), tick),
        offer=offer - int(batch.offsets[row]) if offer >= 0 else -1,
        line=int(made.line[row]),
        lower=int(made.lower[row]) // tick,
        upper=int(made.upper[row]) // tick,
        lower_by=Binding(made.lower_by[row]).name,
        upper_by=Binding(made.upper_by[row]).name,
        goal=Note.GOAL in flags,
        no_ending=Note.NO_ENDING in flags,
        no_minimum=Note.NO_MINIMUM in flags,
        action=Note.ACTION in flags,
        family=Note.FAMILY in flags,
        guard_unknown=Note.GUARD_UNKNOWN in flags,
    )


def goods_of(batch: Batch) -> list[Goods]:
    """The columns of a batch as products before the law: the way back from `a_batch`."""
    products, scale = batch.products, batch.plan.minor_digits

    def amount(column: Ints | None, row: int) -> Decimal | None:
        return None if column is None else (Decimal(int(column[row])) / batch.tick).scaleb(-scale)

    def number(column: Ints | Flags | None, row: int, otherwise: int) -> int:
        return otherwise if column is None else int(column[row])

    names, ways = ({code: name for name, code in one.items()} for one in (batch.competitors, batch.fulfilments))

    def seen(place: int) -> Seen:
        offers = batch.offers
        return Seen(
            landed=amount(offers.landed, place),
            item=amount(offers.item, place),
            age=int(offers.age[place]),
            marks=frozenset(flag.name or "" for flag in OfferFlag(int(offers.flags[place]))),
            match=MATCH_TYPES[number(offers.match_type, place, 0)],
            competitor=names[number(offers.competitor, place, 0)],
            confidence_ppm=number(offers.confidence, place, 0),
            agreement=number(offers.agreement, place, 0),
            fulfilment=ways.get(number(offers.fulfilment, place, -1)),
        )

    return [
        Goods(
            price=amount(products.price, row),
            cost=amount(products.cost, row),
            min=amount(products.min_price, row),
            max=amount(products.max_price, row),
            map=amount(products.map_price, row),
            msrp=amount(products.msrp, row),
            learned=amount(products.learned, row),
            base=amount(products.base, row),
            settles=amount(products.settles, row),
            family=number(products.family, row, -1),
            marks=frozenset(flag.name or "" for flag in ProductFlag(number(products.flags, row, 0))),
            rule=number(products.rule, row, 0),
            minutes_since_change=None if (since := number(products.minutes_since_change, row, -1)) < 0 else since,
            formulas={name: made for name, one in products.formulas.items() if (made := amount(one, row)) is not None},
            offers=tuple(seen(place) for place in range(int(batch.offsets[row]), int(batch.offsets[row + 1]))),
        )
        for row in range(len(batch))
    ]
