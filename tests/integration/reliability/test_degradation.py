"""Valkey or MongoDB fails in six ways under a house's real API: what callers are told, how soon, and after it.

Each cell goes through pricing's own wiring, with a proxy between it and the real server. The bounds are sums of our
own timeouts with seconds to spare, never a measurement.
"""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
import valkey
from fastapi import FastAPI
from pymongo import MongoClient

import shared.runtime.mongo
from local.cloud import mongodb
from local.cloud import valkey as local_valkey
from local.cloud.config import LocalConfig
from local.cloud.processes import Supervisor
from pricing.adapters.indexes import INDEXES
from pricing.api.app import build_app
from pricing.bootstrap.api import bootstrap
from pricing.settings import ApiSettings
from shared.runtime.deadline import within
from shared.runtime.edge import Edge
from shared.runtime.health import CHECK_SECONDS
from shared.runtime.migrations import migrate
from shared.runtime.valkey import TIMEOUT_SECONDS
from tests.fakes.asgi import Reply, asked
from tests.fakes.fault_proxy import Fault, FaultProxy

DATABASE = "degradation"
READY_SECONDS = 60
SLACK_SECONDS = 2.0
# What Lambda leaves an invocation of an API; a server that hangs is waited for no longer.
INVOCATION_SECONDS = 5.0
CALLER = 50
INSTANCES = 10
RATES = {"read": CALLER, "write": CALLER, "costly": CALLER}
MANY = {"read": 10_000, "write": 10_000, "costly": 10_000}
LIMITS = json.dumps({"caller": RATES, "organisation": MANY, "instances": INSTANCES})
SCOPES = "market:read market:write"
WRONG_PASSWORD = 18
READS = ["find", "aggregate", "insert", "update", "ping"]
NEW = {"competitor_id": "rival", "name": "Rival", "domain": "rival.example"}

type Capture = pytest.CaptureFixture[str]


@dataclass(frozen=True)
class Servers:
    """The real servers of these tests, and what only an administrator may do to them."""

    mongodb: str
    valkey: str
    valkey_pid: int

    @property
    def keeper(self) -> Any:
        connect: Callable[..., Any] = valkey.from_url
        return connect(self.valkey)

    def lock_valkey(self) -> None:
        """Ask everybody for a password from now on."""
        self.keeper.config_set("requirepass", "changed")

    def unlock_valkey(self) -> None:
        connect: Callable[..., Any] = valkey.from_url
        connect(self.valkey, password="changed").config_set("requirepass", "")

    def refuse_sign_ins(self, mode: str) -> None:
        """Let MongoDB answer as it answers a wrong password, or no more."""
        client: MongoClient[dict[str, Any]] = MongoClient(self.mongodb)
        data = {"failCommands": READS, "errorCode": WRONG_PASSWORD}
        client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)
        client.close()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    config = LocalConfig.isolated(tmp_path_factory.mktemp("degradation"))
    database, cache = mongodb.service(config), local_valkey.service(config)
    supervisor = Supervisor(config.state_dir, ready_timeout_seconds=READY_SECONDS)
    supervisor.start(replace(database, command=(*database.command, "--enable-test-commands")))
    supervisor.start(cache)
    running = supervisor.running(cache.name)
    assert running
    try:
        yield Servers(config.mongodb, config.valkey, running.pid)
    finally:
        supervisor.stop(cache.name)
        supervisor.stop(database.name)


@dataclass
class World:
    """One instance of pricing's API, with a proxy before each thing that it depends on."""

    app: FastAPI
    edge: Edge
    valkey: FaultProxy
    mongodb: FaultProxy
    servers: Servers
    took: float = 0.0
    failing: tuple[str, str] | None = None

    async def ask(self, method: str, path: str, body: Any = None, *, user: str = "usr", key: str = "") -> Reply:
        """One invocation; how long it took is kept."""
        headers = {"idempotency-key": key} if key else {}
        started = time.monotonic()
        with within(INVOCATION_SECONDS):
            reply = await asked(self.app, method, f"/pricing{path}", body, headers=headers, user_id=user, scopes=SCOPES)
        self.took = time.monotonic() - started
        return reply

    async def fail(self, dependency: str, fault: str) -> None:
        """Have a dependency fail."""
        self.failing = (dependency, fault)
        if fault != "unauthorised":
            await getattr(self, dependency).turn(Fault(fault))
        elif dependency == "valkey":
            self.servers.lock_valkey()
            await self.valkey.turn(Fault.NONE)
        else:
            self.servers.refuse_sign_ins("alwaysOn")

    async def mend(self, dependency: str, fault: str) -> None:
        """End the fault, and let the time pass in which the breaker leaves the dependency alone."""
        self.failing = None
        if fault != "unauthorised":
            await getattr(self, dependency).turn(Fault.NONE)
        elif dependency == "valkey":
            self.servers.unlock_valkey()
        else:
            self.servers.refuse_sign_ins("off")
        cool = self.edge.valkey.remote.policy.cool_seconds
        self.edge.valkey.remote.breaker._monotonic = lambda: time.monotonic() + cool


