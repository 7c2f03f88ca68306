"""The deploy step of a database: collections and indexes, made once and left alone when they are there."""

from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter
from pymongo import IndexModel
from pymongo.errors import PyMongoError

from shared.contracts.envelope import Message
from shared.runtime.lambda_invoke import Handler, invoke_handler
from shared.runtime.mongo import Mongo, unavailable

type Indexes = Mapping[str, Sequence[IndexModel]]


class Migrated(Message):
    """Which indexes each collection has now."""

    collections: dict[str, tuple[str, ...]]


async def migrate(mongo: Mongo, indexes: Indexes, gone: Sequence[str] = ()) -> Migrated:
    """Make every declared collection and index, and drop the collections that are `gone`.

    A transaction may only write to collections that exist.
    """
    made: dict[str, tuple[str, ...]] = {}
    try:
        existing = await mongo.database.list_collection_names()
        for name in sorted(set(gone) & set(existing)):
            await mongo.database.drop_collection(name)
        for name, models in indexes.items():
            if name not in existing:
                await mongo.database.create_collection(name)
            made[name] = tuple(await mongo.collection(name).create_indexes(list(models))) if models else ()
    except PyMongoError as error:
        raise unavailable("make its indexes") from error
    return Migrated(collections=made)


def migrate_handler(mongo: Mongo, indexes: Indexes, gone: Sequence[str] = ()) -> Handler:
    """The Lambda handler of a house's deploy step."""

    async def serve(_: object) -> Migrated:
        return await migrate(mongo, indexes, gone)

    return invoke_handler(TypeAdapter(object), serve)
