"""The environment variables that functions share, as mixins; a house composes its own from them."""

from typing import Self

from pydantic import Field, Json, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.runtime.rates import Limits


class FunctionSettings(BaseSettings):
    """What every function is told. Terraform sets each variable; nothing that differs has a default."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    omnipricex_environment: str = Field(min_length=1)


class MongoSettings(BaseSettings):
    """Where the house's own database is: a secret that holds its URI, and its name."""

    mongodb_secret_arn: str = Field(min_length=1)
    mongodb_database: str = Field(pattern=r"^[a-z][a-z0-9_]{2,62}$")


class BusSettings(BaseSettings):
    """The event bus that the house tells its facts to."""

    event_bus_name: str = Field(min_length=1)


class SealingSettings(BaseSettings):
    """The KMS key that secrets of people are sealed with."""

    sealing_key_arn: str = Field(min_length=1)


class WorkBucketSettings(BaseSettings):
    """The bucket of large messages and of the marks of jobs that are to stop."""

    work_bucket: str = Field(min_length=1)


class ConsumerSettings(WorkBucketSettings):
    """What a queue's consumer is told: where a message goes that can never succeed, and where large bodies lie."""

    dead_letter_queue_url: str = Field(min_length=1)


class FetcherSettings(FunctionSettings):
    """What a function is told that fetches from the public web: who it says it is, and a detour for local use."""

    scanner_user_agent: str = Field(min_length=10)
    scanner_connect_to: str | None = Field(default=None, pattern=r"^127\.0\.0\.1:\d{1,5}$")

    @property
    def detour(self) -> tuple[str, int] | None:
        """Where every fetch goes instead of its host, in the local environment."""
        if self.scanner_connect_to is None:
            return None
        host, port = self.scanner_connect_to.split(":")
        return host, int(port)

    @model_validator(mode="after")
    def _detour_is_local(self) -> Self:
        if self.scanner_connect_to is not None and self.omnipricex_environment != "local":
            raise ValueError("SCANNER_CONNECT_TO sends every fetch elsewhere; it is for the local environment only")
        return self


class ValkeySettings(BaseSettings):
    """Where the counters and cached answers of all instances are."""

    valkey_url: str = Field(min_length=1)


class EdgeSettings(FunctionSettings, MongoSettings, ValkeySettings):
    """What the edge of an HTTP API is told."""

    rate_limits: Json[Limits]
