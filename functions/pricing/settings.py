"""The environment variables of pricing; terraform/functions.tf sets each one."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from shared.runtime.settings import BusSettings, FunctionSettings, MongoSettings


class StoreSettings(FunctionSettings, MongoSettings):
    """What a function with the pricing database is told."""


class TellingSettings(StoreSettings, BusSettings):
    """What a function that tells facts is told."""


class ApiSettings(StoreSettings):
    """What the HTTP API is told."""

    decide_queue_url: str
    publish_queue_url: str


class PlanSettings(TellingSettings):
    """What the planner of scans is told."""

    pages_queue_url: str


class PublishSettings(StoreSettings):
    """What the publisher is told."""

    products_prices_function: str


class ScannerSettings(FunctionSettings):
    """What the scanner is told. It holds no database and no credential but its queue's."""

    observed_queue_url: str
    scanner_user_agent: str = Field(min_length=10)
    scanner_min_delay_seconds: float = Field(ge=0, le=60)
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


DOORS: dict[str, type[BaseSettings]] = {
    "api": ApiSettings,
    "decide": StoreSettings,
    "migrate": StoreSettings,
    "plan_scan": PlanSettings,
    "publish": PublishSettings,
    "questions": StoreSettings,
    "record_observations": TellingSettings,
    "record_products": StoreSettings,
    "relay": TellingSettings,
    "scan_pages": ScannerSettings,
}
"""The settings of each door."""
