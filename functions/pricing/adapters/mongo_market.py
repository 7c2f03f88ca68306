"""Competitors and offers in MongoDB."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import asdict

from pymongo import ASCENDING, IndexModel, UpdateOne
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.adapters.documents import QUARANTINE_KEY, offer_document, offer_from
from pricing.adapters.offers_to_decide import read_offers
from pricing.domain.competitor_rules import Correction, Corrections, Sellers, TaxRule, Trust
from pricing.domain.errors import CompetitorExists, CompetitorNotFound
from pricing.domain.market import Competitor, Offer
from pricing.usecases.ports import NOTHING_SAID
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable

COMPETITORS = "competitors"
COMPETITOR_INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("competitor_id", ASCENDING)], unique=True, name="by_id"),
)
OFFERS = "offers"
# An organisation's offers are planned at once, and each of these is most of an offer.
NOT_PLANNED_BY = (
    *("previous", "last_failure", "quarantined", "rejected", "latest.votes", "latest.title", "latest.suspicions"),
    *("latest.normalised", "latest.promotion", "latest.detail", "latest.snapshot", "latest.page_hash"),
)
OFFER_INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("product_id", ASCENDING)], name="of_product"),
    # A shop's products by their place in it, for runs: ids say nothing of the shop.
    IndexModel([("organisation_id", ASCENDING), ("shop_id", ASCENDING), ("product_id", ASCENDING)], name="of_shop"),
    IndexModel([("organisation_id", ASCENDING), ("competitor_id", ASCENDING)], name="of_competitor"),
    IndexModel([("organisation_id", ASCENDING), ("_id", ASCENDING)], name="by_id"),
    IndexModel([("organisation_id", ASCENDING), (QUARANTINE_KEY, ASCENDING)], name="quarantined"),
    # All that data health asks of an offer, for the same reason as the next.
    IndexModel(
        [
            ("organisation_id", ASCENDING),
            ("competitor_id", ASCENDING),
            ("host", ASCENDING),
            ("latest.captured_at", ASCENDING),
            ("failing_since", ASCENDING),
            ("last_failure.outcome", ASCENDING),
            (QUARANTINE_KEY, ASCENDING),
            ("misses", ASCENDING),
            ("created_at", ASCENDING),
        ],
        name="of_health",
    ),
    IndexModel([("organisation_id", ASCENDING), ("url", ASCENDING)], name="of_page"),
    # All that the overview asks of an offer, so that it reads no documents.
    IndexModel(
        [("organisation_id", ASCENDING), ("latest.captured_at", ASCENDING), ("last_failure.captured_at", ASCENDING)],
        name="of_looks",
    ),
)


def competitor_from(document: Document) -> Competitor:
    """The competitor in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    tax = fields.pop("tax", None)
    sellers = {name: tuple(values) for name, values in fields.pop("sellers", {}).items()}
    corrections = fields.pop("corrections", {})
    return Competitor(
        **fields
        | {
            "trust": Trust(**fields.get("trust", {})),
            "tax": None if tax is None else TaxRule(**tax),
            "corrections": Corrections(
                **{name: None if rule is None else Correction(**rule) for name, rule in corrections.items()}
            ),
            "sellers": Sellers(**sellers),
        }
    )


def _no_competitor(competitor_id: str) -> CompetitorNotFound:
    return CompetitorNotFound(f"no competitor «{competitor_id}»; GET /pricing/competitors lists yours")


