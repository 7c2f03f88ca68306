"""Idempotency-Key over a real database: one effect, one answer, whatever is sent how often."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect

from shared.kernel.errors import Invalid, Unavailable
from shared.kernel.identifiers import fresh_id
from shared.runtime import idempotency
from shared.runtime.answers import answer
from shared.runtime.edge import Edge, Manners
from shared.runtime.http_api import build_api
from shared.runtime.idempotency import INDEXES, fingerprint
from shared.runtime.limits import Limiter
from shared.runtime.migrations import migrate
from shared.runtime.mongo import Mongo
from shared.runtime.rates import Limits, Rates
from shared.runtime.valkey import Valkey
from tests.fakes.asgi import Reply, asked
from tests.fakes.runs import Run

AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
FREE = Rates(read=10**6, write=10**6, costly=10**6)
KEY = "5c6f1f9e-7a51-4b7e-9d3e-0f2a6f0e3a11"


class NotNow(Unavailable):
    """A store that is away for a moment."""


@dataclass
class House:
    """A house that makes things; what it made, and how it fails."""

    app: FastAPI
    mongo: Mongo
    made: list[str] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)
    takes: float = 0.0

    async def make(self) -> str:
        if self.fails and isinstance(self.fails[0], Invalid):
            raise self.fails.pop(0)
        thing = fresh_id("thing", AT)
        if self.takes:
            await asyncio.sleep(self.takes)
        if thing not in self.made:
            self.made.append(thing)
        if self.fails:
            raise self.fails.pop(0)
        return thing


@pytest.fixture
def house(mongodb_uri: str, database_name: str, run: Run) -> Iterator[House]:
    mongo = Mongo("", database_name, uri=mongodb_uri)
    run(migrate(mongo, {idempotency.COLLECTION: INDEXES}))
    valkey = Valkey("valkey://127.0.0.1:9/0")
    edge = Edge(mongo, valkey, Limiter(Limits(caller=FREE, organisation=FREE, instances=1), valkey))
    router = APIRouter()
    made = House(FastAPI(), mongo)

    @router.post("/things")
    @router.post("/others")
    @router.post("/things/{thing_id}/others")
    @router.patch("/things")
    @router.get("/things")
    async def things(request: Request) -> Response:
        await request.body()
        thing = await made.make()
        return answer({"thing": thing}, status=201, headers={"Location": f"/test/things/{thing}"})

    made.app = build_api(
        "test",
        "",
        [router],
        {},
        edge=edge,
        manners=Manners(needs_key=frozenset({"POST /test/others", "POST /test/things/{thing_id}/others"})),
    )
    yield made
    run(mongo.client.drop_database(database_name))
    run(mongo.close())


@pytest.fixture
def post(house: House, run: Run) -> Callable[..., Reply]:
    def posting(body: Any = None, key: str | None = KEY, path: str = "/test/things", **how: Any) -> Reply:
        headers = {} if key is None else {"idempotency-key": key}
        reply: Reply = run(asked(house.app, how.pop("method", "POST"), path, body or {"a": 1}, headers=headers, **how))
        return reply

    return posting


def records(house: House, run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run(house.mongo.collection(idempotency.COLLECTION).find({}).to_list())
    return found


def change(house: House, run: Run, **fields: Any) -> None:
    run(house.mongo.collection(idempotency.COLLECTION).update_many({}, {"$set": fields}))


def test_the_first_call_is_kept_and_the_second_gets_the_same_bytes(post: Callable[..., Reply], house: House) -> None:
    first, second = post(), post()

    assert (first.status, second.status) == (201, 201)
    assert second.body == first.body
    assert second.headers["location"] == first.headers["location"]
    assert ("idempotent-replayed" in first.headers, second.headers["idempotent-replayed"]) == (False, "true")
    assert len(house.made) == 1


def test_without_a_key_each_call_acts(post: Callable[..., Reply], house: House) -> None:
    post(key=None)
    post(key=None)

    assert len(house.made) == 2


@pytest.mark.parametrize("path", ["/test/others", "/test/things/th_1/others"])
def test_an_operation_that_needs_a_key_is_not_done_without(path: str, post: Callable[..., Reply], house: House) -> None:
    refused = post(key=None, path=path)

    assert (refused.status, refused.json["type"]) == (400, "/problems/idempotency/missing-key")
    assert house.made == []
    assert post(path=path).status == 201


def test_another_payload_under_the_same_key_is_refused(post: Callable[..., Reply], house: House) -> None:
    post({"a": 1})
    refused = post({"a": 2})

    assert (refused.status, refused.json["type"]) == (422, "/problems/idempotency/key-reused")
    assert len(house.made) == 1


def test_a_second_call_while_the_first_runs_is_told_to_wait(house: House, run: Run) -> None:
    house.takes = 0.5

    async def story() -> list[Reply]:
        call = {"headers": {"idempotency-key": KEY}}
        first = asyncio.create_task(asked(house.app, "POST", "/test/things", {"a": 1}, **call))  # type: ignore[arg-type]
        await asyncio.sleep(0.25)
        return [await asked(house.app, "POST", "/test/things", {"a": 1}, **call), await first]  # type: ignore[arg-type]

    second, first = run(story())

    assert (first.status, second.status) == (201, 409)
    assert second.json["type"] == "/problems/idempotency/in-flight"
    assert int(second.headers["retry-after"]) > 0


def test_fifty_at_once_act_once(house: House, run: Run) -> None:
    house.takes = 0.05

    async def story() -> list[Reply]:
        return await asyncio.gather(
            *(asked(house.app, "POST", "/test/things", {"a": 1}, headers={"idempotency-key": KEY}) for _ in range(50))
        )

    replies = run(story())

    assert len(house.made) == 1
    statuses = [one.status for one in replies]
    assert set(statuses) <= {201, 409}
    assert sum("idempotent-replayed" not in one.headers and one.status == 201 for one in replies) == 1


def test_dying_between_effect_and_record_makes_no_second_effect(
    post: Callable[..., Reply], house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.runtime.idempotency_engine import MongoRecords  # noqa: PLC0415

    def dies(*_: Any) -> None:
        raise AutoReconnect("the process died here")

    with monkeypatch.context() as broken:
        broken.setattr(MongoRecords, "_update_record", dies)
        assert post().status == 503
    assert post().status == 409
    change(house, run, alive_until=0)
    again = post()

    assert again.status == 201
    assert house.made == [again.json["thing"]]


def test_a_request_whose_time_is_over_may_be_taken_over(post: Callable[..., Reply], house: House, run: Run) -> None:
    post()
    change(house, run, status="INPROGRESS", alive_until=int(datetime.now(UTC).timestamp() * 1000) + 60_000)
    assert post().status == 409
    change(house, run, alive_until=int(datetime.now(UTC).timestamp() * 1000) - 60_000)

    assert post().status == 201
    assert len(house.made) == 1


@pytest.mark.parametrize(
    "other",
    [{"organisation_id": "another"}, {"user_id": "another"}, {"method": "PATCH"}, {"path": "/test/others"}],
    ids=lambda other: next(iter(other)),
)
def test_a_key_belongs_to_its_organisation_caller_method_and_path(
    other: dict[str, Any], post: Callable[..., Reply], house: House
) -> None:
    post()
    elsewhere = post(**other)

    assert "idempotent-replayed" not in elsewhere.headers
    assert len(house.made) == 2


@pytest.mark.parametrize("key", ["x" * 256, "a\tb", "é"])
def test_a_key_that_is_too_long_or_not_printable_is_refused(key: str, post: Callable[..., Reply], house: House) -> None:
    refused = post(key=key)

    assert (refused.status, refused.json["type"]) == (400, "/problems/idempotency/malformed-key")
    assert house.made == []


def test_a_key_of_255_characters_is_taken(post: Callable[..., Reply]) -> None:
    assert post(key="x" * 255).status == 201


def test_a_refusal_is_not_kept(post: Callable[..., Reply], house: House) -> None:
    house.fails.append(Invalid("mend it"))

    assert [post().status, post().status] == [422, 201]


def test_a_failure_is_not_kept_and_what_it_made_is_found_again(post: Callable[..., Reply], house: House) -> None:
    house.fails += [NotNow("away"), RuntimeError("a crash")]

    statuses = [post().status for _ in range(4)]

    assert statuses == [503, 500, 201, 201]
    assert len(house.made) == 1


def test_after_a_refusal_the_key_may_carry_a_mended_request_with_ids_of_its_own(
    post: Callable[..., Reply], house: House
) -> None:
    house.fails.append(NotNow("away"))
    post({"a": 1})
    post({"a": 2})

    assert len(house.made) == 2


def test_a_record_is_good_for_a_day_to_the_minute(post: Callable[..., Reply], house: House, run: Run) -> None:
    post()
    (record,) = records(house, run)
    kept = record["expires_at"] - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < kept <= timedelta(hours=24)
    change(house, run, expires_at=datetime.now(UTC) + timedelta(seconds=30))
    assert "idempotent-replayed" in post().headers
    change(house, run, expires_at=datetime.now(UTC) - timedelta(seconds=1))

    assert "idempotent-replayed" not in post().headers
    assert len(house.made) == 2


def test_order_of_keys_and_white_space_say_nothing(post: Callable[..., Reply]) -> None:
    post(b'{"a": 1, "b": [true, null]}')

    assert "idempotent-replayed" in post(b'{ "b":[true,null],"a":1 }').headers


@pytest.mark.parametrize("other", [b'{"a": 1.0}', b'{"a": "1"}', b'{"a": true}', b'{"a": [1]}', b'{"a": 1.00}'])
def test_one_is_not_one_point_zero_nor_text(other: bytes) -> None:
    assert fingerprint(b'{"a": 1}') != fingerprint(other)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=15,
    )
)
def test_a_fingerprint_looks_at_what_is_said_only(said: Any) -> None:
    compact = json.dumps(said, separators=(",", ":")).encode()
    wide = json.dumps(said, indent=3, sort_keys=True).encode()

    assert fingerprint(compact) == fingerprint(wide)


def test_without_its_store_a_request_with_a_key_is_refused_and_one_without_is_served(house: House, run: Run) -> None:
    run(house.mongo.close())
    lost = Mongo("", "nowhere", uri="mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200")
    valkey = Valkey("valkey://127.0.0.1:9/0")
    app = build_api("test", "", [], {}, edge=Edge(lost, valkey, Limiter(Limits(), valkey)))

    reply = run(asked(app, "POST", "/test/things", {"a": 1}, headers={"idempotency-key": KEY}))

    assert (reply.status, reply.json["type"]) == (503, "/problems/store/unavailable")
    assert run(asked(app, "POST", "/test/things", {"a": 1})).status == 404
    run(lost.close())


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["ann", "bob"]), st.booleans()), max_size=12))
def test_effects_are_distinct_keys_whatever_the_order(
    house: House, run: Run, calls: list[tuple[str, str, bool]]
) -> None:
    run(house.mongo.collection(idempotency.COLLECTION).delete_many({}))
    house.made.clear()

    async def story() -> list[tuple[int, str]]:
        replies: list[Reply] = []
        for key, user, fails in calls:
            house.fails[:] = [NotNow("away")] if fails else []
            made = {"headers": {"idempotency-key": key}, "user_id": user}
            replies.append(await asked(house.app, "POST", "/test/things", {"a": 1}, **made))  # type: ignore[arg-type]
        return [(one.status, str(one.json.get("type"))) for one in replies]

    told = run(story())

    # A store that did not answer in time is a refusal by design, and not what this is about: it would be told here.
    assert {status for status, _ in told} <= {201, 503}, told
    assert "/problems/store/unavailable" not in {kind for _, kind in told}, told
    assert len(house.made) == len({(key, user) for key, user, _ in calls}), told
