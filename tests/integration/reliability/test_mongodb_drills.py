"""MongoDB failing on command: what our stores do, in how many commands, and that nothing is written twice.

The drills go through a store of ours on the client that every function uses. Counted are commands and documents,
never seconds.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from pymongo import MongoClient, monitoring
from pymongo.monitoring import CommandStartedEvent

from local.cloud import mongodb
from local.cloud.config import LocalConfig
from local.cloud.processes import Supervisor
from pricing.adapters.indexes import INDEXES
from pricing.adapters.mongo_market import COMPETITORS, MongoCompetitors
from pricing.domain.market import Competitor
from shared.kernel.paging import Window
from shared.runtime.deadline import within
from shared.runtime.migrations import migrate
from shared.runtime.mongo import Mongo, Session, StoreUnavailable

DATABASE = "drills"
READY_SECONDS = 60
SHUTDOWN_IN_PROGRESS = 91
NOT_WRITABLE_PRIMARY = 10107
OVERLOADED = {"errorCode": 462, "errorLabels": ["SystemOverloadedError", "RetryableError"]}
WRITE_CONFLICT = {"errorCode": 112, "errorLabels": ["TransientTransactionError"]}
RETRIED = ["RetryableWriteError"]
NUMBER = count()


class Commands(monitoring.CommandListener):
    """What every client of this process sends."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.sent.append((event.command_name, event.command.get("txnNumber")))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass

    def named(self, name: str) -> list[Any]:
        """The transaction numbers of the commands of that name."""
        return [number for sent, number in self.sent if sent == name]


COMMANDS = Commands()
# A listener is for the clients that are made after it, and cannot be taken back.
monitoring.register(COMMANDS)


