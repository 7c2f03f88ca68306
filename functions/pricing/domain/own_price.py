"""What our price was at a moment, from the present one and those that were published."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from pricing.domain.market import ProductFacts


class Published(Protocol):
    """A price of ours that was published."""

    @property
    def at(self) -> datetime:
        """When it was published."""

    @property
    def before(self) -> Decimal | None:
        """What stood before it."""

    @property
    def after(self) -> Decimal:
        """What stood from then on."""


def price_at(facts: ProductFacts, published: Sequence[Published], at: datetime) -> Decimal | None:
    """What our price was; None when nobody knows. `published` is in the order of time."""
    if facts.price is None or facts.price_since is None or facts.price_since <= at:
        return facts.price
    earlier = [one for one in published if one.at <= at]
    if earlier:
        return earlier[-1].after
    return published[0].before if published else None
