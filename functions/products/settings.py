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


class PullSettings(FetcherSettings, ConsumerSettings):
    """What the puller is told. It holds no database and no credential but its queues' and its bucket's."""

    pulled_queue_url: str


class RelaySettings(ProductsSettings, WorkBucketSettings):
    """What the relay is told."""


DOORS: dict[str, type[BaseSettings]] = {
    "migrate": ProductsSettings,
    "api": ApiSettings,
    "import_file": ImportSettings,
    "prices": ProductsSettings,
    "pull_file": PullSettings,
    "relay": RelaySettings,
}
"""The settings of each door."""
