"""The environment variables of auth; terraform/functions.tf sets each one."""

from pydantic import Json
from pydantic_settings import BaseSettings

from shared.runtime.settings import BusSettings, EdgeSettings, FunctionSettings, MongoSettings, WorkBucketSettings


class StoreSettings(FunctionSettings, MongoSettings):
    """What a function with the auth database is told."""


class KeySettings(FunctionSettings):
    """What a function that reads access tokens is told: public keys by key id, and who issues tokens."""

    signing_keys: Json[dict[str, str]]
    token_issuer: str


class TellingSettings(StoreSettings, BusSettings):
    """What a function that tells facts is told."""


class RelaySettings(TellingSettings, WorkBucketSettings):
    """What the relay is told."""


class ApiSettings(TellingSettings, KeySettings, EdgeSettings):
    """What the HTTP API is told."""

    signing_key_arn: str


DOORS: dict[str, type[BaseSettings]] = {
    "api": ApiSettings,
    "authorize": KeySettings,
    "create_administrator": StoreSettings,
    "migrate": StoreSettings,
    "relay": RelaySettings,
}
"""The settings of each door."""