class MongoCompetitors:
    """The competitors collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, competitor: Competitor) -> None:
        """Keep a new competitor; `CompetitorExists` when its id is taken."""
        key = f"{competitor.organisation_id}/{competitor.competitor_id}"
        try:
            await self._mongo.collection(COMPETITORS).insert_one({"_id": key} | asdict(competitor))
        except DuplicateKeyError:
            detail = f"«{competitor.competitor_id}» is taken; choose another competitor_id"
            raise CompetitorExists(detail) from None
        except PyMongoError as error:
            raise unavailable("store the competitor") from error

    async def change(
        self, organisation_id: str, competitor_id: str, change: Callable[[Competitor], Competitor]
    ) -> Competitor:
        """Change a competitor's settings as `change` says, in one; `CompetitorNotFound` when there is none.

        Of two changes at once the server lets one finish, and the driver makes the other one again.
        """
        key = {"_id": f"{organisation_id}/{competitor_id}", "organisation_id": organisation_id}
        collection = self._mongo.collection(COMPETITORS)

        async def work(session: Session) -> Competitor:
            found = await collection.find_one(key, session=session)
            if found is None:
                raise _no_competitor(competitor_id)
            changed = change(competitor_from(found))
            await collection.replace_one(key, key | asdict(changed), session=session)
            return changed

        return await self._mongo.transaction(work)

    async def get(self, organisation_id: str, competitor_id: str) -> Competitor:
        """Return one competitor; `CompetitorNotFound` when there is none."""
        known = await self.some(organisation_id, [competitor_id])
        if competitor_id not in known:
            raise _no_competitor(competitor_id)
        return known[competitor_id]

    async def some(self, organisation_id: str, competitor_ids: Sequence[str]) -> dict[str, Competitor]:
        """Return the known ones among the ids."""
        query = {"organisation_id": organisation_id, "competitor_id": {"$in": list(competitor_ids)}}
        try:
            cursor = self._mongo.collection(COMPETITORS).find(query)
            return {one["competitor_id"]: competitor_from(one) async for one in cursor}
        except PyMongoError as error:
            raise unavailable("read competitors") from error

    async def walk(self, organisation_id: str) -> AsyncIterator[Competitor]:
        """Walk through every competitor of the organisation."""
        try:
            async for one in self._mongo.collection(COMPETITORS).find({"organisation_id": organisation_id}):
                yield competitor_from(one)
        except PyMongoError as error:
            raise unavailable("read competitors") from error

    async def page(self, organisation_id: str, window: Window) -> Page[Competitor]:
        """Return some competitors, by id."""
        collection = self._mongo.collection(COMPETITORS)
        return await paged(collection, {"organisation_id": organisation_id}, "competitor_id", window, competitor_from)


class MongoOffers:
    """The offers collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, offers: Sequence[Offer], said: Mapping[str, Collection[str]] = NOTHING_SAID) -> int:
        """Keep offers; of one that is kept already only what was `said` of it changes. Returns how many changed."""
        if not offers:
            return 0
        writes = [_kept(offer, said.get(offer.offer_id, ())) for offer in offers]
        try:
            done = await self._mongo.collection(OFFERS).bulk_write(writes, ordered=False)
        except PyMongoError as error:
            raise unavailable("store offers") from error
        return done.modified_count

    async def remove(self, organisation_id: str, offer_id: str) -> None:
        """Watch an offer no longer; what was seen of it stays in history. Nothing happens when there is none."""
        try:
            await self._mongo.collection(OFFERS).delete_one({"_id": offer_id, "organisation_id": organisation_id})
        except PyMongoError as error:
            raise unavailable("remove the offer") from error

    async def page(self, organisation_id: str, window: Window) -> Page[Offer]:
        """Return some offers, by id."""
        collection = self._mongo.collection(OFFERS)
        return await paged(collection, {"organisation_id": organisation_id}, "_id", window, offer_from)

    async def of_products(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, tuple[Offer, ...]]:
        """Return the offers of each product, by product id."""
        query = {"organisation_id": organisation_id, "product_id": {"$in": list(product_ids)}}
        found: dict[str, list[Offer]] = {}
        for offer in await self._found(query):
            found.setdefault(offer.product_id, []).append(offer)
        return {product_id: tuple(offers) for product_id, offers in found.items()}

    async def to_decide(
        self, organisation_id: str, shop_id: str, product_ids: Sequence[str]
    ) -> dict[str, tuple[Offer, ...]]:
        """Return the offers of each product of a shop, by product id, with no more than decisions look at."""
        try:
            return await read_offers(self._mongo.collection(OFFERS), organisation_id, shop_id, product_ids)
        except PyMongoError as error:
            raise unavailable("read offers") from error

    async def some(self, organisation_id: str, offer_ids: Sequence[str]) -> Sequence[Offer]:
        """Return those of the offers that exist."""
        return await self._found({"_id": {"$in": list(offer_ids)}, "organisation_id": organisation_id})

    async def of_competitor(self, organisation_id: str, competitor_id: str, limit: int) -> Sequence[Offer]:
        """Return some of a competitor's offers that were read, by id."""
        query = {"organisation_id": organisation_id, "competitor_id": competitor_id, "latest": {"$ne": None}}
        try:
            cursor = self._mongo.collection(OFFERS).find(query).sort("_id", 1).limit(limit)
            return [offer_from(one) async for one in cursor]
        except PyMongoError as error:
            raise unavailable("read offers") from error

    async def to_scan(self, organisation_id: str, competitor_ids: Sequence[str]) -> Sequence[Offer]:
        """Return the offers of some competitors, or of all when none is named, without what only decisions need."""
        query: Document = {"organisation_id": organisation_id}
        if competitor_ids:
            query["competitor_id"] = {"$in": list(competitor_ids)}
        return await self._found(query, NOT_PLANNED_BY)

    async def broken(self, organisation_id: str, competitor_id: str, limit: int) -> Sequence[Offer]:
        """Return some of a competitor's offers whose pages fail or are doubted, by id."""
        is_broken = [{"quarantined": {"$ne": None}}, {"failing_since": {"$ne": None}}]
        query: Document = {"organisation_id": organisation_id, "competitor_id": competitor_id, "$or": is_broken}
        try:
            cursor = self._mongo.collection(OFFERS).find(query).sort("_id", 1).limit(limit)
            return [offer_from(one) async for one in cursor]
        except PyMongoError as error:
            raise unavailable("read offers") from error

    async def walk(self, organisation_id: str) -> AsyncIterator[Offer]:
        """Walk through every offer of the organisation in the order of their products."""
        try:
            cursor = self._mongo.collection(OFFERS).find({"organisation_id": organisation_id}).sort("product_id", 1)
            async for document in cursor:
                yield offer_from(document)
        except PyMongoError as error:
            raise unavailable("read offers") from error

    async def _found(self, query: Document, without: Sequence[str] = ()) -> list[Offer]:
        projection = dict.fromkeys(without, 0) or None
        try:
            return [offer_from(one) async for one in self._mongo.collection(OFFERS).find(query, projection)]
        except PyMongoError as error:
            raise unavailable("read offers") from error


def _kept(offer: Offer, said: Collection[str]) -> UpdateOne:
    document = offer_document(offer)
    key = {name: document.pop(name) for name in ("_id", "organisation_id")}
    told = {name: document.pop(name) for name in said}
    update = {"$setOnInsert": document} | ({"$set": told} if told else {})
    return UpdateOne(key, update, upsert=True)
