"""Fetched pages read by the readers."""

from dataclasses import replace
from decimal import Decimal

from pricing.adapters.readers.read_page import read_page
from pricing.domain.fetched import Fetched
from pricing.domain.reading import NothingRead, Reading, Unread
from pricing.domain.recipe import Recipe
from shared.kernel.money import LARGEST

# No currency has more; a page's arithmetic may leave many, and the stores keep 34 digits in all.
MOST_PLACES = 6


def read_fetched(fetched: Fetched, recipe: Recipe | None = None) -> Reading | NothingRead:
    """Read the offer that a fetched page states, when its price is one that a shop can charge."""
    found = read_page(fetched.body, url=fetched.url, content_type=fetched.content_type, recipe=recipe)
    if isinstance(found, NothingRead):
        return found
    price = _amount(found.item_price)
    if price is None:
        return NothingRead(outcome=Unread.NO_PRICE, detail="the page's price is not one that a shop can charge")
    return replace(found, item_price=price, list_price=_amount(found.list_price), shipping=_amount(found.shipping))


def _amount(found: Decimal | None) -> Decimal | None:
    if found is None or not found.is_finite() or abs(found) > LARGEST:
        return None
    return round(found, MOST_PLACES) if -int(found.as_tuple().exponent) > MOST_PLACES else found
