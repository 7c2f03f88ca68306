"""Pricing over a store, asked for the market by days as its doors ask it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pricing.bootstrap.parts import days_of
from pricing.bootstrap.stores import past_of, stores
from pricing.domain.analysis import Analysis, Answer, Asked
from pricing.usecases.analytics import ReadAnalysis
from pricing.usecases.ports import ShopPart
from pricing.usecases.price_index import ReadPriceIndex
from pricing.usecases.roll_ups import RollUp, RollUpMarket
from shared.runtime.mongo import OPTIONS, Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from tests.fakes.drawn_days import FIRST, LAST, DrawnMarket, competitors, store
from tests.fakes.runs import Run

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
ALL = ShopPart(after="", until="\U0010ffff")
type Days = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """How a store would answer: every stage, and the field that each index begins with that it uses."""

    stages: tuple[str, ...]
    first_fields: frozenset[str]


class House:
    """Pricing over a database, with what is asked of its days."""

    def __init__(self, mongo: Mongo, run: Run) -> None:
        self.mongo, self.run = mongo, run
        outbox = Outbox(mongo, "pricing", bus="bus", queues={"roll_ups": Queue("roll-ups")})
        self.kept = stores(mongo, outbox)
        past = past_of(mongo)
        make = days_of(self.kept, past)
        self.roll = RollUpMarket(
            facts=self.kept.facts, days=self.kept.market_days, make=make, roll_ups=self.kept.roll_ups
        )
        self.read = ReadAnalysis(figures=past.figures, make=make, facts=self.kept.facts, clock=lambda: NOW)
        self.price_index = ReadPriceIndex(read=self.read)

    def keep(self, market: DrawnMarket) -> None:
        def insert(collection: Any, documents: list[dict[str, Any]]) -> None:
            if documents:
                self.run(collection.insert_many(documents))

        store(market, self.mongo.collection, insert)

    def know(self, organisation_id: str) -> None:
        self.run(self.mongo.collection("competitors").insert_many(competitors(organisation_id)))

    def roll_up(self, market: DrawnMarket, at: datetime = NOW, **changes: Any) -> int:
        fields: dict[str, Any] = {"first": FIRST, "last": LAST, "job_id": "job", "place": 0, "part": ALL}
        wish = RollUp(organisation_id=market.organisation_id, shop_id=market.shop_id, at=at, **fields | changes)
        made = self.run(self.roll(wish))
        assert isinstance(made, int)
        return made

    def ask(self, market: DrawnMarket, analysis: Analysis, **changes: Any) -> Answer:
        fields: dict[str, Any] = {"shop_ids": (market.shop_id,), "first": FIRST, "last": LAST}
        asked = Asked(analysis=analysis, organisation_id=market.organisation_id, **fields | changes)
        answer = self.run(self.read(asked))
        assert isinstance(answer, Answer)
        return answer

    def days(self) -> Days:
        async def read() -> Days:
            return {one["_id"]: one async for one in self.mongo.collection("market_days").find({})}

        found: Days = self.run(read())
        return found

    def explained(self, query: Mapping[str, Any]) -> Plan:
        """The plan for a query."""
        command = {"explain": dict(query), "verbosity": "queryPlanner"}
        plan = self.run(self.mongo.database.command(command, codec_options=OPTIONS))
        nodes = [*_nodes(plan)]
        return Plan(
            stages=tuple(str(one["stage"]) for one in nodes if "stage" in one),
            first_fields=frozenset(next(iter(one["keyPattern"])) for one in nodes if "keyPattern" in one),
        )


def _nodes(plan: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(plan, Mapping):
        yield plan
        for value in plan.values():
            yield from _nodes(value)
    elif isinstance(plan, list):
        for value in plan:
            yield from _nodes(value)
