"""A real Prometheus server signs in as a machine client and scrapes its own organisation's gauges, as documented."""

import asyncio
import json
import os
import secrets
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from pymongo import MongoClient
from starlette.types import Receive, Scope, Send

import auth.api.app
import auth.bootstrap
import pricing.api.app
import pricing.bootstrap.api
import pricing.bootstrap.stores
from auth.adapters.mongo_clients import MongoClients
from auth.adapters.mongo_gauges import MongoGauges as AuthGauges
from auth.adapters.mongo_removals import MongoRemovals
from auth.adapters.mongo_sessions import MongoSessions
from auth.adapters.mongo_users import MongoUsers
from auth.adapters.random_secrets import RandomSecrets
from auth.adapters.token_keys import TokenKeys
from auth.usecases.clients import AddClient
from local.cloud.config import free_port
from pricing.adapters.documents import offer_document
from pricing.adapters.lambda_connected_shops import LambdaConnectedShops
from pricing.adapters.lambda_stored_pages import LambdaStoredPages
from pricing.adapters.lambda_trials import LambdaTrials
from pricing.adapters.mongo_changes import change_document
from pricing.adapters.mongo_gauges import MongoGauges as PricingGauges
from pricing.adapters.mongo_overview import MongoOverview
from pricing.adapters.s3_reports import S3ReportFiles
from pricing.adapters.s3_simulations import S3SimulationFiles
from pricing.adapters.table_files import Files
from pricing.usecases.house import Outside
from pricing.usecases.overview import ReadOverview
from scripts.toolchain.basics import MissingTool
from scripts.toolchain.prometheus import ensure_prometheus
from shared.kernel.clock import system_clock
from shared.kernel.identity import Caller
from shared.runtime.cache import Cache
from shared.runtime.mongo import OPTIONS, Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.valkey import Valkey
from tests.builders.events import identity
from tests.builders.pricing import a_change, an_observation, an_offer
from tests.fakes.auth import FakeAttempts, FakePasswords
from tests.fakes.rsa_signer import RsaSigner
from tests.fakes.sealer import FakeSealer

ISSUER = "https://issuer.example"
PATIENCE_SECONDS = 60
DOCUMENTED = Path(__file__).resolve().parents[3] / "docs" / "observability.md"


class FrontDoor:
    """What API Gateway does: leads paths to houses, and proves who sent a token."""

    def __init__(self, houses: dict[str, FastAPI], keys: TokenKeys) -> None:
        self._houses = houses
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        told = dict(scope["headers"]).get(b"authorization", b"").decode()
        proved = self._keys.proved(told.removeprefix("Bearer "))
        known = {} if proved is None else identity(" ".join(proved.scopes), proved.organisation_id, proved.user_id)
        context = {"http": {"sourceIp": "127.0.0.1"}, "authorizer": {"lambda": known}}
        asked_for = {**scope, "aws.event": {"requestContext": context}}
        await self._houses[scope["path"].split("/")[1]](asked_for, receive, send)


def houses(mongo: Mongo, signer: RsaSigner) -> dict[str, FastAPI]:
    """Auth and pricing over a database."""
    keys = TokenKeys(signer.pems, ISSUER)
    identities = auth.bootstrap.wire(
        users=MongoUsers(mongo),
        removals=MongoRemovals(mongo, Outbox(mongo, "auth")),
        clients=MongoClients(mongo),
        sessions=MongoSessions(mongo),
        passwords=FakePasswords(),
        signer=signer,
        attempts=FakeAttempts(),
        public_keys=keys.key_set,
        issuer=ISSUER,
        gauges=AuthGauges(mongo, system_clock),
    )
    cache = Cache(Valkey("valkey://127.0.0.1:9/0"), "pricing")
    prices = pricing.bootstrap.api.wire(
        pricing.bootstrap.stores.stores(mongo, Outbox(mongo, "pricing")),
        Outside(
            files=S3ReportFiles("none"),
            tables=Files(),
            simulation_files=S3SimulationFiles("none"),
            pages=LambdaStoredPages("none"),
            trials=LambdaTrials("none"),
            shops=LambdaConnectedShops("none"),
            sealer=FakeSealer(),
            sends_mail=False,
        ),
        lanes=1,
        past=pricing.bootstrap.stores.past_of(mongo),
        overview=ReadOverview(facts=MongoOverview(mongo), memory=cache, clock=system_clock),
        gauges=PricingGauges(mongo, system_clock),
    )
    return {"auth": auth.api.app.build_app(identities), "pricing": pricing.api.app.build_app(prices)}


@dataclass
class Place:
    """The served houses, and their database as it is stored."""

    port: int
    database: Any
    mongodb_uri: str

    def client_of(self, organisation_id: str, scopes: str = "metrics:read") -> tuple[str, str]:
        """The id and the secret of a new machine client."""

        async def making() -> tuple[str, str]:
            mongo = Mongo("", self.database.name, uri=self.mongodb_uri)
            wanted = frozenset(scopes.split())
            maker = Caller(organisation_id=organisation_id, user_id="usr", roles=frozenset(), scopes=wanted)
            add = AddClient(clients=MongoClients(mongo), secrets=RandomSecrets(), clock=system_clock)
            client, secret = await add(maker, "prometheus", wanted)
            await mongo.close()
            return client.client_id, secret

        return asyncio.run(making())


