"""Walk through what was seen of the market, product by product, so that no request holds more than some of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pricing.domain.errors import TooMuchMarket
from pricing.domain.market import Competitor, Offer, ProductFacts
from pricing.domain.price_seen import PriceSeen
from pricing.usecases.ports import Competitors, Facts, Offers

PRODUCTS_AT_ONCE = 200
MOST_PRODUCTS = 5_000
"""So many products are brought into one figure; more are narrowed down first."""
LONGEST = timedelta(days=90)
MOMENT = timedelta(milliseconds=1)
"""The finest that times are kept: what was seen this very moment was seen before the next."""
_NEXT = "\0"


class MarketHistory(Protocol):
    """The trusted looks at the offers of an organisation."""

    async def products(
        self,
        organisation_id: str,
        start: str,
        limit: int,
        competitor_id: str | None = None,
    ) -> Sequence[str]:
        """Return the products that have an offer, of a competitor where one is named, by id, from one on."""

    async def looks(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime, until: datetime
    ) -> Sequence[PriceSeen]:
        """Return the trusted looks at some products' offers since a moment and before another, in any order."""

    async def newest(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime, until: datetime
    ) -> Sequence[PriceSeen]:
        """Return of those the newest of each offer, in any order."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Some products with their offers; `competitors` are all of the organisation's."""

    facts: Mapping[str, ProductFacts]
    offers: Mapping[str, tuple[Offer, ...]]
    competitors: Mapping[str, Competitor]

    @property
    def product_ids(self) -> list[str]:
        """The products, in order."""
        return sorted(self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkMarket:
    """Read the watched products of an organisation, some at a time."""

    history: MarketHistory
    facts: Facts
    offers: Offers
    competitors: Competitors

    async def __call__(
        self,
        organisation_id: str,
        *,
        competitor_id: str | None = None,
        start: str = "",
        at_once: int = PRODUCTS_AT_ONCE,
        most: int | None = MOST_PRODUCTS,
    ) -> AsyncIterator[Watched]:
        """Walk through them by id; `TooMuchMarket` when there are more than `most`; None is no bound."""
        competitors = {one.competitor_id: one async for one in self.competitors.walk(organisation_id)}
        read = 0
        while ids := await self.history.products(organisation_id, start, at_once, competitor_id):
            read += len(ids)
            if most is not None and read > most:
                raise TooMuchMarket(f"more than {most} products are watched; name a competitor_id")
            yield await self._watched(organisation_id, ids, competitors, competitor_id)
            start = ids[-1] + _NEXT

    async def _watched(
        self,
        organisation_id: str,
        ids: Sequence[str],
        competitors: Mapping[str, Competitor],
        competitor_id: str | None,
    ) -> Watched:
        facts = await self.facts.by_id(organisation_id, ids)
        offers = await self.offers.of_products(organisation_id, ids)
        wanted = {
            product_id: tuple(
                sorted(
                    (one for one in some if competitor_id in {None, one.competitor_id}), key=lambda one: one.offer_id
                )
            )
            for product_id, some in offers.items()
        }
        return Watched(facts, wanted, competitors)
