"""The environment variables of products; terraform/functions.tf sets each one."""

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
    """What a function with the products database is told."""


class ProductsSettings(StoreSettings, BusSettings):
    """What every function of the catalogue is told that meets its store."""


class ApiSettings(ProductsSettings, EdgeSettings):
    """What the HTTP API is told."""


class ImportSettings(ProductsSettings, ConsumerSettings):
    """What the importer of pulled files is told."""


class RetellSettings(ProductsSettings, ConsumerSettings):
    """What the teller of products is told: its own queue too, for what is left when its time is over."""

    retell_queue_url: str


class PullSettings(FetcherSettings, ConsumerSettings):
    """What the puller is told. It holds no database and no credential but its queues' and its bucket's."""

    pulled_queue_url: str


class RelaySettings(ProductsSettings, WorkBucketSettings):
    """What the relay is told: every place that the catalogue's messages go to."""

    retell_queue_url: str


DOORS: dict[str, type[BaseSettings]] = {
    "migrate": ProductsSettings,
    "api": ApiSettings,
    "import_file": ImportSettings,
    "prices": ProductsSettings,
    "pull_file": PullSettings,
    "relay": RelaySettings,
    "retell": RetellSettings,
}
"""The settings of each door."""