@pytest.fixture
def place(mongodb_uri: str) -> Iterator[Place]:
    """Two houses on loopback, with data of two organisations."""
    name = f"test_{secrets.token_hex(8)}"
    direct: MongoClient[dict[str, Any]] = MongoClient(mongodb_uri)
    database = direct.get_database(name, codec_options=OPTIONS)
    for organisation_id, count in (("org", 3), ("rival", 7)):
        seen = an_observation("9.99", captured_at=system_clock() - timedelta(hours=2))
        for number in range(count):
            offer = offer_document(an_offer("9.99", offer_id=f"{organisation_id}-{number}"))
            looked = {"organisation_id": organisation_id, "latest": {"captured_at": seen.captured_at}}
            database["offers"].insert_one(offer | looked)
        change = a_change(change_id=f"chg-{organisation_id}", organisation_id=organisation_id)
        database["price_changes"].insert_one(change_document(change))
    signer, port = RsaSigner(), free_port()
    front = FrontDoor(houses(Mongo("", name, uri=mongodb_uri), signer), TokenKeys(signer.pems, ISSUER))
    server = uvicorn.Server(uvicorn.Config(front, port=port, lifespan="off", log_level="warning"))
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    yield Place(port, database, mongodb_uri)
    server.should_exit = True
    serving.join(timeout=20)
    direct.drop_database(name)
    direct.close()


@pytest.fixture(scope="session")
def program() -> str:
    """The Prometheus server's program."""
    try:
        return ensure_prometheus()
    except MissingTool as missing:
        if "CI" in os.environ:
            raise
        pytest.skip(str(missing))


def config_of(place: Place, folder: Path, client_id: str, secret: str, house: str) -> Path:
    """The configuration that docs/observability.md gives, with this test's address and client."""
    (folder / "secret").write_text(secret, encoding="utf-8")
    text = DOCUMENTED.read_text(encoding="utf-8").split("```yaml")[1].split("```")[0]
    address = f"127.0.0.1:{place.port}"
    changes = {
        "job_name: omnipricex": f"job_name: {house}",
        "scheme: https": "scheme: http",
        "scrape_interval: 60s": "scrape_interval: 1s\n    scrape_timeout: 1s",
        '"api.example.com"': f'"{address}"',
        "https://api.example.com/auth/token": f"http://{address}/auth/token",
        "/pricing/metrics": f"/{house}/metrics",
        "cli_01...": client_id,
        "/etc/prometheus/omnipricex": str(folder / "secret"),
    }
    for documented, here in changes.items():
        assert documented in text
        text = text.replace(documented, here)
    path = folder / "prometheus.yml"
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def prometheus(program: str, config: Path) -> Iterator[int]:
    """A Prometheus server on loopback."""
    port = free_port()
    data, listen = config.parent / "data", f"127.0.0.1:{port}"
    command = [program, f"--config.file={config}", f"--storage.tsdb.path={data}", f"--web.listen-address={listen}"]
    log = config.parent / "log"
    with log.open("wb") as written:
        running = subprocess.Popen(command, stdout=written, stderr=subprocess.STDOUT)
    try:
        yield port
    finally:
        running.terminate()
        running.wait(timeout=30)


def asked(port: int, path: str) -> Any:
    """What Prometheus's HTTP API says."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=5) as answer:
        return json.loads(answer.read())["data"]


def values(port: int, query: str) -> dict[tuple[str, ...], float]:
    """The present values of a query, by their labels but for those that Prometheus adds."""
    found = asked(port, "query?" + urllib.parse.urlencode({"query": query}))["result"]
    added = {"__name__", "instance", "job"}
    return {
        tuple(value for name, value in sorted(one["metric"].items()) if name not in added): float(one["value"][1])
        for one in found
    }


def until(holds: Any) -> Any:
    """What the question answers once its answer is something."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        try:
            if found := holds():
                return found
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError("nothing came in time")


def test_prometheus_scrapes_its_organisations_gauges_and_no_others(place: Place, program: str, tmp_path: Path) -> None:
    config = config_of(place, tmp_path, *place.client_of("org"), "pricing")

    with prometheus(program, config) as port:
        offers = until(lambda: values(port, "omnipricex_offers"))
        changes = values(port, "omnipricex_price_changes")
        age = values(port, "omnipricex_look_oldest_seconds")
        waiting = values(port, "omnipricex_outbox_waiting")
        place.database["offers"].delete_one({"organisation_id": "org"})
        fewer = until(lambda: found if (found := values(port, "omnipricex_offers")) == {(): 2.0} else None)

    assert (offers, fewer) == ({(): 3.0}, {(): 2.0})
    assert changes == {("PROPOSED",): 1.0}
    assert 7200 <= age[()] < 7300
    assert waiting == {("pricing",): 0.0}


def test_each_house_is_a_job_of_its_own(place: Place, program: str, tmp_path: Path) -> None:
    config = config_of(place, tmp_path, *place.client_of("rival"), "auth")

    with prometheus(program, config) as port:
        waiting = until(lambda: values(port, "omnipricex_outbox_waiting"))

    assert waiting == {("auth",): 0.0}


def test_a_client_without_the_scope_is_shown_nothing(place: Place, program: str, tmp_path: Path) -> None:
    config = config_of(place, tmp_path, *place.client_of("org", "prices:read"), "pricing")

    with prometheus(program, config) as port:
        targets = until(lambda: [one for one in asked(port, "targets")["activeTargets"] if one["lastError"]])
        offers = values(port, "omnipricex_offers")

    assert offers == {}
    assert "invalid_scope" in targets[0]["lastError"]
