"""Contract tests may talk to servers on this machine, and to nothing else; doors open onto those and a fake AWS."""

import asyncio
import importlib
import json
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pymongo import AsyncMongoClient, MongoClient
from pytest_socket import _remove_restrictions, socket_allow_hosts

import shared.runtime.aws
import shared.runtime.mongo
from assistant.adapters.indexes import INDEXES as ASSISTANT
from auth.adapters.indexes import INDEXES as AUTH
from pricing.adapters.indexes import INDEXES as PRICING
from products.adapters.indexes import INDEXES as PRODUCTS
from scheduler.adapters.indexes import INDEXES as SCHEDULER
from shared.runtime.loop import the_loop
from shared.runtime.migrations import migrate
from shared.runtime.mongo import Document, Mongo
from shared.runtime.valkey import Valkey
from tests.fakes.cloud import FakeCloud, FakeLambdaContext
from tests.fakes.doors import Doors
from tests.fakes.runs import Run

# A database that is gone is noticed sooner than a function would; one that is there may be slow on a busy machine.
GONE_MS, THERE_MS = 300, 30_000
LOOPBACK = ["127.0.0.1", "::1", "localhost"]
INDEXES = {"assistant": ASSISTANT, "auth": AUTH, "pricing": PRICING, "products": PRODUCTS, "scheduler": SCHEDULER}
ENVIRONMENT = {
    "OMNIPRICEX_ENVIRONMENT": "local",
    "MONGODB_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:test",
    "EVENT_BUS_NAME": "omnipricex-test",
    "SIGNING_KEY_ARN": "arn:aws:kms:us-east-1:000000000000:key/test-key",
    "SEALING_KEY_ARN": "arn:aws:kms:us-east-1:000000000000:key/sealing-key",
    "SIGNING_KEYS": "{}",
    "TOKEN_ISSUER": "https://issuer.example",
    # Nothing listens there: attempts are then counted by the instance.
    "VALKEY_URL": "valkey://127.0.0.1:9/0",
    "RATE_LIMITS": json.dumps({"instances": 1}),
    "DEAD_LETTER_QUEUE_URL": "https://sqs.example/000000000000/dead-letters",
    "WORK_BUCKET": "work",
    "DECIDE_QUEUE_URL": "decide",
    "PUBLISH_QUEUE_URL": "publish",
    "PAGES_QUEUE_URL": "pages.fifo",
    "PAGES_LATER_QUEUE_URL": "pages-later",
    "OBSERVED_QUEUE_URL": "observed",
    "SCANNER_LANES": "4",
    "STORED_PAGES_FUNCTION": "pricing-stored-pages",
    "TRIAL_FUNCTION": "pricing-trial",
    "WRITE_SHOP_FUNCTION": "pricing-write-shop",
    "UNREAD_QUEUE_URL": "unread",
    "READ_PAGE_FUNCTION": "assistant-read-page",
    "RATES_URL": "https://rates.example/stats",
    "RATES_QUEUE_URL": "rates",
    "PRODUCTS_PRICES_FUNCTION": "products-prices",
    "SCANNER_USER_AGENT": "OmniPriceX/0.1 (+https://example.org/scanner)",
    "SCANNER_MIN_DELAY_SECONDS": "0",
    "ALERT_PAUSE_MINUTES": "15",
    "DELIVER_QUEUE_URL": "deliver",
    "DELIVERED_QUEUE_URL": "delivered",
    "MAIL_QUEUE_URL": "mail",
    "MAIL_FROM": "alerts@omnipricex.example",
    "API_URL": "https://api.example",
    "SCHEDULE_GROUP": "group",
    "SCHEDULE_ROLE_ARN": "role",
    "SCHEDULE_DLQ_ARN": "dlq",
    "QUEUE_URL_PREFIX": "https://sqs.example/1/",
    "REDRIVEN_QUEUES": '["pricing-decide", "pricing-pages.fifo"]',
    "DUE_QUEUE_ARN": "due-arn",
    "SCAN_REQUESTS_QUEUE_URL": "scan-requests",
    "RUNS_DUE_QUEUE_URL": "runs-due",
    "REPORTS_QUEUE_URL": "reports",
    "ROLL_UPS_QUEUE_URL": "roll-ups",
    "SIMULATIONS_QUEUE_URL": "simulations",
    "PULLS_QUEUE_URL": "pulls",
    "RETELL_QUEUE_URL": "retell",
    "PULLED_QUEUE_URL": "pulled",
    "QUESTIONS_QUEUE_URL": "questions",
    "PRICING_QUESTIONS_FUNCTION": "pricing-questions",
    "GEMINI_MODEL": "none",
}


