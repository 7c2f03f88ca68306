"""The inbox: a message's effect and its mark are one, and happen once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pymongo.errors import DuplicateKeyError

from shared.runtime import inbox as inboxes
from shared.runtime.inbox import Inbox
from shared.runtime.mongo import Mongo, Session
from tests.builders.pricing import MONDAY
from tests.fakes.runs import Run


@pytest.fixture
def mongo(store: Callable[[str], Mongo]) -> Mongo:
    return store("pricing")


def adds(mongo: Mongo, *, dies: bool = False) -> Callable[[Session], Awaitable[str]]:
    async def work(session: Session) -> str:
        await mongo.collection("runs").update_one({"_id": "n"}, {"$inc": {"n": 1}}, upsert=True, session=session)
        if dies:
            raise KeyError("the worker died")
        return "done"

    return work


def count(run: Run, mongo: Mongo) -> int:
    found = run(mongo.collection("runs").find_one({"_id": "n"}))
    return 0 if found is None else int(found["n"])


def inbox(mongo: Mongo, consumer: str = "one") -> Inbox:
    return Inbox(mongo, consumer, lambda: MONDAY)


def test_a_message_that_comes_twice_has_its_effect_once(run: Run, mongo: Mongo) -> None:
    answers = [run(inbox(mongo).once("e1", "org", adds(mongo))) for _ in range(2)]

    assert (answers, count(run, mongo)) == (["done", None], 1)


def test_an_effect_that_fails_leaves_no_mark_and_the_next_delivery_counts(run: Run, mongo: Mongo) -> None:
    with pytest.raises(KeyError):
        run(inbox(mongo).once("e1", "org", adds(mongo, dies=True)))

    assert run(mongo.collection("inbox").count_documents({})) == 0
    assert (run(inbox(mongo).once("e1", "org", adds(mongo))), count(run, mongo)) == ("done", 1)


def test_of_many_deliveries_at_once_one_counts(run: Run, mongo: Mongo) -> None:
    async def all_at_once() -> list[object]:
        deliveries = (inbox(mongo).once("e1", "org", adds(mongo)) for _ in range(4))
        return await asyncio.gather(*deliveries, return_exceptions=True)

    run(all_at_once())
    run(inbox(mongo).once("e1", "org", adds(mongo)))

    assert count(run, mongo) == 1


def test_a_day_that_is_replayed_has_no_new_effect(run: Run, mongo: Mongo) -> None:
    day = [f"e{place}" for place in range(50)]
    for event_id in day:
        run(inbox(mongo).once(event_id, "org", adds(mongo)))

    answers = {run(inbox(mongo).once(event_id, "org", adds(mongo))) for event_id in reversed(day)}

    assert (answers, count(run, mongo)) == ({None}, 50)


def test_consumers_and_organisations_see_a_message_each_for_itself(run: Run, mongo: Mongo) -> None:
    for consumer, organisation in (("one", "org"), ("two", "org"), ("one", "rival"), ("one", "org")):
        run(inbox(mongo, consumer).once("e1", organisation, adds(mongo)))

    assert count(run, mongo) == 3


def test_a_key_that_the_work_finds_taken_is_not_mistaken_for_a_message_that_was_seen(run: Run, mongo: Mongo) -> None:
    run(mongo.collection("runs").insert_one({"_id": "taken"}))

    async def work(session: Session) -> None:
        await mongo.collection("runs").insert_one({"_id": "taken"}, session=session)

    with pytest.raises(DuplicateKeyError):
        run(inbox(mongo).once("e1", "org", work))


def test_the_mark_is_unique_and_outlives_every_way_a_message_can_come_back(run: Run, mongo: Mongo) -> None:
    indexes = run(mongo.collection("inbox").index_information())

    queue_and_dead_letters_days = 4 + 14
    assert indexes["once"]["unique"] is True
    assert [name for name, _ in indexes["once"]["key"]] == ["organisation_id", "consumer", "event_id"]
    assert inboxes.LIFETIME.days > queue_and_dead_letters_days
    assert indexes["expiry"]["expireAfterSeconds"] == inboxes.LIFETIME.total_seconds()
