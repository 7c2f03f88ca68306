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
    SealingSettings,
    WorkBucketSettings,
)


class StoreSettings(FunctionSettings, MongoSettings):
    """What a function with the pricing database is told."""


class TellingSettings(StoreSettings, BusSettings):
    """What a function that tells facts is told."""


class RecordProductsSettings(StoreSettings, ConsumerSettings):
    """What the keeper of the catalogue's announcements is told."""


class ApiSettings(TellingSettings, WorkBucketSettings, SealingSettings, EdgeSettings):
    """What the HTTP API is told; without a `mail_from` nobody can be told by e-mail."""

    mail_from: str
    decide_queue_url: str
    publish_queue_url: str
    reports_queue_url: str
    roll_ups_queue_url: str
    simulations_queue_url: str
    stored_pages_function: str
    trial_function: str
    write_shop_function: str
    pages_queue_url: str
    scanner_lanes: int = Field(ge=1, le=100)


class PlanSettings(TellingSettings, ConsumerSettings):
    """What the planner of scans is told."""

    pages_queue_url: str
    scanner_lanes: int = Field(ge=1, le=100)


class RecordSettings(TellingSettings, ConsumerSettings):
    """What a consumer that tells facts is told, like the writer of reports."""


class RecordObservationsSettings(RecordSettings):
    """What the recorder of observations is told."""

    unread_queue_url: str


class CloseWorkSettings(RecordSettings):
    """What the closer of work is told."""

    publish_queue_url: str


class DecideSettings(RecordSettings):
    """What the taker of decisions is told."""

    decide_queue_url: str
    publish_queue_url: str


class KeepTimeSettings(TellingSettings):
    """What the doer of what is due is told."""

    publish_queue_url: str
    roll_ups_queue_url: str


class RollUpSettings(RecordSettings):
    """What the maker of days is told."""

    roll_ups_queue_url: str


class RaiseAlertsSettings(StoreSettings):
    """What the raiser of alerts is told: how long a change waits, should it be taken back, and where alerts are."""

    api_url: str = Field(pattern=r"^https?://.*[^/]$")
    alert_pause_minutes: int = Field(ge=1, le=240)


class FollowPricesSettings(TellingSettings):
    """What the starter of the runs that follow prices is told."""

    decide_queue_url: str


class StartRunSettings(TellingSettings, ConsumerSettings):
    """What the starter of due runs is told."""

    decide_queue_url: str


class PublishSettings(TellingSettings, ConsumerSettings):
    """What the publisher is told."""

    products_prices_function: str
    write_shop_function: str
    publish_queue_url: str


class RelaySettings(TellingSettings, WorkBucketSettings):
    """What the relay is told: every place that pricing's messages go to."""

    decide_queue_url: str
    pages_queue_url: str
    publish_queue_url: str
    reports_queue_url: str
    roll_ups_queue_url: str
    simulations_queue_url: str
    unread_queue_url: str


class ScannerSettings(FetcherSettings, ConsumerSettings):
    """What the scanner is told. It holds no database and no credential but its queues'."""

    observed_queue_url: str
    pages_later_queue_url: str
    scanner_min_delay_seconds: float = Field(ge=0, le=60)


class FetchRatesSettings(FetcherSettings):
    """What the fetcher of exchange rates is told. It holds no database and no credential but its queue's."""

    rates_url: str = Field(pattern=r"^https://")
    rates_queue_url: str


class RecordRatesSettings(StoreSettings, ConsumerSettings):
    """What the keeper of exchange rates is told."""


class ReturnSettings(FunctionSettings, ConsumerSettings):
    """What the function is told that gives pages back to their lanes; like the scanner it holds no database."""

    pages_queue_url: str
    pages_later_queue_url: str


class StoredPagesSettings(FunctionSettings, WorkBucketSettings):
    """What the reader of stored pages is told. It holds no database and no credential but the bucket's."""

    read_page_function: str


class ReadUnreadSettings(FunctionSettings, ConsumerSettings):
    """What the second reader is told. It holds no database and no credential but the bucket's and its queues'."""

    read_page_function: str
    observed_queue_url: str


class AskDeliveriesSettings(StoreSettings, SealingSettings):
    """What the function is told that asks for attempts to tell receivers."""

    deliver_queue_url: str
    mail_queue_url: str


class DeliverSettings(FetcherSettings, ConsumerSettings, SealingSettings):
    """What the sender to webhooks and Slack is told. It holds no database."""

    delivered_queue_url: str


class SendMailSettings(FunctionSettings, ConsumerSettings):
    """What the sender of e-mail is told: the address it sends from, empty where there is none. It holds no database."""

    delivered_queue_url: str
    mail_from: str


class WriteShopSettings(FetcherSettings, SealingSettings):
    """What the function is told that meets connected shops. It holds no database, and opens their credentials."""


class RecordDeliveriesSettings(StoreSettings, ConsumerSettings):
    """What the keeper of attempts is told."""


DOORS: dict[str, type[BaseSettings]] = {
    "api": ApiSettings,
    "ask_deliveries": AskDeliveriesSettings,
    "close_work": CloseWorkSettings,
    "decide": DecideSettings,
    "deliver": DeliverSettings,
    "fetch_rates": FetchRatesSettings,
    "follow_prices": FollowPricesSettings,
    "keep_time": KeepTimeSettings,
    "migrate": StoreSettings,
    "plan_scan": PlanSettings,
    "publish": PublishSettings,
    "questions": StoreSettings,
    "raise_alerts": RaiseAlertsSettings,
    "read_unread": ReadUnreadSettings,
    "record_deliveries": RecordDeliveriesSettings,
    "record_observations": RecordObservationsSettings,
    "record_products": RecordProductsSettings,
    "record_rates": RecordRatesSettings,
    "relay": RelaySettings,
    "return_pages": ReturnSettings,
    "roll_up": RollUpSettings,
    "scan_pages": ScannerSettings,
    "send_mail": SendMailSettings,
    "simulate": RecordSettings,
    "start_run": StartRunSettings,
    "trial": StoreSettings,
    "stored_pages": StoredPagesSettings,
    "write_report": RecordSettings,
    "write_shop": WriteShopSettings,
}
"""The settings of each door."""