@pytest.fixture(autouse=True)
def _loopback_only() -> Iterator[None]:
    socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
    yield
    _remove_restrictions()


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs coroutines, all of a test's on one loop."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> FakeCloud:
    """AWS in memory, for everything that the test runs."""
    fake = FakeCloud()
    # What one test learned of a service's health is nothing to the next.
    shared.runtime.aws.remote.cache_clear()
    monkeypatch.setattr(shared.runtime.aws, "client", fake.client)
    return fake


@pytest.fixture
def database_name() -> str:
    """A name that no other test uses."""
    return f"test_{secrets.token_hex(8)}"


@pytest.fixture
def store(mongodb_uri: str, database_name: str, run: Run) -> Iterator[Callable[[str], Mongo]]:
    """Makes a house's database, with its indexes; it is dropped after the test."""
    made: list[Mongo] = []

    def make(house: str) -> Mongo:
        mongo = Mongo("", database_name, uri=mongodb_uri)
        made.append(mongo)
        run(migrate(mongo, INDEXES[house]))
        return mongo

    yield make
    for mongo in made:
        run(mongo.client.drop_database(database_name))
        run(mongo.close())


def _made(database: Any, houses: set[str]) -> None:
    known = set(database.list_collection_names())
    for name, models in [pair for house in sorted(houses) for pair in INDEXES[house].items()]:
        if name not in known:
            known.add(name)
            database.create_collection(name)
        if models:
            database[name].create_indexes(list(models))


async def _closed(clients: list[AsyncMongoClient[Document]], caches: list[Valkey]) -> None:
    for client in clients:
        await client.close()
    for cache in caches:
        await cache.close()


@contextmanager
def _one_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The loop of a function's life, which is a test's here."""
    the_loop.cache_clear()
    loop = the_loop()
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    asyncio.set_event_loop(None)
    the_loop.cache_clear()


@pytest.fixture
def caches(monkeypatch: pytest.MonkeyPatch) -> list[Valkey]:
    """Every cache that is made while the test runs: a function never closes its own."""
    made: list[Valkey] = []
    make = Valkey.__init__

    def remembered(cache: Valkey, *arguments: Any, **options: Any) -> None:
        made.append(cache)
        make(cache, *arguments, **options)

    monkeypatch.setattr(Valkey, "__init__", remembered)
    return made


@pytest.fixture
def doors(
    mongodb_uri: str, database_name: str, cloud: FakeCloud, caches: list[Valkey], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Doors]:
    """Opens doors: imported anew, with their environment, onto a database of the test's own and a fake AWS."""
    for name, value in (ENVIRONMENT | {"MONGODB_DATABASE": database_name}).items():
        monkeypatch.setenv(name, value)
    direct: MongoClient[Document] = MongoClient(mongodb_uri, connect=False)
    database = direct.get_database(database_name, codec_options=shared.runtime.mongo.OPTIONS)
    uri = {"uri": mongodb_uri}
    houses: set[str] = set()
    made: set[str] = set()
    clients: list[AsyncMongoClient[Document]] = []

    def connecting(*arguments: Any, **options: Any) -> AsyncMongoClient[Document]:
        patience = THERE_MS if mongodb_uri in arguments else GONE_MS
        clients.append(AsyncMongoClient(*arguments, **(options | {"serverSelectionTimeoutMS": patience})))
        return clients[-1]

    monkeypatch.setattr(shared.runtime.mongo, "AsyncMongoClient", connecting)

    def secret(_arn: str, *, anew: bool = False) -> dict[str, str]:
        assert anew in {True, False}
        # A house's first need of its store: only now it is worth while to make one.
        if uri["uri"] == mongodb_uri and (new := houses - made):
            _made(database, new)
            made.update(new)
        return uri

    monkeypatch.setattr(shared.runtime.mongo, "secret", secret)

    def open_door(house: str, door: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        if door != "migrate":
            houses.add(house)
        sys.modules.pop(f"{house}.handlers.{door}", None)
        module = importlib.import_module(f"{house}.handlers.{door}")

        def call(event: dict[str, Any]) -> dict[str, Any]:
            # What came before may have taken the loop of this thread away.
            asyncio.set_event_loop(the_loop())
            answered: dict[str, Any] = json.loads(json.dumps(module.handler(event, FakeLambdaContext())))
            return answered

        return call

    with _one_loop() as loop:
        yield Doors(cloud, database, open_door, uri)
        loop.run_until_complete(_closed(clients, caches))
    if clients:
        direct.drop_database(database_name)
    direct.close()
