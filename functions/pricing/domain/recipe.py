"""A store's recipe: the CSS selectors a person wrote to say where that store shows what."""

import re
from dataclasses import dataclass
from enum import StrEnum

from pricing.domain.css import UnknownCss, alternatives
from shared.kernel.errors import Invalid

MOST_SELECTORS = 20
MOST_WORDS = 10
_LONGEST_NAME = 80
_LONGEST_CSS = 200
_LONGEST_WORD = 40
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,59}")


class InvalidRecipe(Invalid):
    """A recipe that cannot be followed as written."""

    code = "recipe/invalid"
    title = "The recipe cannot be followed as written"


class Field(StrEnum):
    """What a recipe can find."""

    ITEM_PRICE = "item_price"
    LIST_PRICE = "list_price"
    SHIPPING = "shipping"
    CURRENCY = "currency"
    AVAILABILITY = "availability"
    CONDITION = "condition"
    SELLER = "seller"
    GTIN = "gtin"
    MPN = "mpn"
    SKU = "sku"
    BRAND = "brand"
    TITLE = "title"


class Pick(StrEnum):
    """Which of the elements that match is meant."""

    FIRST = "first"
    LAST = "last"
    JOIN = "join"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Where one field stands: its elements, the attribute that holds it instead of their text, words to leave out."""

    field: Field
    css: str
    attribute: str | None = None
    pick: Pick = Pick.FIRST
    strip: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.css.strip() or len(self.css) > _LONGEST_CSS:
            raise self._invalid(f"must be a CSS selector of at most {_LONGEST_CSS} characters")
        try:
            alternatives(self.css)
        except UnknownCss as unknown:
            raise self._invalid(f"cannot be followed: {unknown}") from unknown
        if self.attribute is not None and not _ATTRIBUTE.fullmatch(self.attribute):
            raise self._invalid(f"names no attribute by {self.attribute!r}")
        if len(self.strip) > MOST_WORDS or not all(0 < len(word) <= _LONGEST_WORD for word in self.strip):
            raise self._invalid(f"may leave out at most {MOST_WORDS} words of {_LONGEST_WORD} characters")

    def _invalid(self, why: str) -> InvalidRecipe:
        return InvalidRecipe(f"The selector for {self.field.value} {why}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The selectors of one store under a name and a version; each field has one at most, the price has one."""

    name: str
    version: int
    selectors: tuple[Selector, ...]

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > _LONGEST_NAME or self.version < 1:
            raise InvalidRecipe(f"A recipe has a name of at most {_LONGEST_NAME} characters and a version from 1.")
        fields = [selector.field for selector in self.selectors]
        if len(fields) > MOST_SELECTORS or len(set(fields)) < len(fields):
            raise InvalidRecipe("A recipe has one selector for a field.")
        if Field.ITEM_PRICE not in fields:
            raise InvalidRecipe("A recipe says where the price stands.")

    @property
    def label(self) -> str:
        """Name the recipe and its version, as a reading remembers them."""
        return f"{self.name}@{self.version}"
