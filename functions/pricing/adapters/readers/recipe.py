"""Follow a store's recipe on a page, and name each of its selectors that fails there."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pricing.adapters.readers.claims import Claim, availability_of, condition_of, gtin_of, iso_currency, text_of
from pricing.adapters.readers.followed import Followed, TooLarge, TooMuch, followed_on
from pricing.domain.price_text import Kind, PageLocale, PriceText, read_price
from pricing.domain.reading import Availability, Condition, Reader
from pricing.domain.recipe import Field, Pick, Recipe, Selector

_MOST_JOINED = 20
_NO_PRICE = frozenset({Kind.PER_UNIT, Kind.INSTALMENT, Kind.SHIPPING, Kind.SAVING})

type Found = PriceText | str | Availability | Condition


class Why(StrEnum):
    """What keeps a selector from giving its field."""

    TOO_MUCH = "following it takes too long on this page; name what it means more closely"
    TOO_LARGE = "what the selector matches holds more than one field; name an element further in"
    NO_MATCH = "the selector matches nothing"
    EMPTY = "what the selector matches is empty"
    NOT_A_PRICE = "what it matches is not a price"
    NOT_A_CURRENCY = "what it matches is not a currency"
    NOT_A_GTIN = "what it matches is not a GTIN"
    NOT_A_STATE = "what it matches is none of the known states"
    UNEXPECTED = "what it finds is not what was expected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One selector that failed, and on which text."""

    field: Field
    why: Why
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeRead:
    """What a recipe found; without a price it claims nothing."""

    claim: Claim | None
    faults: tuple[Fault, ...] = ()


def read_recipe(page: Followed | bytes, recipe: Recipe, locale: PageLocale) -> RecipeRead:
    """Return the recipe's claim about a page, and the selectors a person should mend."""
    followed = followed_on(page) if isinstance(page, bytes) else page
    followed.renew()
    found: dict[Field, Found] = {}
    faults: list[Fault] = []
    for selector in recipe.selectors:
        text = _text(followed, selector)
        value = text if isinstance(text, Why) else _value(selector.field, text, locale)
        if isinstance(value, Why):
            faults.append(Fault(field=selector.field, why=value, text=None if isinstance(text, Why) else text))
        else:
            found[selector.field] = value
    return RecipeRead(claim=_claim(found, recipe), faults=tuple(faults))


def try_recipe(page: Followed | bytes, recipe: Recipe, expected: dict[Field, str], locale: PageLocale) -> RecipeRead:
    """Follow a recipe on a stored page; a field that is not what a person expects there is a fault too."""
    read = read_recipe(page, recipe, locale)
    failed = {fault.field for fault in read.faults}
    wrong = tuple(
        Fault(field=field, why=Why.UNEXPECTED, text=got)
        for field, wanted in expected.items()
        if field not in failed and not _same(field, got := _written(read.claim, field), wanted, locale)
    )
    return RecipeRead(claim=read.claim, faults=(*read.faults, *wrong))


def _text(followed: Followed, selector: Selector) -> str | Why:
    try:
        found = followed.elements(selector.css)
        if not found:
            return Why.NO_MATCH
        chosen = {Pick.FIRST: found[:1], Pick.LAST: found[-1:], Pick.JOIN: found[:_MOST_JOINED]}[selector.pick]
        text = " ".join(_of_element(followed, one, selector.attribute) for one in chosen)
    except TooMuch:
        return Why.TOO_MUCH
    except TooLarge:
        return Why.TOO_LARGE
    for word in selector.strip:
        text = text.replace(word, " ")
    return text_of(text) or Why.EMPTY


def _of_element(followed: Followed, element: int, attribute: str | None) -> str:
    return followed.attribute(element, attribute) if attribute else followed.text(element)


def _value(field: Field, text: str, locale: PageLocale) -> Found | Why:
    match field:
        case Field.ITEM_PRICE | Field.LIST_PRICE | Field.SHIPPING:
            return _price(field, text, locale)
        case Field.CURRENCY:
            return iso_currency(text, locale) or Why.NOT_A_CURRENCY
        case Field.GTIN:
            return gtin_of(text) or Why.NOT_A_GTIN
        case Field.AVAILABILITY:
            state = availability_of(text)
            return state if state is not Availability.UNKNOWN else Why.NOT_A_STATE
        case Field.CONDITION:
            return condition_of(text) or Why.NOT_A_STATE
        case _:
            return text


def _price(field: Field, text: str, locale: PageLocale) -> PriceText | Why:
    read = read_price(text, locale=locale)
    free = field is not Field.SHIPPING and not read.amount
    # The recipe says that the text is a list price or a shipping cost; words that say so too are no objection.
    other = field is Field.ITEM_PRICE and read.kind in _NO_PRICE
    return Why.NOT_A_PRICE if read.amount is None or free or other else read


def _claim(found: dict[Field, Found], recipe: Recipe) -> Claim | None:
    price = found.get(Field.ITEM_PRICE)
    if not isinstance(price, PriceText):
        return None
    availability, condition = found.get(Field.AVAILABILITY), found.get(Field.CONDITION)
    return Claim(
        reader=Reader.RECIPE,
        recipe=recipe.label,
        item_price=price.amount,
        list_price=_amount(found.get(Field.LIST_PRICE)) or price.list_amount,
        shipping=_amount(found.get(Field.SHIPPING)),
        currency=_words(found.get(Field.CURRENCY)) or price.currency,
        availability=availability if isinstance(availability, Availability) else Availability.UNKNOWN,
        condition=condition if isinstance(condition, Condition) else None,
        seller=_words(found.get(Field.SELLER)),
        gtin=_words(found.get(Field.GTIN)),
        mpn=_words(found.get(Field.MPN)),
        sku=_words(found.get(Field.SKU)),
        brand=_words(found.get(Field.BRAND)),
        title=_words(found.get(Field.TITLE)),
    )


def _amount(found: Found | None) -> Decimal | None:
    return found.amount if isinstance(found, PriceText) else None


def _words(found: Found | None) -> str | None:
    return found if isinstance(found, str) else None


def _written(claim: Claim | None, field: Field) -> str | None:
    value = getattr(claim, field.value) if claim else None
    return None if value is None else str(value)


def _same(field: Field, got: str | None, wanted: str, locale: PageLocale) -> bool:
    if got is None:
        return False
    if field in {Field.ITEM_PRICE, Field.LIST_PRICE, Field.SHIPPING}:
        return Decimal(got) == read_price(wanted, locale=locale).amount
    return got.casefold() == wanted.strip().casefold()
