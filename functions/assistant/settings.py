"""The environment variables of the assistant; terraform/functions.tf sets each one."""

from pydantic import Field
from pydantic_settings import BaseSettings

from shared.runtime.settings import (
    BusSettings,
    ConsumerSettings,
    EdgeSettings,
    FunctionSettings,
    MongoSettings,
    WorkBucketSettings,
)


class StoreSettings(FunctionSettings, MongoSettings):
    """What a function with the assistant database is told."""


class TellingSettings(StoreSettings, BusSettings):
    """What a function that tells facts is told."""


class AskingSettings(TellingSettings):
    """What a function that hands questions on is told."""

    questions_queue_url: str


class ApiSettings(AskingSettings, EdgeSettings):
    """What the HTTP API is told."""


class RelaySettings(AskingSettings, WorkBucketSettings):
    """What the relay is told: every place that the assistant's messages go to."""


class AnswerSettings(TellingSettings, ConsumerSettings):
    """What the answerer is told. Without a secret there is no language model, and the rules understand questions."""

    pricing_questions_function: str
    gemini_secret_arn: str | None = Field(default=None)
    gemini_model: str


DOORS: dict[str, type[BaseSettings]] = {
    "answer": AnswerSettings,
    "api": ApiSettings,
    "migrate": StoreSettings,
    "relay": RelaySettings,
}
"""The settings of each door."""
