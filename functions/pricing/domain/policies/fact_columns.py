"""Facts of many products as columns, made only for the fields that are asked for.

A number stands as twice its millionths, rounded down, plus one where something was cut off: then comparing with a
limit of at most six decimals is exact, whatever the product's own number of decimals. A text stands as a small number.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from pricing.domain.market import ProductFacts
from pricing.domain.policies.fields import FIELDS, value_of

type Mask = NDArray[np.bool_]

MOST_DECIMALS = 6
_SCALE = 10**MOST_DECIMALS
ABSENT = np.iinfo(np.int64).min
_FARTHEST: int = 2**62
_NOBODY = -1


def encoded(value: Decimal | Fraction) -> int:
    """A number as its column holds it; what is too far for any limit stands at the end."""
    above, below = value.as_integer_ratio()
    whole: int = above * _SCALE // below
    return min(max(2 * whole + int(whole * below != above * _SCALE), 1 - _FARTHEST), _FARTHEST)


class FactColumns:
    """Products as columns; a column is made when it is first asked for, and kept."""

    def __init__(self, products: Sequence[ProductFacts]) -> None:
        self._products = products
        self._numbers: dict[str, NDArray[np.int64]] = {}
        self._texts: dict[str, tuple[NDArray[np.int32], dict[str, int]]] = {}
        self._sorted: dict[str, tuple[list[str], NDArray[np.int32]]] = {}
        self._tags: dict[str, list[int]] | None = None

    def __len__(self) -> int:
        return len(self._products)

    def numbers(self, name: str) -> NDArray[np.int64]:
        """A field of numbers, `ABSENT` where a product has none."""
        if name not in self._numbers:
            values = (value_of(facts, name) for facts in self._products)
            column = (encoded(value) if isinstance(value, (Decimal, Fraction)) else ABSENT for value in values)
            self._numbers[name] = np.fromiter(column, np.int64, len(self))
        return self._numbers[name]

    def among(self, name: str, texts: Sequence[str]) -> Mask:
        """Whose text is one of these."""
        codes, known = self._text(name)
        wanted = [known[text] for text in texts if text in known]
        if not wanted:
            return np.zeros(len(self), np.bool_)
        return codes == wanted[0] if len(wanted) == 1 else np.isin(codes, wanted)

    def where(self, name: str, test: Callable[[str], bool]) -> Mask:
        """Whose text passes a test, which sees each different text once."""
        codes, known = self._text(name)
        passed = np.zeros(len(known) + 1, np.bool_)
        passed[: len(known)] = [test(text) for text in known]
        return passed[codes]

    def under(self, name: str, above: str) -> Mask:
        """Whose category is this one or stands below it: `within`, for many, by its place among all sorted."""
        if name not in self._sorted:
            codes, known = self._text(name)
            texts = sorted(known)
            places = np.full(len(known) + 1, _NOBODY, np.int32)
            places[[known[text] for text in texts]] = range(len(texts))
            self._sorted[name] = texts, places[codes]
        texts, rows = self._sorted[name]
        itself = bisect_left(texts, above)
        # Everything that starts with « > » lies before the next sign after its last.
        first, last = bisect_left(texts, f"{above} > "), bisect_left(texts, f"{above} >!")
        found: Mask = (rows >= first) & (rows < last)
        return found | (rows == itself) if itself < len(texts) and texts[itself] == above else found

    def present(self, name: str) -> Mask:
        """Who has the field at all."""
        if name == "tags":
            return np.fromiter((bool(facts.tags) for facts in self._products), np.bool_, len(self))
        return self.numbers(name) != ABSENT if FIELDS[name].is_number else self.where(name, bool)

    def tagged(self, tag: str) -> Mask:
        """Who has a tag."""
        if self._tags is None:
            self._tags = {}
            for row, facts in enumerate(self._products):
                for one in facts.tags:
                    self._tags.setdefault(one, []).append(row)
        found = np.zeros(len(self), np.bool_)
        found[self._tags.get(tag, [])] = True
        return found

    def _text(self, name: str) -> tuple[NDArray[np.int32], dict[str, int]]:
        if name not in self._texts:
            known: dict[str, int] = {}
            values = (value_of(facts, name) for facts in self._products)
            column = (known.setdefault(text, len(known)) if isinstance(text, str) else _NOBODY for text in values)
            self._texts[name] = np.fromiter(column, np.int32, len(self)), known
        return self._texts[name]
