"""Figures over the days of the market, put together in MongoDB."""

from collections.abc import Sequence
from datetime import timedelta

from pymongo import ASCENDING
from pymongo.errors import PyMongoError

from pricing.adapters import market_day_lists as lists
from pricing.adapters import market_day_queries as queries
from pricing.adapters.known_shops import next_shop
from pricing.adapters.mongo_market_days import COLLECTION
from pricing.domain.analysis import Asked
from shared.runtime.mongo import Document, Mongo, unavailable


class MongoDayFigures:
    """What the market_days collection of the pricing database says of many products at once."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def shops(self, organisation_id: str) -> tuple[str, ...]:
        """Return an organisation's shops, one step in the index for each."""
        found: list[str] = []
        while (shop_id := await next_shop(self._mongo, organisation_id, found[-1] if found else "")) is not None:
            found.append(shop_id)
        return tuple(found)

    async def groups(self, asked: Asked, *, first: str | None = None, last: str | None = None) -> Sequence[Document]:
        """Return every group of products, in the order of their keys."""
        return await self._all(queries.groups(asked, first=first, last=last))

    async def moves(self, asked: Asked) -> Sequence[Document]:
        """Return the groups by how often rivals' prices changed, the most first."""
        return await self._all(lists.moves(asked))

    async def spread(self, asked: Asked) -> Sequence[Document]:
        """Return each group's days of offers and, of single products, how far the lowest price spreads."""
        return await self._all(lists.spread(asked))

    async def breaches(self, asked: Asked) -> Sequence[Document]:
        """Return the offers under the maker's price, those seen last first."""
        return await self._all(lists.breaches(asked))

    async def breach_counts(self, asked: Asked) -> Document:
        """Return how many offers were under the maker's price, and how many of them newly."""
        counted = await self._all(lists.breach_counts(asked))
        return {name: counted[0][name] if counted else 0 for name in ("offers", "new")}

    async def below_cost(self, asked: Asked) -> Sequence[Document]:
        """Return the products whose market is under their cost, the largest gap first."""
        return await self._all(lists.below_cost(asked))

    async def outliers(self, asked: Asked) -> Sequence[Document]:
        """Return the rival prices that are far from ours, the farthest first."""
        return await self._all(lists.outliers(asked))

    async def monitored(self, asked: Asked, day: str) -> Document:
        """Return how many products, offers and rivals a day has."""
        counted = await self._all(queries.monitored(asked, day))
        rivals = await self._all(queries.retailers(asked, day))
        nothing: Document = {"products": 0, "watched": 0, "offers": 0}
        return (counted[0] if counted else nothing) | {"retailers": rivals[0]["retailers"] if rivals else 0}

    async def moved(self, asked: Asked, days: timedelta) -> Sequence[Document]:
        """Return the changes of rivals' prices in the days asked for (True) and in as many before (False)."""
        return await self._all(queries.moved(asked, days))

    async def page(self, asked: Asked) -> Sequence[Document]:
        """Return the last day of some products, by product, one more than asked for when there are more."""
        return await self._all(queries.page(asked))

    async def days_of(self, asked: Asked, product_id: str) -> Sequence[Document]:
        """Return a product's days, oldest first."""
        query = {
            "organisation_id": asked.organisation_id,
            "product_id": product_id,
            "day": {"$gte": asked.first.isoformat(), "$lte": asked.last.isoformat()},
        }
        try:
            return await self._mongo.collection(COLLECTION).find(query).sort("day", ASCENDING).to_list()
        except PyMongoError as error:
            raise unavailable("read a product's days") from error

    async def _all(self, pipeline: list[Document]) -> list[Document]:
        try:
            return await (await self._mongo.collection(COLLECTION).aggregate(pipeline)).to_list()
        except PyMongoError as error:
            raise unavailable("put the figures together") from error
