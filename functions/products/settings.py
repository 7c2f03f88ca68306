"""The environment variables of products; terraform/functions.tf sets each one."""

from pydantic_settings import BaseSettings

from shared.runtime.settings import BusSettings, FunctionSettings, MongoSettings


class ProductsSettings(FunctionSettings, MongoSettings, BusSettings):
    """What every function of the catalogue is told."""


DOORS: dict[str, type[BaseSettings]] = {
    "migrate": ProductsSettings,
    "api": ProductsSettings,
    "prices": ProductsSettings,
    "relay": ProductsSettings,
}
"""The settings of each door."""
