"""The database's client: its one look for a server, its deadline, and a secret that changes."""

import asyncio
import time

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

import shared.runtime.mongo
from shared.runtime.deadline import within
from shared.runtime.mongo import Mongo, StoreUnavailable, unavailable

NOBODY = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=300"


class Secret:
    """A secret whose password somebody changes."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.reads = 0

    def __call__(self, _: str, *, anew: bool = False) -> dict[str, str]:  # noqa: ARG002 - as the real one
        self.reads += 1
        return {"uri": self.uri}


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> Secret:
    found = Secret("mongodb://127.0.0.1:9/?appname=first")
    monkeypatch.setattr(shared.runtime.mongo, "secret", found)
    monkeypatch.setattr(shared.runtime.mongo, "BETWEEN_READS_SECONDS", 0.0)
    monkeypatch.setattr(shared.runtime.mongo._Refusals, "latest", -1.0)
    return found


def refused() -> None:
    """What an adapter does when the database does not let it in."""
    try:
        raise OperationFailure("bad auth", 18)
    except OperationFailure:
        unavailable("read")


def test_a_server_that_is_gone_is_given_up_long_before_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    def quick(uri: str, **options: object) -> AsyncMongoClient[dict[str, object]]:
        return AsyncMongoClient(uri, **(options | {"serverSelectionTimeoutMS": 300}))  # type: ignore[arg-type]

    monkeypatch.setattr(shared.runtime.mongo, "AsyncMongoClient", quick)

    async def story() -> float:
        mongo = Mongo("", "x", uri=NOBODY)
        started = time.monotonic()
        with within(20), pytest.raises(StoreUnavailable):
            await mongo.ping()
        await mongo.close()
        return time.monotonic() - started

    assert asyncio.run(story()) < 3


def test_a_transaction_ends_with_its_invocation() -> None:
    async def story() -> float:
        mongo = Mongo("", "x", uri="mongodb://127.0.0.1:9")
        started = time.monotonic()

        async def work(session: object) -> None:
            await mongo.collection("things").insert_one({}, session=session)  # type: ignore[arg-type]

        with within(0.6), pytest.raises(StoreUnavailable):
            await mongo.transaction(work)
        await mongo.close()
        return time.monotonic() - started

    assert asyncio.run(story()) < 2


def test_the_secret_is_read_once_and_after_a_refused_sign_in_again(secret: Secret) -> None:
    async def story() -> tuple[int, bool, int]:
        mongo = Mongo("arn", "x")
        first = mongo.client
        same = mongo.client is first
        reads = secret.reads
        secret.uri = "mongodb://127.0.0.1:9/?appname=second"
        refused()
        await mongo.open()
        swapped = mongo.client is not first
        await first.close()
        await mongo.close()
        return reads, same and swapped, secret.reads

    assert asyncio.run(story()) == (1, True, 2)


def test_after_five_minutes_the_secret_is_read_again_and_an_unchanged_one_keeps_the_client(
    secret: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> bool:
        mongo = Mongo("arn", "x")
        first = mongo.client
        monkeypatch.setattr(shared.runtime.mongo, "SECRET_SECONDS", -1)
        await mongo.open()
        kept = mongo.client is first
        await mongo.close()
        return kept

    assert asyncio.run(story())
    assert secret.reads >= 2
