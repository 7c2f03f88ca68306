"""The environment variables of pricing; terraform/functions.tf sets each one."""

from pydantic import Field
from pydantic_settings import BaseSettings

from shared.runtime.settings import (
    BusSettings,
    ConsumerSettings,
    EdgeSettings,
    FetcherSettings,
    FunctionSettings,
    MongoSettings,
    WorkBucketSettings,
)


class StoreSettings(FunctionSettings, MongoSettings):
    """What a function with the pricing database is told."""


class TellingSettings(StoreSettings, BusSettings):
    """What a function that tells facts is told."""


class RecordProductsSettings(StoreSettings, ConsumerSettings):
    """What the keeper of the catalogue's announcements is told."""


class ApiSettings(TellingSettings, WorkBucketSettings, EdgeSettings):
    """What the HTTP API is told."""

    decide_queue_url: str
    publish_queue_url: str
    reports_queue_url: str


class PlanSettings(TellingSettings, ConsumerSettings):
    """What the planner of scans is told."""

    pages_queue_url: str


class RecordSettings(TellingSettings, ConsumerSettings):
    """What a consumer that tells facts is told: the recorder of observations and the taker of decisions."""


class StartRunSettings(TellingSettings, ConsumerSettings):
    """What the starter of due runs is told."""

    decide_queue_url: str


class PublishSettings(TellingSettings, ConsumerSettings):
    """What the publisher is told."""

    products_prices_function: str


class RelaySettings(TellingSettings, WorkBucketSettings):
    """What the relay is told: every place that pricing's messages go to."""

    decide_queue_url: str
    pages_queue_url: str
    publish_queue_url: str
    reports_queue_url: str


class ScannerSettings(FetcherSettings, ConsumerSettings):
    """What the scanner is told. It holds no database and no credential but its queues'."""

    observed_queue_url: str
    scanner_min_delay_seconds: float = Field(ge=0, le=60)


DOORS: dict[str, type[BaseSettings]] = {
    "api": ApiSettings,
    "close_work": RecordSettings,
    "decide": RecordSettings,
    "migrate": StoreSettings,
    "plan_scan": PlanSettings,
    "publish": PublishSettings,
    "questions": StoreSettings,
    "record_observations": RecordSettings,
    "record_products": RecordProductsSettings,
    "relay": RelaySettings,
    "scan_pages": ScannerSettings,
    "start_run": StartRunSettings,
    "write_report": RecordSettings,
}
"""The settings of each door."""
