"""Gemini or a competitor's site fails in six ways: what people get instead, how soon, and after it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web

from assistant.adapters import gemini_planner
from assistant.adapters.gemini_planner import GeminiPlanner
from assistant.domain.question import Answer, State
from assistant.usecases.ask import AnswerQuestion
from local.market.misbehaviour import How
from local.market.model import address_of
from local.market.sample import sample_market
from local.market.server import MarketServer
from pricing.adapters.aiohttp_pages import AioHttpPages
from pricing.adapters.indexes import INDEXES
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_market import MongoCompetitors, MongoOffers
from pricing.adapters.mongo_observations import MongoScanLog
from pricing.adapters.mongo_rates import MongoRates
from pricing.domain.fetched import Fetch, Fetched, FetchLimits
from pricing.usecases.record_observations import RecordObservations
from shared.runtime.metrics import written
from shared.runtime.migrations import migrate
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from tests.builders.assistant import MONDAY, a_question, told_summary
from tests.builders.pricing import an_observation, an_offer
from tests.fakes.assistant import FakeMarket, FakeQuestions
from tests.fakes.fault_proxy import Fault, FaultProxy

FAULTS = ["refused", "hung", "slow", "garbage", "unauthorised", "flapping"]
SLACK_SECONDS = 2.0
MODEL = "gemini-test"
MODEL_SECONDS = 0.5
AGENT = "OmniPriceX/0.1 (+https://example.org/scanner)"
PAGE_LIMITS = FetchLimits(min_delay_seconds=0, page_seconds=1.5, connect_seconds=0.5, idle_seconds=0.5)
SHOP = sample_market().shops[0]
PAGE = address_of(SHOP, SHOP.items[0])
SITE_OUTCOMES = {
    "refused": {Fetch.UNREACHABLE},
    "hung": {Fetch.TIMEOUT},
    "slow": {Fetch.FETCHED},
    "garbage": {Fetch.BAD_CONTENT, Fetch.UNREACHABLE},
    "unauthorised": {Fetch.BLOCKED},
    "flapping": {Fetch.FETCHED, Fetch.UNREACHABLE, Fetch.BAD_CONTENT},
}


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[FaultProxy]:
    """A site behind a proxy."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with FaultProxy(*runner.addresses[0][:2]) as proxy:
            yield proxy
    finally:
        await runner.cleanup()


@dataclass
class Gemini:
    """A model that always chooses the same question; `status` is what it answers with."""

    status: int = 200
    asked: int = 0
    later: float = 0.0
    took: float = 0.0
    said: list[Answer] = field(default_factory=list)

    def app(self) -> web.Application:
        made = web.Application()
        made.router.add_post("/{path:.*}", self._answer)
        return made

    async def _answer(self, _: web.Request) -> web.Response:
        self.asked += 1
        text = json.dumps({"tool": "market_summary"})
        said = {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}}]}
        return web.json_response(said if self.status == 200 else {"error": {"code": self.status}}, status=self.status)

    async def question(self, planner: GeminiPlanner) -> Answer:
        """The answer that a person gets to a question that the rules understand as well."""
        asked = a_question("how many products are watched?")
        questions = FakeQuestions({asked.question_id: asked})
        market = FakeMarket(told_summary())
        started = time.monotonic()
        answering = AnswerQuestion(questions=questions, planner=planner, market=market, clock=lambda: MONDAY)
        await answering("org", asked.question_id)
        self.took = time.monotonic() - started
        kept = questions.kept[asked.question_id]
        assert kept.state is State.ANSWERED
        assert kept.answer
        return kept.answer


@asynccontextmanager
async def model(monkeypatch: pytest.MonkeyPatch, seconds: float) -> AsyncIterator[tuple[Gemini, FaultProxy, Any]]:
    """The model, what lies before it, and the planner that asks it."""
    monkeypatch.setattr(gemini_planner, "TIMEOUT_MS", int(seconds * 1000))
    gemini = Gemini()
    async with served(gemini.app()) as proxy:
        planner = GeminiPlanner(lambda: "key", MODEL, base_url=f"http://127.0.0.1:{proxy.port}")
        planner._remote.breaker._monotonic = lambda: time.monotonic() + gemini.later
        # What the library loads once is no fault's doing.
        assert (await gemini.question(planner)).planner == MODEL
        yield gemini, proxy, planner
        planner._client.close()


def counted(metric: str, dependency: str) -> int:
    """How often a metric of a dependency was noted since the last look."""
    lines = [json.loads(one) for one in written("test")]
    values = [one[metric] for one in lines if metric in one and one.get("dependency") == dependency]
    return sum(len(one) if isinstance(one, list) else 1 for one in values)


