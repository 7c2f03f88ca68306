"""Policies in MongoDB: every version for ever, and the newest at hand."""

from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.adapters.policy_text import policy_data, policy_from
from pricing.domain.errors import PolicyChanged, PolicyNotFound
from pricing.domain.policies.version import Policy
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable

COLLECTION = "policies"
VERSIONS = "policy_versions"
# How many minutes after new prices the policy runs by itself; None in one that does not.
FOLLOWS = "follows_after_minutes"
INDEXES = (
    IndexModel([("organisation_id", ASCENDING), ("policy_id", ASCENDING)], unique=True, name="by_id"),
    IndexModel([(FOLLOWS, ASCENDING)], name="followers"),
    IndexModel(
        [("organisation_id", ASCENDING), ("shop_id", ASCENDING), (FOLLOWS, ASCENDING)], name="followers_of_shop"
    ),
)
_PLAIN = ("policy_id", "version", "organisation_id", "author_id", "created_at", "document_hash")
_LATER = ("approved_by", "approved_at")


def to_document(policy: Policy) -> Document:
    """The stored form of a policy, without a key."""
    fields = {name: getattr(policy, name) for name in (*_PLAIN, *_LATER)}
    follows = policy.document.on_new_prices
    return fields | {
        "shop_id": policy.shop_id,
        FOLLOWS: None if follows is None else follows.after_minutes,
        "document": policy_data(policy.document),
    }


def from_document(document: Document) -> Policy:
    """The policy in a stored document."""
    fields = {name: document[name] for name in (*_PLAIN, *_LATER)}
    return Policy(**fields, document=policy_from(document["document"]))


class MongoPolicies:
    """The policy collections of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, policy: Policy) -> None:
        """Keep a new version."""
        newest = {"_id": f"{policy.organisation_id}/{policy.policy_id}"}
        version = {"_id": f"{newest['_id']}/{policy.version}"} | to_document(policy)

        async def work(session: Session) -> None:
            await self._mongo.collection(VERSIONS).insert_one(version, session=session)
            await self._mongo.collection(COLLECTION).replace_one(
                newest, to_document(policy), upsert=True, session=session
            )

        try:
            await self._mongo.transaction(work)
        except DuplicateKeyError as error:
            raise PolicyChanged("somebody saved this policy at the same moment; read it again") from error

    async def approve(self, organisation_id: str, policy_id: str, version: int, user_id: str, at: datetime) -> Policy:
        """Note who approved a version; the first to do so stays. `PolicyNotFound` when there is none."""
        said = {"$set": {"approved_by": user_id, "approved_at": at}}
        of_version: Document = {
            "organisation_id": organisation_id,
            "policy_id": policy_id,
            "version": version,
            "approved_by": None,
        }

        async def work(session: Session) -> None:
            for name in (VERSIONS, COLLECTION):
                await self._mongo.collection(name).update_one(of_version, said, session=session)

        await self._mongo.transaction(work)
        return await self.version(organisation_id, policy_id, version)

    async def latest(self, organisation_id: str, policy_id: str) -> Policy:
        """Return the newest version; `PolicyNotFound` when there is none."""
        return await self._one(COLLECTION, organisation_id, f"{organisation_id}/{policy_id}", policy_id)

    async def version(self, organisation_id: str, policy_id: str, version: int) -> Policy:
        """Return one version; `PolicyNotFound` when there is none."""
        return await self._one(VERSIONS, organisation_id, f"{organisation_id}/{policy_id}/{version}", policy_id)

    async def page(self, organisation_id: str, window: Window) -> Page[Policy]:
        """Return some policies in their newest version, by id."""
        collection = self._mongo.collection(COLLECTION)
        return await paged(collection, {"organisation_id": organisation_id}, "policy_id", window, from_document)

    async def _one(self, collection: str, organisation_id: str, key: str, policy_id: str) -> Policy:
        query = {"_id": key, "organisation_id": organisation_id}
        try:
            document = await self._mongo.collection(collection).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the policy") from error
        if document is None:
            raise PolicyNotFound(f"no policy «{policy_id}»; PUT /pricing/policies/{policy_id} writes one")
        return from_document(document)
