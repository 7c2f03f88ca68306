"""Wire the assistant: one function for each kind of door."""

from importlib import import_module

from assistant.adapters.lambda_market import LambdaMarket
from assistant.adapters.mongo_questions import MongoQuestions
from assistant.adapters.sqs_questions import SqsQuestions
from assistant.settings import AnswerSettings, ApiSettings, StoreSettings
from assistant.usecases.ask import AnswerQuestion, AskQuestion, RulePlanner
from assistant.usecases.house import Assistant, Check
from assistant.usecases.ports import Planner, Questions, Work
from shared.kernel.clock import Clock, system_clock
from shared.runtime.aws import secret
from shared.runtime.mongo import Mongo
from shared.runtime.queues import Queue


def database(settings: StoreSettings | None = None) -> Mongo:
    """The assistant database, which connects on first use."""
    known = settings or StoreSettings()
    return Mongo(known.mongodb_secret_arn, known.mongodb_database)


def wire(
    questions: Questions,
    work: Work,
    *,
    clock: Clock = system_clock,
    checks: dict[str, Check] | None = None,
) -> Assistant:
    """The API's side of the assistant over the given ports."""
    ask = AskQuestion(questions=questions, work=work)
    return Assistant(questions=questions, ask=ask, clock=clock, checks=checks or {})


def bootstrap(settings: ApiSettings | None = None) -> Assistant:
    """The API's side of the assistant over MongoDB and SQS."""
    known = settings or ApiSettings()
    mongo = database(known)
    work = SqsQuestions(Queue(known.questions_queue_url))
    return wire(MongoQuestions(mongo), work, checks={"mongodb": mongo.ping})


def answer_question() -> AnswerQuestion:
    """The answerer of questions."""
    settings = AnswerSettings()
    return AnswerQuestion(
        questions=MongoQuestions(database(settings)),
        planner=_planner(settings),
        market=LambdaMarket(settings.pricing_questions_function),
        clock=system_clock,
    )


def _planner(settings: AnswerSettings) -> Planner:
    arn = settings.gemini_secret_arn
    if not arn:
        return RulePlanner()
    # The model's client costs more than all the rest together, so it loads only where there is a model.
    gemini = import_module("assistant.adapters.gemini_planner")
    planner: Planner = gemini.GeminiPlanner(lambda: secret(arn)["api_key"], settings.gemini_model)
    return planner