@pytest.mark.parametrize("fault", FAULTS)
def test_without_its_model_the_assistant_answers_by_rules(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with model(monkeypatch, MODEL_SECONDS) as (gemini, proxy, planner):
            if fault == "unauthorised":
                gemini.status = 401
            else:
                await proxy.turn(Fault(fault))
            counted("DependencyFailures", "gemini")
            answers = []
            for _ in range(6):
                answers.append(await gemini.question(planner))
                policy = planner._remote.policy
                assert gemini.took < MODEL_SECONDS * policy.attempts + policy.cap_seconds + SLACK_SECONDS

            # The numbers are pricing's either way: the model only chooses what is asked.
            assert all(one.facts and one.tool == "market_summary" for one in answers)
            by = {one.planner for one in answers}
            assert by <= {MODEL, "rules"}
            if fault == "slow":
                assert by == {MODEL}
            elif fault != "flapping":
                assert by == {"rules"}
            if fault in {"refused", "hung"}:
                assert counted("DependencyFailures", "gemini") >= 5

            gemini.status = 200
            await proxy.turn(Fault.NONE)
            gemini.later += planner._remote.policy.cool_seconds
            assert (await gemini.question(planner)).planner == MODEL

    asyncio.run(story())


def test_a_breaker_that_is_open_answers_by_rules_at_once_and_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with model(monkeypatch, MODEL_SECONDS) as (gemini, _, planner):
            gemini.status = 503
            while not planner._remote.breaker.is_open:
                await gemini.question(planner)
            before = gemini.asked
            counted("DependencyRefusals", "gemini")

            assert (await gemini.question(planner)).planner == "rules"
            assert gemini.asked == before
            assert counted("DependencyRefusals", "gemini") == 1

    asyncio.run(story())


def test_reads_of_prices_end_while_a_model_hangs(mongodb_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        mongo = Mongo("", "degradation_outside", uri=mongodb_uri)
        await migrate(mongo, INDEXES)
        async with model(monkeypatch, 8.0) as (gemini, proxy, planner):
            await proxy.turn(Fault.HUNG)
            hanging = [asyncio.create_task(gemini.question(planner)) for _ in range(10)]
            await asyncio.sleep(0.1)
            reads = [MongoOffers(mongo).some("org", ["off"]) for _ in range(30)]

            await asyncio.wait_for(asyncio.gather(*reads), 5)
            pending = sum(not one.done() for one in hanging)
            await proxy.turn(Fault.REFUSED)
            answers = await asyncio.gather(*hanging)

        # As many wait as the bulkhead lets; the others were answered by rules at once.
        assert pending == planner._remote.policy.at_once
        assert {one.planner for one in answers} == {"rules"}
        await mongo.close()

    asyncio.run(story())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_site_ends_in_a_named_outcome_and_its_last_price_stays(fault: str, mongodb_uri: str) -> None:
    async def story() -> None:
        market, later = MarketServer(market=sample_market()), 0.0
        async with served(market.app()) as proxy, AsyncExitStack() as stack:
            site = ("127.0.0.1", proxy.port)
            clock = lambda: time.monotonic() + later  # noqa: E731
            pages = AioHttpPages(user_agent=AGENT, limits=PAGE_LIMITS, connect_to=site, monotonic=clock)
            stack.push_async_callback(pages.close)
            assert (await pages.fetch(PAGE)).outcome is Fetch.FETCHED
            if fault == "unauthorised":
                market.state.control({"host": SHOP.host, "how": How.FORBIDDEN.value})
            else:
                await proxy.turn(Fault(fault))
            looks: list[Fetched] = []
            for _ in range(4):
                started = time.monotonic()
                looks.append(await pages.fetch(PAGE))
                assert time.monotonic() - started < PAGE_LIMITS.page_seconds + SLACK_SECONDS

            assert {one.outcome for one in looks} <= SITE_OUTCOMES[fault]
            assert all(one.detail for one in looks if one.outcome is not Fetch.FETCHED)
            await _recorded(mongodb_uri, fault, looks)

            market.state.control({"host": SHOP.host, "how": None})
            await proxy.turn(Fault.NONE)
            later = 3600.0
            assert (await pages.fetch(PAGE)).outcome is Fetch.FETCHED

    asyncio.run(story())


async def _recorded(mongodb_uri: str, fault: str, looks: list[Fetched]) -> None:
    """Record what the looks brought; the newest price of the offer stays whatever failed."""
    mongo = Mongo("", f"degradation_{fault}", uri=mongodb_uri)
    await migrate(mongo, INDEXES)
    record = RecordObservations(
        log=MongoScanLog(mongo, Outbox(mongo, "pricing"), lambda: MONDAY),
        facts=MongoFacts(mongo),
        competitors=MongoCompetitors(mongo),
        rates=MongoRates(mongo),
        clock=lambda: MONDAY,
    )
    await MongoOffers(mongo).add([replace(an_offer("10.00", offer_id="off"), latest=None)])
    await record("job", "first", [an_observation("89.90")])
    failed = [one.outcome.value for one in looks if one.outcome is not Fetch.FETCHED]
    for place, outcome in enumerate(failed):
        nothing = an_observation(
            "1.00", observation_id=f"miss-{place}", outcome=outcome, item_price=None, currency=None
        )
        recorded = await record("job", f"miss-{place}", [nothing])
        assert recorded.failed == 1
    (offer,) = await MongoOffers(mongo).some("org", ["off"])
    await mongo.client.drop_database(f"degradation_{fault}")
    await mongo.close()

    assert offer.latest
    assert (offer.latest.observation_id, str(offer.latest.item_price)) == ("obs-89.90", "89.90")
