"""The environment variables of the scheduler; terraform/functions.tf sets each one."""

from pydantic_settings import BaseSettings

from shared.runtime.settings import FunctionSettings, MongoSettings


class StoreSettings(FunctionSettings, MongoSettings):
    """What a function with the scheduler database is told."""


class ApiSettings(StoreSettings):
    """What the HTTP API is told."""

    schedule_group: str
    schedule_role_arn: str
    schedule_dlq_arn: str
    due_queue_arn: str
    due_queue_url: str


class StartSettings(StoreSettings):
    """What the starter of jobs is told."""

    scan_requests_queue_url: str


DOORS: dict[str, type[BaseSettings]] = {
    "api": ApiSettings,
    "migrate": StoreSettings,
    "record_progress": StoreSettings,
    "start_job": StartSettings,
}
"""The settings of each door."""
