"""250 seeded histories in which processes die at random boundaries: every command has its effect, and has it once.

The real use cases, adapters and consumers run on a real store; queues, bus and the web are in memory and redeliver,
repeat and reorder. Each history imports products, scans a competitor, decides prices, publishes them, and counts jobs.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

import pytest
from pydantic import Field
from pymongo import MongoClient

import shared.runtime.aws
from pricing.adapters.indexes import INDEXES as PRICING
from pricing.adapters.lambda_own_catalogue import LambdaOwnCatalogue
from pricing.adapters.messages import facts_of, observation_of
from pricing.adapters.mongo_filters import MongoFilters
from pricing.adapters.mongo_late_moves import MongoLateMoves
from pricing.adapters.mongo_new_prices import MongoNewPrices
from pricing.adapters.mongo_observations import MongoScanLog
from pricing.adapters.pages_later import PagesLater
from pricing.adapters.s3_lane_memory import S3LaneMemory
from pricing.adapters.s3_snapshots import S3Snapshots
from pricing.adapters.sqs_observed import SqsObserved
from pricing.bootstrap.deciding import decides
from pricing.bootstrap.parts import gate_of, runs_promotions, starts_batch
from pricing.bootstrap.stores import stores as pricing_stores
from pricing.domain.fetched import Fetch, Fetched
from pricing.domain.offer_draft import OfferDraft
from pricing.domain.promotions.law import the_law
from pricing.domain.publication import PublicationSettings
from pricing.domain.reading import Availability, Reader, Reading
from pricing.domain.recipe import Recipe
from pricing.usecases import decide
from pricing.usecases.decide import DecidePart, PlanRun
from pricing.usecases.keep_time import KeepTime
from pricing.usecases.lane_manners import LaneManners
from pricing.usecases.looks import PageAsked, Scan
from pricing.usecases.ports import ShopPart
from pricing.usecases.publish import PublishAlone, PublishBatch
from pricing.usecases.record_observations import RecordObservations
from pricing.usecases.record_products import RecordProducts
from pricing.usecases.register import RegisterOffers
from pricing.usecases.review_batch import ReviewBatch
from pricing.usecases.scan import MarketPart, PlanScan
from pricing.usecases.scan_budget import ChooseByBudget
from pricing.usecases.scan_pages import ScanPages
from pricing.usecases.start_runs import StartRun
from pricing.usecases.undo import UndoBatch
from products.adapters.indexes import INDEXES as PRODUCTS
from products.adapters.mongo_catalogue import MongoCatalogue
from products.adapters.mongo_imports import MongoImports
from products.adapters.mongo_shops import MongoShops
from products.adapters.price_door import PriceDoor
from products.bootstrap import wire as wire_products
from products.domain.product import NewPrice
from products.usecases.house import Products
from shared.contracts.jobs import JobEnded, JobOpened, JobPlanned, JobProgressed
from shared.contracts.pricing import (
    BatchRequested,
    PagesRead,
    PagesToScan,
    RunPartRequested,
    RunRequested,
    ScanRequested,
)
from shared.contracts.products import ProductsChanged, ReadPrices, SetPrices
from shared.kernel.paging import Window
from shared.runtime import inbox as inboxes
from shared.runtime import lambda_sqs
from shared.runtime.inbox import Inbox
from shared.runtime.lambda_sqs import Delivery, Handler, sqs_handler
from shared.runtime.loop import run, the_loop
from shared.runtime.migrations import migrate
from shared.runtime.mongo import Mongo, Session
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from shared.runtime.settings import ConsumerSettings
from shared.runtime.stops import Stops
from tests.builders.pricing import MONDAY, a_competitor, a_policy
from tests.builders.products import a_shop
from tests.fakes.killing import Killed, Killer, RoughCloud, deadly_mongodb

HISTORIES = int(os.environ.get("OMNIPRICEX_KILL_HISTORIES", "250"))
FIRST_SEED = int(os.environ.get("OMNIPRICEX_KILL_SEED", "1"))
ITEMS = 3
BY_HAND = Decimal("42.00")
# So that a run is joined from several.
PARTS = 3
FILE = "sku,name,price,cost\n" + "".join(f"S{place},Product,100.00,50.00\n" for place in range(ITEMS))
MOST_STEPS = 2_000
QUEUES = {"decide": "decide", "pages": "pages.fifo", "publish": "publish"}
JOBS = {"counts": ()} | {inboxes.COLLECTION: inboxes.INDEXES}
type Fact = Annotated[JobOpened | JobPlanned | JobProgressed | JobEnded, Field(discriminator="type")]
type Asked = Annotated[RunRequested | RunPartRequested, Field(discriminator="type")]
type Price = SetPrices | ReadPrices


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    seconds: int = 0

    def __call__(self) -> Any:
        return MONDAY + timedelta(seconds=self.seconds)


class Web:
    """A web in which every page shows the same price."""

    async def fetch(self, url: str, *, deadline: float, **_: Any) -> Fetched:
        assert deadline > 0
        return Fetched(outcome=Fetch.FETCHED, url=url, body=b"<html>", packed=b"<html>")

    def pause_of(self, url: str) -> float | None:
        assert url
        return None

    async def rest(self) -> None:
        pass

    def silences(self) -> dict[str, float]:
        return {}

    def silence(self, host: str, seconds: float) -> None:
        raise AssertionError(f"{host} asked for {seconds} s of silence")


def read(_: Fetched, __: Recipe | None) -> Reading:
    return Reading(
        item_price=Decimal("95.00"),
        currency="EUR",
        availability=Availability.IN_STOCK,
        reader=Reader.JSON_LD,
        agreement=1,
        confidence=Decimal("0.9"),
    )


@dataclass(frozen=True)
class Databases:
    """The databases of three houses."""

    pricing: Mongo
    products: Mongo
    jobs: Mongo


@dataclass
class Process:
    """Everything that lives in memory, wired anew after each death."""

    kept: Databases
    clock: Clock

    def __post_init__(self) -> None:
        mongo = self.kept.pricing
        queues = {name: Queue(url) for name, url in QUEUES.items()}
        self.outbox = Outbox(mongo, "pricing", bus="bus", queues=queues, clock=self.clock)
        self.catalogue_outbox = Outbox(self.kept.products, "products", bus="bus", clock=self.clock)
        self.stores = pricing_stores(mongo, self.outbox)
        self.log = MongoScanLog(mongo, self.outbox, self.clock)
        catalogue = MongoCatalogue(self.kept.products, self.catalogue_outbox)
        imports = MongoImports(self.kept.products, self.catalogue_outbox)
        shops = MongoShops(self.kept.products)
        self.products: Products = wire_products(shops=shops, catalogue=catalogue, imports=imports, clock=self.clock)
        self.inbox = Inbox(self.kept.jobs, "jobs", self.clock)
        self.handlers: dict[str, tuple[Handler, int]] = {
            "pricing-products": (sqs_handler(ProductsChanged, self.record_products), 10),
            "scan-requests": (sqs_handler(ScanRequested, self.plan), 1),
            "pages.fifo": (sqs_handler(PagesToScan, self.scan, fifo=True), 1),
            "observed": (sqs_handler(PagesRead, self.record), 10),
            "decide": (sqs_handler(Asked, self.decide), 1),
            "publish": (sqs_handler(BatchRequested, self.publish), 1),
            "progress": (sqs_handler(Fact, self.count), 10),
        }

    async def start_run(self, organisation_id: str) -> None:
        kept = self.stores
        await StartRun(policies=kept.policies, runs=kept.runs, clock=self.clock)(organisation_id, "match", "colleague")

    async def start_batch(self, organisation_id: str) -> None:
        kept = self.stores
        await starts_batch(kept, self.clock)(organisation_id, "colleague", "demo-eu", None)

    async def undo(self, organisation_id: str) -> None:
        kept = self.stores
        (batch,) = (await kept.batches.page(organisation_id, Window())).items
        undoing = UndoBatch(changes=kept.changes, batches=kept.batches, gate=gate_of(kept), clock=self.clock)
        await undoing(organisation_id, "manager", batch.batch_id, "a wrong cost file")

    async def keep_time(self) -> int:
        kept = self.stores
        keeping = KeepTime(
            changes=kept.changes,
            batches=kept.batches,
            promotions=runs_promotions(kept, MongoNewPrices(self.kept.pricing, self.outbox), self.clock),
            roll_ups=kept.roll_ups,
            clock=self.clock,
        )
        return await keeping()

    async def record_products(self, event: ProductsChanged, _: Delivery) -> None:
        record = RecordProducts(
            facts=self.stores.facts,
            own_prices=self.stores.own_prices,
            moves=MongoLateMoves(self.kept.pricing),
            clock=self.clock,
        )
        await record([facts_of(event.organisation_id, one) for one in event.products])

    async def plan(self, event: ScanRequested, _: Delivery) -> None:
        kept = self.stores
        planning = PlanScan(
            facts=kept.facts,
            filters=MongoFilters(self.kept.pricing),
            offers=kept.offers,
            observations=kept.observations,
            recipes=kept.recipes,
            choose=ChooseByBudget(facts=kept.facts, offers=kept.offers, budgets=kept.budgets, clock=self.clock),
            lanes=2,
            log=self.log,
            clock=self.clock,
        )
        await planning(event.organisation_id, event.job_id, MarketPart(competitor_ids=event.competitor_ids))

    async def scan(self, event: PagesToScan, _: Delivery) -> None:
        asked = [PageAsked(**one.model_dump()) for one in event.pages]
        this = Scan(
            organisation_id=event.organisation_id,
            job_id=event.job_id,
            lane=event.lane,
            planned_at=event.occurred_at,
            deadline=time.monotonic() + 60,
            carried=event.carried,
        )
        web = Web()
        scanner = ScanPages(
            pages=web,
            read=read,
            snapshots=S3Snapshots("work", self.clock),
            manners=LaneManners(pages=web, memory=S3LaneMemory("work"), clock=self.clock),
            stops=Stops("work"),
            clock=self.clock,
        )
        await scanner(asked, SqsObserved(Queue("observed"), PagesLater(Queue("later"), self.clock), event), this)

    async def record(self, event: PagesRead, _: Delivery) -> None:
        seen = [observation_of(event, reading) for reading in event.readings]
        kept = self.stores
        recording = RecordObservations(
            log=self.log, facts=kept.facts, competitors=kept.competitors, rates=kept.rates, clock=self.clock
        )
        await recording(event.job_id, event.id, seen)

    async def decide(self, event: RunRequested | RunPartRequested, _: Delivery) -> None:
        kept = self.stores
        if isinstance(event, RunRequested):
            await PlanRun(facts=kept.facts, runs=kept.runs, clock=self.clock)(event.organisation_id, event.run_id)
            return
        deciding = DecidePart(
            facts=kept.facts,
            decided=decides(self.kept.pricing, kept),
            policies=kept.policies,
            runs=kept.runs,
            reminders=MongoNewPrices(self.kept.pricing, self.outbox),
            publish=PublishAlone(start=starts_batch(kept, self.clock), gate=gate_of(kept)),
            stops=Stops("work"),
            clock=self.clock,
        )
        part = ShopPart(after=event.after, until=event.until, partitions=event.partitions)
        await deciding(event.organisation_id, event.run_id, event.place, part)

    async def publish(self, event: BatchRequested, _: Delivery) -> None:
        publishing = PublishBatch(
            changes=self.stores.changes,
            batches=self.stores.batches,
            holds=self.stores.holds,
            facts=self.stores.facts,
            law=the_law(),
            gate=gate_of(self.stores),
            shop=LambdaOwnCatalogue("products-prices"),
            review=ReviewBatch(
                changes=self.stores.changes, batches=self.stores.batches, facts=self.stores.facts, clock=self.clock
            ),
            stops=Stops("work"),
            clock=self.clock,
            time_left=lambda: None,
        )
        await publishing(event.organisation_id, event.batch_id)

    async def count(self, event: Fact, _: Delivery) -> None:
        """Count a job's facts, as the scheduler does: each once."""
        change: dict[str, int] = {type(event).__name__: 1}
        if isinstance(event, JobPlanned):
            change["items"] = event.items
        elif isinstance(event, JobProgressed):
            change |= {"done": event.done, "failed": event.failed}

        async def work(session: Session) -> bool:
            counts = self.kept.jobs.collection("counts")
            await counts.update_one({"_id": event.job_id}, {"$inc": change}, upsert=True, session=session)
            return True

        await self.inbox.once(event.id, event.organisation_id, work)

    async def prices(self, asked: Price) -> Any:
        return await PriceDoor(self.products.write_prices, self.products.show_prices)(asked)


