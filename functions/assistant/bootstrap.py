"""Wire the assistant: one function for each kind of door."""

from importlib import import_module
from typing import Any

from assistant.adapters.commands import QUESTIONS
from assistant.adapters.lambda_market import LambdaMarket
from assistant.adapters.mongo_gauges import MongoGauges
from assistant.adapters.mongo_questions import MongoQuestions
from assistant.adapters.page_door import PageDoor, PageModel
from assistant.settings import (
    AnswerSettings,
    ApiSettings,
    ModelSettings,
    ReadPageSettings,
    RelaySettings,
    StoreSettings,
)
from assistant.usecases.ask import AnswerQuestion, AskQuestion, RulePlanner
from assistant.usecases.house import Assistant, Check
from assistant.usecases.ports import Planner, Questions
from shared.kernel.clock import Clock, system_clock
from shared.kernel.gauges import ReadGauges, no_gauges
from shared.runtime.aws import secret
from shared.runtime.claims import Claims
from shared.runtime.edge import Edge
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue


def database(settings: StoreSettings | None = None) -> Mongo:
    """The assistant database, which connects on first use."""
    known = settings or StoreSettings()
    return Mongo(known.mongodb_secret_arn, known.mongodb_database)


def wire(
    questions: Questions,
    *,
    clock: Clock = system_clock,
    gauges: ReadGauges = no_gauges,
    checks: dict[str, Check] | None = None,
) -> Assistant:
    """The API's side of the assistant over the given ports."""
    return Assistant(
        questions=questions,
        ask=AskQuestion(questions=questions),
        gauges=gauges,
        clock=clock,
        checks=checks or {},
    )


def bootstrap(settings: ApiSettings | None = None, edge: Edge | None = None) -> Assistant:
    """The API's side of the assistant over MongoDB, EventBridge and SQS."""
    known = settings or ApiSettings()
    mongo = database(known) if edge is None else edge.mongo
    queues = {QUESTIONS: Queue(known.questions_queue_url)}
    outbox = Outbox(mongo, "assistant", bus=known.event_bus_name, queues=queues)
    gauges = MongoGauges(mongo, system_clock)
    return wire(MongoQuestions(mongo, outbox), gauges=gauges, checks={"mongodb": mongo.ping})


def relay() -> Outbox:
    """The outbox with every way from it, for the relay."""
    settings = RelaySettings()
    queues = {QUESTIONS: Queue(settings.questions_queue_url)}
    claims = Claims(settings.work_bucket)
    return Outbox(database(settings), "assistant", bus=settings.event_bus_name, queues=queues, claims=claims)


def answer_question() -> AnswerQuestion:
    """The answerer of questions."""
    settings = AnswerSettings()
    mongo = database(settings)
    return AnswerQuestion(
        questions=MongoQuestions(mongo, Outbox(mongo, "assistant", bus=settings.event_bus_name)),
        planner=_planner(settings),
        market=LambdaMarket(settings.pricing_questions_function),
        clock=system_clock,
    )


def read_page() -> PageDoor:
    """The language model as it is asked about pages; none without a key."""
    model: PageModel | None = _model(ReadPageSettings(), "gemini_pages", "GeminiPages")
    return PageDoor(model)


def _planner(settings: AnswerSettings) -> Planner:
    planner: Planner | None = _model(settings, "gemini_planner", "GeminiPlanner")
    return planner or RulePlanner()


def _model(settings: ModelSettings, module: str, name: str) -> Any:  # noqa: ANN401 - whichever is named
    arn = settings.gemini_secret_arn
    if not arn:
        return None
    # The model's client costs more than all the rest together, so it loads only where there is a model.
    made = getattr(import_module(f"assistant.adapters.{module}"), name)
    return made(lambda: secret(arn)["api_key"], settings.gemini_model)
