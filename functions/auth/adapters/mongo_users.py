"""Users in MongoDB."""

from dataclasses import asdict

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from auth.domain.errors import EmailTaken
from auth.domain.user import User
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Document, Mongo, paged, unavailable

COLLECTION = "users"
INDEXES = (
    # An address signs in before any organisation is known, so it is unique across all of them.
    IndexModel([("email", ASCENDING)], unique=True, name="by_email"),
    IndexModel([("organisation_id", ASCENDING), ("user_id", ASCENDING)], unique=True, name="of_organisation"),
)


def to_document(user: User) -> Document:
    """The stored form of a user."""
    return asdict(user) | {"_id": user.user_id, "roles": sorted(user.roles)}


def from_document(document: Document) -> User:
    """The user in a stored document."""
    fields = {key: value for key, value in document.items() if key not in {"_id", "outlived"}}
    return User(**(fields | {"roles": frozenset(fields["roles"])}))


class MongoUsers:
    """The users collection of the auth database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, user: User) -> None:
        """Keep a new user; `EmailTaken` when the address belongs to somebody."""
        try:
            await self._mongo.collection(COLLECTION).insert_one(to_document(user))
        except DuplicateKeyError:
            raise EmailTaken("use another address, or sign in with this one") from None
        except PyMongoError as error:
            raise unavailable("store the user") from error

    async def by_email(self, email: str) -> User | None:
        """Return the user with this address, if there is one."""
        return await self._one({"email": email})

    async def by_id(self, user_id: str) -> User | None:
        """Return the user with this id, if there is one."""
        return await self._one({"_id": user_id})

    async def page(self, organisation_id: str, window: Window) -> Page[User]:
        """Return some users of an organisation, by id."""
        collection = self._mongo.collection(COLLECTION)
        return await paged(collection, {"organisation_id": organisation_id}, "user_id", window, from_document)

    async def _one(self, query: Document) -> User | None:
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the user") from error
        return None if document is None else from_document(document)