class Server:
    """A MongoDB that fails when told to."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._direct: MongoClient[dict[str, Any]] = MongoClient(uri)

    @contextmanager
    def failing(self, command: str, *, times: int = 1, **how: Any) -> Iterator[None]:
        """Let the next commands of that name fail."""
        data = {"failCommands": [command], **how}
        self._direct.admin.command("configureFailPoint", "failCommand", mode={"times": times}, data=data)
        COMMANDS.sent.clear()
        try:
            yield
        finally:
            self._direct.admin.command("configureFailPoint", "failCommand", mode="off")

    def documents(self, key: str) -> int:
        """How many competitors of that id there are."""
        return self._direct[DATABASE][COMPETITORS].count_documents({"competitor_id": key})

    def close(self) -> None:
        self._direct.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    config = LocalConfig.isolated(tmp_path_factory.mktemp("drills"))
    service = mongodb.service(config)
    supervisor = Supervisor(config.state_dir, ready_timeout_seconds=READY_SECONDS)
    supervisor.start(replace(service, command=(*service.command, "--enable-test-commands")))
    failing = Server(config.mongodb)
    try:
        yield failing
    finally:
        failing.close()
        supervisor.stop(service.name)


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def mongo(server: Server, runner: asyncio.Runner) -> Iterator[Mongo]:
    opened = Mongo("", DATABASE, uri=server.uri)
    runner.run(migrate(opened, INDEXES))
    yield opened
    runner.run(opened.close())


def competitor() -> Competitor:
    return Competitor(
        organisation_id="org_a",
        competitor_id=f"c{next(NUMBER)}",
        name="Rival",
        domain="rival.example",
        kind="shop",
        created_at=datetime(2026, 11, 2, 6, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param({"errorCode": SHUTDOWN_IN_PROGRESS, "errorLabels": RETRIED}, id="the primary shuts down"),
        pytest.param({"errorCode": NOT_WRITABLE_PRIMARY, "errorLabels": RETRIED}, id="the primary steps down"),
        pytest.param({"closeConnection": True}, id="the connection is cut"),
        pytest.param(OVERLOADED, id="the server is overloaded"),
    ],
)
def test_a_write_that_fails_once_is_repeated_once_under_its_number(
    server: Server, mongo: Mongo, runner: asyncio.Runner, failure: dict[str, Any]
) -> None:
    new = competitor()

    with server.failing("insert", **failure):
        runner.run(MongoCompetitors(mongo).add(new))

    numbers = COMMANDS.named("insert")
    assert len(numbers) == 2
    assert numbers[0] is not None
    assert numbers[0] == numbers[1]
    assert server.documents(new.competitor_id) == 1


def test_a_write_whose_concern_fails_is_repeated_and_not_doubled(
    server: Server, mongo: Mongo, runner: asyncio.Runner
) -> None:
    new = competitor()

    with server.failing("insert", writeConcernError={"code": 91, "errmsg": "shutdown", "errorLabels": RETRIED}):
        runner.run(MongoCompetitors(mongo).add(new))

    assert len(COMMANDS.named("insert")) == 2
    assert server.documents(new.competitor_id) == 1


def test_a_write_that_fails_twice_is_told_as_unavailable_and_repeated_no_more(
    server: Server, mongo: Mongo, runner: asyncio.Runner
) -> None:
    new = competitor()

    with server.failing("insert", times=2, closeConnection=True), pytest.raises(StoreUnavailable):
        runner.run(MongoCompetitors(mongo).add(new))

    assert len(COMMANDS.named("insert")) == 2
    assert server.documents(new.competitor_id) == 0


def test_without_retryable_writes_a_failing_write_is_sent_once(server: Server, runner: asyncio.Runner) -> None:
    single = Mongo("", DATABASE, uri=f"{server.uri}&retryWrites=false")

    with server.failing("insert", closeConnection=True), pytest.raises(StoreUnavailable):
        runner.run(MongoCompetitors(single).add(competitor()))

    assert COMMANDS.named("insert") == [None]
    runner.run(single.close())


def test_a_read_that_fails_once_is_repeated(server: Server, mongo: Mongo, runner: asyncio.Runner) -> None:
    with server.failing("find", closeConnection=True):
        runner.run(MongoCompetitors(mongo).page("org_a", Window()))

    assert len(COMMANDS.named("find")) == 2


def test_a_server_that_hangs_is_left_at_the_end_of_the_invocations_time(
    server: Server, mongo: Mongo, runner: asyncio.Runner
) -> None:
    async def adding() -> None:
        with within(0.4):
            await MongoCompetitors(mongo).add(competitor())

    with server.failing("insert", blockConnection=True, blockTimeMS=1500), pytest.raises(StoreUnavailable):
        runner.run(adding())

    assert len(COMMANDS.named("insert")) == 1


def test_a_slow_server_is_waited_for_within_the_time_there_is(
    server: Server, mongo: Mongo, runner: asyncio.Runner
) -> None:
    new = competitor()

    async def adding() -> None:
        with within(10):
            await MongoCompetitors(mongo).add(new)

    with server.failing("insert", blockConnection=True, blockTimeMS=500):
        runner.run(adding())

    assert server.documents(new.competitor_id) == 1


def _marked(mongo: Mongo, key: str) -> Any:
    async def work(session: Session) -> None:
        await mongo.collection(COMPETITORS).insert_one(
            {"_id": f"drill/{key}", "organisation_id": "drill", "competitor_id": key}, session=session
        )

    return mongo.transaction(work)


@pytest.mark.parametrize(
    ("command", "failure"),
    [
        pytest.param("insert", WRITE_CONFLICT, id="a write conflict begins it anew"),
        pytest.param(
            "commitTransaction",
            {"errorCode": SHUTDOWN_IN_PROGRESS, "errorLabels": ["UnknownTransactionCommitResult", *RETRIED]},
            id="a commit of unknown end is asked again",
        ),
        pytest.param("commitTransaction", {"closeConnection": True}, id="a commit is cut off"),
    ],
)
def test_a_transaction_happens_once_whatever_cuts_it(
    server: Server, mongo: Mongo, runner: asyncio.Runner, command: str, failure: dict[str, Any]
) -> None:
    key = f"t{next(NUMBER)}"

    with server.failing(command, **failure):
        runner.run(_marked(mongo, key))

    assert len(COMMANDS.named(command)) >= 2
    assert server.documents(key) == 1


def test_a_transaction_ends_with_the_invocations_time_and_leaves_nothing(
    server: Server, mongo: Mongo, runner: asyncio.Runner
) -> None:
    key = f"t{next(NUMBER)}"

    async def short() -> None:
        with within(0.6):
            await _marked(mongo, key)

    with server.failing("insert", times=1000, **WRITE_CONFLICT), pytest.raises(StoreUnavailable):
        runner.run(short())

    assert server.documents(key) == 0


def test_one_client_serves_a_hundred_calls_over_one_connection(
    server: Server, mongo: Mongo, runner: asyncio.Runner
) -> None:
    opened: list[object] = []

    async def calling() -> None:
        client = mongo.client
        for _ in range(100):
            await MongoCompetitors(mongo).page("org_a", Window())
            opened.append(mongo.client)
        assert all(one is client for one in opened)

    runner.run(calling())

    status = MongoClient[dict[str, Any]](server.uri)
    current = status.admin.command("serverStatus")["connections"]["current"]
    status.close()
    assert current < 20


def test_a_pool_that_is_used_up_is_told_and_does_not_hang(server: Server, mongo: Mongo, runner: asyncio.Runner) -> None:
    async def crowded() -> list[BaseException | None]:
        reads = [MongoCompetitors(mongo).page("org_a", Window()) for _ in range(40)]
        found = await asyncio.gather(*reads, return_exceptions=True)
        return [one for one in found if isinstance(one, BaseException)]

    with server.failing("find", times=40, blockConnection=True, blockTimeMS=2500):
        refused = runner.run(crowded())

    assert refused
    assert all(isinstance(error, StoreUnavailable) for error in refused)
    assert runner.run(MongoCompetitors(mongo).page("org_a", Window())) is not None
