"""A free formula over a product's own fields, with + − × ÷ and brackets: exact, and checked before it is saved."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from pricing.domain.policies.fields import IN_FORMULAS, is_biased, is_rivals_secret, near

type Values = Mapping[str, Fraction | None]
type Computed = Callable[[Values], Fraction | None]

LONGEST = 500
DEEPEST = 20
_PART = re.compile(
    r"\s*(?:(?P<number>[0-9]{1,15}(?:\.[0-9]{1,15})?)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<sign>[-+*/()−×÷·:]))"
)
_SAME = {"−": "-", "×": "*", "·": "*", "÷": "/", ":": "/"}


class BadFormula(ValueError):
    """A formula that cannot be computed as written; `code` is the finding it makes."""

    def __init__(self, detail: str, code: str = "BAD_FORMULA") -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was checked: the fields it reads, and how it is computed; None where a product lacks one."""

    text: str
    names: frozenset[str]
    of: Computed


@lru_cache(maxsize=256)
def formula(text: str) -> Formula:
    """The formula that a text means; `BadFormula` says what is wrong with it."""
    if len(text) > LONGEST:
        raise BadFormula(f"a formula of {len(text)} characters is too long; {LONGEST} are allowed")
    reader = _Reader(_parts(text))
    of = reader.total(0)
    if reader.sign:
        raise BadFormula(f"«{reader.sign}» stands where the formula should end or go on with + − × ÷")
    if not reader.names:
        raise BadFormula("the formula reads no field, so every product would get one price; set min and max instead")
    return Formula(text, frozenset(reader.names), of)


def _parts(text: str) -> list[tuple[str, str]]:
    parts, place, stripped = [], 0, text.rstrip()
    while place < len(stripped):
        found = _PART.match(stripped, place)
        if found is None:
            rest = stripped[place:].lstrip()[:10]
            raise BadFormula(f"«{rest}» is no part of a formula; it takes fields, numbers, + − × ÷ and brackets")
        kind = str(found.lastgroup)
        parts.append((kind, _SAME.get(found[kind], found[kind])))
        place = found.end()
    if not parts:
        raise BadFormula("the formula is empty; write one like cost * 1.25 + 2")
    return parts


class _Reader:
    def __init__(self, parts: list[tuple[str, str]]) -> None:
        self._parts = parts
        self._place = 0
        self.names: set[str] = set()

    @property
    def sign(self) -> str:
        return self._parts[self._place][1] if self._place < len(self._parts) else ""

    def total(self, depth: int) -> Computed:
        sum_ = self._product(depth)
        while (sign := self.sign) in {"+", "-"}:
            self._place += 1
            sum_ = _joined(sign, sum_, self._product(depth))
        return sum_

    def _product(self, depth: int) -> Computed:
        product = self._value(depth)
        while (sign := self.sign) in {"*", "/"}:
            self._place += 1
            product = _joined(sign, product, self._value(depth))
        return product

    def _value(self, depth: int) -> Computed:
        if self._place == len(self._parts):
            raise BadFormula("the formula ends where a field, a number or a bracket should follow")
        if depth > DEEPEST:
            raise BadFormula(f"the formula's brackets and signs stand more than {DEEPEST} deep")
        kind, text = self._parts[self._place]
        self._place += 1
        if kind == "number":
            amount = Fraction(Decimal(text))
            return lambda _: amount
        if kind == "name":
            return self._named(text)
        if text == "-":
            return _joined("-", lambda _: Fraction(0), self._value(depth + 1))
        if text != "(":
            raise BadFormula(f"«{text}» stands where a field, a number or a bracket should")
        inner = self.total(depth + 1)
        if self.sign != ")":
            raise BadFormula("a bracket is opened and never closed")
        self._place += 1
        return inner

    def _named(self, name: str) -> Computed:
        if name not in IN_FORMULAS:
            if is_rivals_secret(name):
                detail = f"«{name}» is neither our own nor public: no rule may read it"
                raise BadFormula(detail, "NOT_PUBLIC")
            if is_biased(name):
                raise BadFormula(f"«{name}» asks where or who the buyer is: no rule may read it", "BIASED")
            detail = f"«{name}» is no number of a product{near(name, list(IN_FORMULAS))}"
            raise BadFormula(f"{detail} It can be {', '.join(IN_FORMULAS)}", "UNKNOWN_FIELD")
        self.names.add(name)
        return lambda values: values[name]


def _joined(sign: str, left: Computed, right: Computed) -> Computed:
    def of(values: Values) -> Fraction | None:
        a, b = left(values), right(values)
        if a is None or b is None or (sign == "/" and b == 0):
            return None
        return a + b if sign == "+" else a - b if sign == "-" else a * b if sign == "*" else a / b

    return of
