"""Policies in MongoDB: every version for ever, and the newest at hand."""

from dataclasses import asdict
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.domain.errors import PolicyChanged, PolicyNotFound
from pricing.domain.policy import Bounds, Evidence, Policy, Routing, Step
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable

COLLECTION = "policies"
VERSIONS = "policy_versions"
INDEXES = (IndexModel([("organisation_id", ASCENDING), ("policy_id", ASCENDING)], unique=True, name="by_id"),)


def to_document(policy: Policy) -> Document:
    """The stored form of a policy, without a key."""
    return asdict(policy)


def from_document(document: Document) -> Policy:
    """The policy in a stored document."""
    fields: dict[str, Any] = {key: value for key, value in document.items() if key != "_id"}
    evidence = fields["evidence"]
    fields["step"] = Step(**fields["step"])
    fields["evidence"] = Evidence(**(evidence | {"match_types": tuple(evidence["match_types"])}))
    fields["bounds"] = Bounds(**fields["bounds"])
    fields["routing"] = Routing(**fields["routing"])
    fields["competitor_ids"] = tuple(fields["competitor_ids"])
    return Policy(**fields)


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
