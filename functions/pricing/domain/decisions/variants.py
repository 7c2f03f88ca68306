"""One product many times over, with its offers moved: what the kernel would decide in each of those markets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pricing.domain.decisions.columns import built
from pricing.domain.decisions.inputs import Inputs
from pricing.domain.decisions.rows import Row, rows
from pricing.domain.decisions.subjects import Rules
from pricing.domain.kernel.codes import MATCH_TYPES, NOBODY
from pricing.domain.kernel.columns import Batch, Offers
from pricing.domain.kernel.decide import Decisions
from pricing.domain.kernel.decide import decide as kernel
from pricing.domain.plan import Line, RulePlan

_FAR = 10**9
_CERTAIN = 1_000_000
_MANY_READERS = 10_000

type _Table = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Variants:
    """A product, alone, with what is decided for it now."""

    batch: Batch
    row: Row
    rule: RulePlan

    def moved(self, places: Sequence[int], wanted: Sequence[int], *, up: bool) -> Decisions:
        """Those offers at each of the wanted amounts: lifted to it where they are below, or brought down to it."""
        size = len(wanted)
        amounts = np.array(self.row.amounts, np.int64)
        shift: _Table = np.zeros((size, len(amounts)), np.int64)
        chosen = list(places)
        to_wanted = np.array(wanted, np.int64)[:, None] - amounts[chosen]
        shift[:, chosen] = np.maximum(to_wanted, 0) if up else np.minimum(to_wanted, 0)
        offers = self._repeated(size)
        return self._decided(
            size, replace(offers, item=offers.item + shift.ravel(), landed=offers.landed + shift.ravel())
        )

    def joined(self, wanted: Sequence[int]) -> Decisions:
        """A new offer that nothing speaks against, last among the others, at each of the wanted amounts."""
        alone = self.batch.offers
        newcomer = Offers(
            item=np.append(alone.item, 0).astype(np.int64),
            landed=np.append(alone.landed, 0).astype(np.int64),
            flags=np.append(alone.flags, np.uint8(0)),
            age=np.append(alone.age, 0),
            match_type=None
            if alone.match_type is None
            else np.append(alone.match_type, np.uint8(_match_place(self.rule))),
            competitor=None if alone.competitor is None else np.append(alone.competitor, self._newcomer),
            confidence=None if alone.confidence is None else np.append(alone.confidence, _CERTAIN),
            agreement=None if alone.agreement is None else np.append(alone.agreement, _MANY_READERS),
            fulfilment=None if alone.fulfilment is None else np.append(alone.fulfilment, self._fulfilment),
        )
        size, count = len(wanted), len(newcomer)
        offers = newcomer.at(np.tile(np.arange(count), size))
        offers.item[count - 1 :: count] = wanted
        offers.landed[count - 1 :: count] = wanted
        return self._decided(size, offers)

    def returned(self, places: Sequence[int]) -> Decisions:
        """Each of those offers in stock and seen now, the others as they are."""
        offers = self._repeated(len(places))
        mine = np.arange(len(places)) * len(self.row.amounts) + np.array(places, np.int64)
        offers.flags[mine], offers.age[mine] = 0, 0
        return self._decided(len(places), offers)

    def _repeated(self, size: int) -> Offers:
        offers = self.batch.offers.at(np.tile(np.arange(len(self.batch.offers)), size))
        return replace(offers, item=offers.item.astype(np.int64), landed=offers.landed.astype(np.int64))

    def _decided(self, size: int, offers: Offers) -> Decisions:
        products = replace(self.batch.products.at(np.zeros(size, np.int64)), family=None)
        offsets = np.arange(size + 1, dtype=np.int64) * (len(offers) // size)
        competitors = dict(self.batch.competitors)
        for one in _named(self.rule):
            competitors.setdefault(one, self._newcomer)
        return kernel(replace(self.batch, products=products, offers=offers, offsets=offsets, competitors=competitors))

    @property
    def _newcomer(self) -> int:
        """Somebody whom the rule follows: one whom it names, or anybody else."""
        named = _named(self.rule)
        return self.batch.competitors.get(named[0], _FAR) if named else _FAR

    @property
    def _fulfilment(self) -> int:
        wanted = _fulfilments(self.rule)
        return self.batch.fulfilments[wanted[0]] if wanted else NOBODY


def variants(rules: Rules, inputs: Inputs) -> Variants | None:
    """The product of some inputs; None where no rule takes it."""
    columns = built(rules, [inputs])
    (row,) = rows([inputs], columns, kernel(columns.batch))
    if row.rule is None:
        return None
    batch, wanted = columns.batch, _fulfilments(row.rule)
    if wanted:
        known = {one: _FAR + place for place, one in enumerate(wanted)} | dict(batch.fulfilments)
        ways = batch.offers.fulfilment
        ways = np.full(len(batch.offers), NOBODY, np.int32) if ways is None else ways
        batch = replace(batch, offers=replace(batch.offers, fulfilment=ways), fulfilments=known)
    return Variants(batch, row, row.rule)


def _fulfilments(rule: RulePlan) -> list[str]:
    return [one for line in _lines(rule) for one in line.reference.fulfilments]


def _lines(rule: RulePlan) -> list[Line]:
    return [line for line in (*rule.lines, *rule.fallbacks) if isinstance(line, Line)]


def _named(rule: RulePlan) -> tuple[str, ...]:
    if rule.competitors.kind == "only":
        return rule.competitors.ids
    return next((line.reference.competitors for line in _lines(rule) if line.reference.kind == "named"), ())


def _match_place(rule: RulePlan) -> int:
    return MATCH_TYPES.index(rule.evidence.match_types[0]) if rule.evidence.match_types else 0
