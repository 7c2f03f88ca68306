"""Whether a condition holds for a product, and for many at once: both ways say the same."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from operator import ge, gt, le, lt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pricing.domain.market import ProductFacts
from pricing.domain.policies.document import Condition
from pricing.domain.policies.fact_columns import ABSENT, FactColumns, encoded
from pricing.domain.policies.fields import FIELDS, value_of
from pricing.domain.product_filter import within

type Mask = NDArray[np.bool_]
type Holds = Callable[[ProductFacts], bool]

ORDERED: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = (("lt", lt), ("lte", le), ("gt", gt), ("gte", ge))
OPERATIONS = ("eq", "in_", "has", "under", "lt", "lte", "gt", "gte", "exists")


def given(condition: Condition) -> list[str]:
    """The operations that a condition on one field names."""
    return [name for name in OPERATIONS if getattr(condition, name) not in {None, ()}]


def holder(condition: Condition) -> Holds:
    """A condition as a function of one product."""
    if condition.field is not None:
        return _leaf(condition, condition.field)
    if condition.not_ is not None:
        inner = holder(condition.not_)
        return lambda facts: not inner(facts)
    parts = [holder(part) for part in condition.all_ or condition.any_]
    if condition.all_:
        return lambda facts: all(part(facts) for part in parts)
    return lambda facts: any(part(facts) for part in parts)


def _leaf(condition: Condition, name: str) -> Holds:
    numbers = FIELDS[name].is_number
    if condition.exists is not None:
        wanted = condition.exists
        return lambda facts: (value_of(facts, name) not in {None, "", ()}) is wanted
    if condition.has is not None:
        tag = condition.has
        return lambda facts: tag in facts.tags
    if condition.under is not None:
        above = condition.under
        return lambda facts: within(facts.category, above)
    texts = condition.in_ or (() if condition.eq is None else (condition.eq,))
    if texts:
        wanted_values = frozenset(number(text) if numbers else text for text in texts)
        return lambda facts: value_of(facts, name) in wanted_values
    return _ordered(condition, name)


def _ordered(condition: Condition, name: str) -> Holds:
    tests = [(test, getattr(condition, word)) for word, test in ORDERED if getattr(condition, word) is not None]

    def holds(facts: ProductFacts) -> bool:
        value = value_of(facts, name)
        return value is not None and all(test(value, limit) for test, limit in tests)

    return holds


def number(text: str) -> Fraction:
    """A number written in a condition, exact; it equals a `Decimal` of the same worth."""
    return Fraction(Decimal(text))


def effort(condition: Condition, products: int) -> int:
    """About how many microseconds the mask of a condition takes for so many products."""
    if condition.field is not None:
        return 4 + products // 200 + 2 * len(condition.in_)
    parts = condition.all_ or condition.any_ or ((condition.not_,) if condition.not_ is not None else ())
    return 4 + sum(effort(part, products) for part in parts)


def mask(condition: Condition, columns: FactColumns) -> Mask:
    """For which of many products a condition holds."""
    if condition.field is not None:
        return _leaf_mask(condition, condition.field, columns)
    if condition.not_ is not None:
        return ~mask(condition.not_, columns)
    found = np.full(len(columns), bool(condition.all_))
    for part in condition.all_ or condition.any_:
        if condition.all_:
            found &= mask(part, columns)
        else:
            found |= mask(part, columns)
    return found


def _leaf_mask(condition: Condition, name: str, columns: FactColumns) -> Mask:
    if condition.exists is not None:
        return columns.present(name) if condition.exists else ~columns.present(name)
    if condition.has is not None:
        return columns.tagged(condition.has)
    if condition.under is not None:
        return columns.under(name, condition.under)
    texts: Sequence[str] = condition.in_ or (() if condition.eq is None else (condition.eq,))
    if FIELDS[name].is_number:
        return _number_mask(condition, columns.numbers(name), texts)
    return columns.among(name, texts)


def _number_mask(condition: Condition, values: NDArray[np.int64], texts: Sequence[str]) -> Mask:
    if texts:
        return np.isin(values, [encoded(Decimal(text)) for text in texts])
    found: Mask = values != ABSENT
    for word, test in ORDERED:
        limit = getattr(condition, word)
        if limit is not None:
            found &= test(values, encoded(limit))
    return found