@asynccontextmanager
async def world(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    address = {name: urlsplit(getattr(servers, name)) for name in ("mongodb", "valkey")}
    behind = {name: FaultProxy(one.hostname or "", one.port or 0) for name, one in address.items()}
    async with behind["mongodb"] as mongodb_proxy, behind["valkey"] as valkey_proxy:
        uri = f"mongodb://127.0.0.1:{mongodb_proxy.port}/?directConnection=true"
        monkeypatch.setattr(shared.runtime.mongo, "secret", lambda _arn, **_: {"uri": uri})
        settings = ApiSettings(
            omnipricex_environment="local",
            mongodb_secret_arn="arn:secret",
            mongodb_database=DATABASE,
            event_bus_name="bus",
            work_bucket="work",
            valkey_url=f"valkey://127.0.0.1:{valkey_proxy.port}/0",
            rate_limits=LIMITS,
            decide_queue_url="decide",
            publish_queue_url="publish",
            pages_queue_url="pages",
            reports_queue_url="reports",
            roll_ups_queue_url="roll-ups",
            stored_pages_function="stored-pages",
            trial_function="trial",
            write_shop_function="write-shop",
            sealing_key_arn="key",
            mail_from="",
            simulations_queue_url="simulations",
            scanner_lanes=1,
        )
        edge = Edge.of(settings)
        made = World(build_app(bootstrap(settings, edge), edge), edge, valkey_proxy, mongodb_proxy, servers)
        servers.keeper.flushdb()
        await migrate(edge.mongo, INDEXES)
        await edge.mongo.database["competitors"].delete_many({})
        assert (await made.ask("POST", "/competitors", NEW)).status == 201
        try:
            yield made
        finally:
            if made.failing:
                await made.mend(*made.failing)
            await edge.valkey.close()
            await edge.mongo.close()


type Story = Callable[[World], Awaitable[None]]


@pytest.fixture
def play(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Callable[[Story], None]:
    """Plays a story on an instance that has just served its first request."""

    async def playing(story: Story) -> None:
        async with world(servers, monkeypatch) as made:
            await story(made)

    def play(story: Story) -> None:
        run: Coroutine[Any, Any, None] = playing(story)
        asyncio.run(run)

    return play


def lines(capture: Capture) -> list[dict[str, Any]]:
    """What was written to the log since the last look."""
    return [json.loads(one) for one in capture.readouterr().out.splitlines()]


def counted(told: list[dict[str, Any]], metric: str, dependency: str) -> int:
    """How often a metric of a dependency stands in the lines."""
    values = [one[metric] for one in told if metric in one and one.get("dependency") == dependency]
    return sum(len(one) if isinstance(one, list) else 1 for one in values)


FAULTS = ["refused", "hung", "slow", "garbage", "unauthorised", "flapping"]


@pytest.mark.parametrize("fault", FAULTS)
def test_without_valkey_all_is_right_and_each_instance_limits_alone(
    fault: str, play: Callable[[Story], None], capsys: Capture, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(at: World) -> None:
        await at.fail("valkey", fault)
        capsys.readouterr()
        replies = []
        for place in range(8):
            replies.append(await at.ask("GET", "/competitors", user=f"user{place}"))
            assert at.took < TIMEOUT_SECONDS * 2 + SLACK_SECONDS
        written = await at.ask("POST", "/competitors", NEW | {"competitor_id": fault})

        assert [one.status for one in replies] == [200] * 8
        assert all(one.json["data"][0]["name"] == "Rival" for one in replies)
        assert written.status == 201
        policies = {one.headers["ratelimit-policy"].split(";")[0].strip('"') for one in replies}
        assert policies <= {"caller-read", "organisation-read", "instance"}
        if fault in {"slow", "flapping"}:
            # Slow is not gone, and what flaps answers now and then.
            assert policies
        else:
            assert policies == {"instance"}
            told = lines(capsys)
            assert counted(told, "DependencyFailures", "valkey") >= 3
            assert counted(told, "DependencyRefusals", "valkey") >= 1
            assert "limits are counted by this instance alone" in caplog.messages

        # Never without a limit: alone, an instance grants its share of the caller's.
        passed = sum([(await at.ask("GET", "/competitors", user="busy")).status == 200 for _ in range(CALLER + 10)])
        assert 0 < passed <= CALLER

        ready = await at.ask("GET", "/health/ready", user="keeper")
        state = {"slow": {"ok", "degraded"}, "flapping": {"ok", "degraded"}}.get(fault, {"degraded"})
        assert ready.status == 200
        assert ready.json["status"] in state
        assert at.took < TIMEOUT_SECONDS * 2 + CHECK_SECONDS + SLACK_SECONDS

        await at.mend("valkey", fault)
        again = [await at.ask("GET", "/competitors", user=f"later{place}") for place in range(4)]
        assert again[-1].status == 200
        assert "instance" not in again[-1].headers["ratelimit-policy"]

    play(story)


def test_a_valkey_that_is_stopped_by_a_signal_is_done_without_and_found_again(play: Callable[[Story], None]) -> None:
    async def story(at: World) -> None:
        os.kill(at.servers.valkey_pid, signal.SIGSTOP)
        try:
            reply = await at.ask("GET", "/competitors", user="other")
            assert (reply.status, at.took < TIMEOUT_SECONDS * 2 + SLACK_SECONDS) == (200, True)
            assert reply.headers["ratelimit-policy"].startswith('"instance"')
        finally:
            os.kill(at.servers.valkey_pid, signal.SIGCONT)
        await at.mend("valkey", "none")

        assert "instance" not in (await at.ask("GET", "/competitors", user="third")).headers["ratelimit-policy"]

    play(story)


@pytest.mark.parametrize("fault", FAULTS)
def test_without_mongodb_callers_are_told_when_to_come_back(
    fault: str, play: Callable[[Story], None], capsys: Capture, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(at: World) -> None:
        await at.fail("mongodb", fault)
        capsys.readouterr()
        body, key = NEW | {"competitor_id": f"new-{fault}"}, f"key-{fault}"
        replies = [await at.ask("GET", "/competitors")]
        assert at.took < INVOCATION_SECONDS + SLACK_SECONDS
        replies.append(await at.ask("POST", "/competitors", body, key=key))
        assert at.took < INVOCATION_SECONDS + SLACK_SECONDS
        ready = await at.ask("GET", "/health/ready")
        assert at.took < CHECK_SECONDS + TIMEOUT_SECONDS * 2 + SLACK_SECONDS

        # Life is not readiness: nobody restarts an instance whose database is away.
        assert (await at.ask("GET", "/health")).status == 200
        if fault == "slow":
            assert [one.status for one in replies] == [200, 201]
        elif fault == "flapping":
            assert {one.status for one in replies} <= {200, 201, 409, 503}
        else:
            assert [one.status for one in replies] == [503] * 2
            assert ready.status == 503
            assert ready.json["status"] == "unavailable"
            told = lines(capsys)
            assert counted(told, "DependencyFailures", "mongodb") >= 2
            assert caplog.messages.count("unavailable") >= 2
        for refused in [one for one in replies if one.status == 503]:
            assert refused.json["type"] == "/problems/store/unavailable"
            assert int(refused.headers["retry-after"]) > 0
            assert not {"errmsg", "127.0.0.1"} & set(refused.body.decode().split('"'))

        await at.mend("mongodb", fault)
        await _recovered(at)
        # What was told to come back comes back, under its key, and acts once.
        again = await _answered(at, body, key)
        assert again.status == 201 or again.json["type"] == "/problems/pricing/competitor-exists"
        listed = (await at.ask("GET", "/competitors")).json["data"]
        assert sum(one["competitor_id"] == body["competitor_id"] for one in listed) == 1

    play(story)


async def _answered(at: World, body: Any, key: str) -> Reply:
    """The last answer to a request that is repeated as its answers ask for."""
    for _ in range(40):
        reply = await at.ask("POST", "/competitors", body, key=key)
        # A try whose record was cut off holds its key until its invocation is over.
        if reply.status != 409 or reply.json["type"] != "/problems/idempotency/in-flight":
            break
        await asyncio.sleep(0.25)
    return reply


async def _recovered(at: World) -> None:
    for _ in range(20):
        if (await at.ask("GET", "/competitors")).status == 200:
            return
        await asyncio.sleep(0.25)
    raise AssertionError("the instance did not find its database again")
