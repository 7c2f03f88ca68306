"""Users leave: the person, their sessions and the announcement, in one transaction."""

from datetime import datetime

from auth.adapters.mongo_sessions import COLLECTION as SESSIONS
from auth.adapters.mongo_users import COLLECTION as USERS
from auth.domain.errors import LastAdministrator, UserNotFound
from shared.contracts.auth import UserRemoved
from shared.kernel.identifiers import derived_id
from shared.runtime.mongo import Document, Mongo, Session
from shared.runtime.outbox import Outbox

ADMINISTRATOR = "administrator"


class MongoRemovals:
    """Removes users from the auth database."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

    async def remove(self, organisation_id: str, user_id: str, at: datetime) -> None:
        """Remove a user, end their sessions and announce it, in one."""

        async def work(session: Session) -> None:
            key = {"_id": user_id, "organisation_id": organisation_id}
            gone = await self._mongo.collection(USERS).find_one_and_delete(key, {"roles": 1}, session=session)
            if gone is None:
                raise UserNotFound(f"no user «{user_id}»; GET /auth/users lists them")
            if ADMINISTRATOR in gone["roles"]:
                await self._outlived(organisation_id, session)
            await self._mongo.collection(SESSIONS).delete_many({"user_id": user_id}, session=session)
            await self._outbox.add([_told(organisation_id, user_id, at)], session)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()

    async def _outlived(self, organisation_id: str, session: Session) -> None:
        """Have another administrator who stays: the mark on them collides with their own removal at the same moment."""
        others: Document = {"organisation_id": organisation_id, "roles": ADMINISTRATOR}
        change: Document = {"$inc": {"outlived": 1}}
        if await self._mongo.collection(USERS).find_one_and_update(others, change, {"_id": 1}, session=session) is None:
            raise LastAdministrator("make somebody else an administrator first")


def _told(organisation_id: str, user_id: str, at: datetime) -> UserRemoved:
    return UserRemoved(
        id=derived_id("evt", "auth.user-removed", user_id),
        occurred_at=at,
        correlation_id=user_id,
        organisation_id=organisation_id,
        aggregate=f"user/{user_id}",
        user_id=user_id,
    )
