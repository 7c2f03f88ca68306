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


class ModelSettings(BaseSettings):
    """Which language model there is; none without a secret."""

    gemini_secret_arn: str | None = Field(default=None)
    gemini_model: str


class AnswerSettings(TellingSettings, ConsumerSettings, ModelSettings):
    """What the answerer is told. Without a language model the rules understand questions."""

    pricing_questions_function: str


class ReadPageSettings(FunctionSettings, ModelSettings):
    """What the reader of pages is told. It meets strangers' text, so it is told of no store."""


DOORS: dict[str, type[BaseSettings]] = {
    "answer": AnswerSettings,
    "api": ApiSettings,
    "migrate": StoreSettings,
    "read_page": ReadPageSettings,
    "relay": RelaySettings,
}
"""The settings of each door."""
