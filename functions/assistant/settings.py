"""The environment variables of the assistant; terraform/functions.tf sets each one."""

from pydantic import Field
from pydantic_settings import BaseSettings

from shared.runtime.settings import FunctionSettings, MongoSettings


class StoreSettings(FunctionSettings, MongoSettings):
    """What a function with the assistant database is told."""


class ApiSettings(StoreSettings):
    """What the HTTP API is told."""

    questions_queue_url: str


class AnswerSettings(StoreSettings):
    """What the answerer is told. Without a secret there is no language model, and the rules understand questions."""

    pricing_questions_function: str
    gemini_secret_arn: str | None = Field(default=None)
    gemini_model: str


DOORS: dict[str, type[BaseSettings]] = {
    "answer": AnswerSettings,
    "api": ApiSettings,
    "migrate": StoreSettings,
}
"""The settings of each door."""
