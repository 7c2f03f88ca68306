"""Fetched pages read by the readers."""

from dataclasses import replace

from pricing.adapters.readers.read_page import read_page
from pricing.domain.fetched import Fetched
from pricing.domain.reading import NothingRead, Reading, Unread, chargeable
from pricing.domain.recipe import Recipe


def read_fetched(fetched: Fetched, recipe: Recipe | None = None) -> Reading | NothingRead:
    """Read the offer that a fetched page states, when its price is one that a shop can charge."""
    found = read_page(fetched.body, url=fetched.url, content_type=fetched.content_type, recipe=recipe)
    if isinstance(found, NothingRead):
        return found
    price = chargeable(found.item_price)
    if price is None:
        return NothingRead(outcome=Unread.NO_PRICE, detail="the page's price is not one that a shop can charge")
    return replace(
        found,
        item_price=price,
        list_price=chargeable(found.list_price),
        shipping=chargeable(found.shipping),
        votes=tuple(
            replace(vote, item_price=said) for vote in found.votes if (said := chargeable(vote.item_price)) is not None
        ),
    )
