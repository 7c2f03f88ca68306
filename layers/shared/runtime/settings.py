"""The environment variables that functions share, as mixins; a house composes its own from them."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


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