@dataclass
class History:
    """One organisation's story, told by a seed."""

    seed: int
    kept: Databases
    killer: Killer
    cloud: RoughCloud
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.organisation = f"org{self.seed}"
        self.job = f"job{self.seed}"
        self.process = Process(self.kept, self.clock)
        self.cloud.functions["products-prices"] = self.another_house

    def another_house(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The products house's function. It is asked from a thread, while the loop waits for the answer."""
        contract = SetPrices if asked["action"] == "set" else ReadPrices
        answering = asyncio.run_coroutine_threadsafe(self.process.prices(contract.model_validate(asked)), the_loop())
        answered: dict[str, Any] = answering.result(30).model_dump(mode="json")
        return answered

    def alive(self, work: Callable[[], Any]) -> bool:
        """Do some work in the present process; when that dies, there is a new one and nothing that it held."""
        try:
            with self.killer.life():
                work()
        except Killed:
            self.process = Process(self.kept, self.clock)
            return False
        return True

    def until_done(self, work: Callable[[], Any], is_done: Callable[[], bool]) -> None:
        """A person asks, and asks again when no answer came and nothing is there."""
        for _ in range(20):
            if self.alive(work) or is_done():
                return
        raise AssertionError("the process dies too often")

    def drain(self) -> None:
        """Let queues, consumers and relays work until nothing waits."""
        for _ in range(MOST_STEPS):
            waits = self.cloud.waits()
            if waits and self.cloud.chance.random() < 0.9:
                name = self.cloud.chance.choice(waits)
                handler, most = self.process.handlers[name]
                self.alive(partial(self.cloud.deliver, name, handler, most))
                continue
            self.clock.seconds += 61
            sent: list[int] = []
            for name in ("outbox", "catalogue_outbox"):
                self.alive(partial(self._relay, name, sent))
            # A canary's wait ends by the clock.
            self.alive(partial(self._keep_time, sent))
            if not waits and sent == [0, 0, 0] and not self.cloud.waits():
                return
        raise AssertionError("it never comes to rest")

    def _keep_time(self, sent: list[int]) -> None:
        sent.append(run(self.process.keep_time()))

    def _relay(self, name: str, sent: list[int]) -> None:
        outbox: Outbox = getattr(self.process, name)
        sent.append(run(outbox.relay()))

    def tell(self) -> None:
        """The whole story: import, scan, run, publication."""
        organisation = self.organisation
        run(self.process.products.shops.add(a_shop(organisation_id=organisation)))
        self.until_done(self._import, lambda: False)
        self.drain()
        self._prepare()
        request = ScanRequested(
            id=f"msg-{self.job}",
            occurred_at=self.clock(),
            correlation_id=self.job,
            organisation_id=organisation,
            job_id=self.job,
        )
        self.cloud.put("scan-requests", request.model_dump_json())
        self.drain()
        self.until_done(lambda: run(self.process.start_run(organisation)), lambda: bool(self.runs()))
        self.drain()
        self.until_done(lambda: run(self.process.start_batch(organisation)), lambda: bool(self.batches()))
        self.drain()
        self._edit_by_hand()
        self.until_done(lambda: run(self.process.undo(organisation)), lambda: len(self.batches()) == 2)
        self.drain()

    def _edit_by_hand(self) -> None:
        """Somebody changes one price in the shop, before the publication is taken back."""
        (product,) = self._found(self.kept.products, "products", **{"draft.sku": "S0"})
        edit = NewPrice(
            product_id=product["_id"], amount=BY_HAND, currency="EUR", expected=Decimal("95.00"), batch_id="by hand"
        )
        assert run(self.process.products.write_prices(self.organisation, [edit])) == [None]

    def _import(self) -> None:
        run(self.process.products.import_catalogue(self.organisation, "demo-eu", FILE, requested_by="usr"))

    def _prepare(self) -> None:
        """Watch each product at one competitor, under a policy that matches."""
        kept, organisation = self.process.stores, self.organisation
        run(kept.competitors.add(a_competitor(organisation_id=organisation)))
        drafts = [
            OfferDraft(
                shop_id="demo-eu",
                sku=f"S{place}",
                competitor_id="c1",
                url=f"https://www.c1.example/{place}",
                match_type="exact",
            )
            for place in range(ITEMS)
        ]
        register = RegisterOffers(facts=kept.facts, competitors=kept.competitors, offers=kept.offers, clock=self.clock)
        assert all(result.offer_id for result in run(register(organisation, drafts)).results)
        run(kept.policies.add(a_policy(organisation_id=organisation, created_at=self.clock())))
        live = PublicationSettings(
            organisation_id=organisation,
            shop_id="demo-eu",
            mode="live",
            automatic=False,
            canary_percent=50,
            canary_minutes=1,
        )
        run(kept.publication.set(live))

    def runs(self) -> list[Any]:
        return list(run(self.process.stores.runs.page(self.organisation, Window())).items)

    def batches(self) -> list[Any]:
        return self._found(self.kept.pricing, "batches")

    def _found(self, mongo: Mongo, collection: str, **query: Any) -> list[Any]:
        async def finding() -> list[Any]:
            cursor = mongo.collection(collection).find({"organisation_id": self.organisation} | query)
            return [one async for one in cursor]

        return run(finding())

    def _job(self, job_id: str) -> dict[str, int]:
        async def finding() -> dict[str, int]:
            return await self.kept.jobs.collection("counts").find_one({"_id": job_id}, {"_id": 0}) or {}

        return run(finding())

    def _calls(self, batch: dict[str, Any]) -> int:
        """In how many calls a batch was written: its canary's, and that for the rest, if any is left."""
        lines = self._found(self.kept.pricing, "price_changes", batch_id=batch["_id"])
        return len({one["share"] < batch["canary_share"] for one in lines})

    def _out_of_order(self) -> list[list[str]]:
        """The prices that any product had in another order than they were asked for."""
        found: dict[str, list[str]] = {}
        for one in sorted(self._found(self.kept.products, "own_prices"), key=lambda one: one["valid_from"]):
            found.setdefault(one["product_id"], []).append(str(one["amount"]))
        right = [["100.00", "95.00", "100.00"], ["100.00", "95.00", str(BY_HAND)]]
        return [prices for prices in found.values() if prices not in right]

    def effects(self) -> dict[str, tuple[Any, Any]]:
        """What each command should have brought, and what is there."""
        (this_run,) = self.runs()
        batch, undo = sorted(self.batches(), key=lambda one: one["undoes"] is not None)
        decisions = self._found(self.kept.pricing, "decisions")
        changes = self._found(self.kept.pricing, "price_changes")
        history = Counter(str(one["amount"]) for one in self._found(self.kept.products, "own_prices"))
        whole = {"JobPlanned": 1, "items": ITEMS, "JobProgressed": 1, "done": ITEMS, "failed": 0}
        # One piece of news of its items, and one of what its computing cost; a run has two of each part.
        ended = whole | {"JobOpened": 1, "JobEnded": 1, "JobProgressed": 2}
        in_parts = ended | {"JobProgressed": 2 * PARTS}
        return {
            "products": (ITEMS, len(self._found(self.kept.products, "products"))),
            "facts": (ITEMS, len(self._found(self.kept.pricing, "products"))),
            "observations": (ITEMS, len(self._found(self.kept.pricing, "observations"))),
            "decisions": (ITEMS, len({one["product_id"] for one in decisions if one["run_id"] == this_run.run_id})),
            "decisions doubled": (ITEMS, len(decisions)),
            "proposals and their undo": (2 * ITEMS, len(changes)),
            "written prices": ({"100.00": 2 * ITEMS - 1, "95.00": ITEMS, str(BY_HAND): 1}, dict(history)),
            "published": ({"APPLIED": ITEMS}, batch["states"]),
            "taken back": ({"APPLIED": ITEMS - 1, "FAILED": 1}, undo["states"]),
            "where prices ended": (
                {"REVERTED": ITEMS - 1, "APPLIED": ITEMS, "FAILED": 1},
                dict(Counter(one["state"] for one in changes)),
            ),
            "order of each product": ([], self._out_of_order()),
            "run closed": (("FINISHED", ITEMS, ITEMS), (this_run.state, this_run.decisions, this_run.proposed)),
            "scan job": (whole, self._job(self.job)),
            "run job": (in_parts, self._job(this_run.run_id)),
            "batch job": (ended | {"JobProgressed": 1 + self._calls(batch)}, self._job(batch["_id"])),
            "undo job": (
                ended | {"done": ITEMS - 1, "failed": 1, "JobProgressed": 2},
                self._job(undo["_id"]),
            ),
            "dead letters": (0, len(self.cloud.queues.get("dead-letters", ()))),
        }


@pytest.fixture
def databases(mongodb_uri: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Databases]:
    # Read once, not in each of some thousand lives.
    settings = ConsumerSettings(dead_letter_queue_url="dead-letters", work_bucket="work")
    monkeypatch.setattr(lambda_sqs, "ConsumerSettings", lambda: settings)
    monkeypatch.setattr(decide, "PRODUCTS_IN_A_PART", ITEMS // PARTS)
    the_loop.cache_clear()
    kept = Databases(*(Mongo("", f"kill_{house}", uri=mongodb_uri) for house in ("pricing", "products", "jobs")))
    with MongoClient[Any](mongodb_uri) as direct:
        for name in ("kill_pricing", "kill_products", "kill_jobs"):
            direct.drop_database(name)
    for mongo, indexes in ((kept.pricing, PRICING), (kept.products, PRODUCTS), (kept.jobs, JOBS)):
        run(migrate(mongo, indexes))
    yield kept
    for mongo in (kept.pricing, kept.products, kept.jobs):
        run(mongo.close())
    the_loop().run_until_complete(the_loop().shutdown_default_executor())
    the_loop().close()
    the_loop.cache_clear()


@pytest.mark.timeout(900)
def test_in_250_histories_with_random_kills_every_command_has_its_effect_once(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hits: Counter[str] = Counter()
    wrong: list[tuple[int, str, Any, Any]] = []
    repeats = passed = 0
    killer = Killer(random.Random(0))
    deadly_mongodb(killer, monkeypatch)
    began = time.monotonic()
    for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
        killer.chance = random.Random(seed)
        killer.load(killer.chance.randint(1, 6), 200)
        cloud = RoughCloud(
            random.Random(seed), killer, rules={"jobs.": "progress", "products.products-changed": "pricing-products"}
        )
        shared.runtime.aws.remote.cache_clear()
        monkeypatch.setattr(shared.runtime.aws, "client", cloud.client)
        history = History(seed, databases, killer, cloud)
        history.tell()
        wrong += [(seed, name, *pair) for name, pair in history.effects().items() if pair[0] != pair[1]]
        repeats += cloud.repeats
    hits, passed = killer.hits, killer.passed
    with capsys.disabled():
        print(f"\n{HISTORIES} histories in {time.monotonic() - began:.0f} s: {sum(hits.values())} kills at")  # noqa: T201
        print("  " + ", ".join(f"{where} {count}" for where, count in sorted(hits.items())))  # noqa: T201
        print(f"  {passed} boundaries passed, {repeats} deliveries repeated, {len(wrong)} effects lost or doubled")  # noqa: T201
    assert wrong == []
    assert sum(hits.values()) >= HISTORIES
