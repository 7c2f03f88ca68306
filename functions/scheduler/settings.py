"""The environment variables of the scheduler; terraform/functions.tf sets each one."""

from pydantic_settings import BaseSettings

from shared.runtime.settings import (
    BusSettings,
    ConsumerSettings,
    EdgeSettings,
    FunctionSettings,
    MongoSettings,
    WorkBucketSettings,
)


class StoreSettings(FunctionSettings, MongoSettings):
    """What a function with the scheduler database is told."""


class AskingSettings(StoreSettings, BusSettings):
    """What a function that asks other houses for work is told. A queue that is not named here is not served."""

    scan_requests_queue_url: str
    runs_due_queue_url: str
    reports_queue_url: str
    pulls_queue_url: str


class ClockworkSettings(BaseSettings):
    """What a function that sets schedules is told."""

    schedule_group: str
    schedule_role_arn: str
    schedule_dlq_arn: str
    due_queue_arn: str


class ApiSettings(AskingSettings, ClockworkSettings, WorkBucketSettings, EdgeSettings):
    """What the HTTP API is told."""


class StartSettings(AskingSettings, ConsumerSettings):
    """What the starter of jobs is told."""


class TickSettings(AskingSettings, ClockworkSettings, WorkBucketSettings):
    """What the sweeper is told."""


class FollowSettings(StoreSettings, ConsumerSettings):
    """What a consumer that only keeps is told: of the news of jobs, and of people who left."""


class RedriveSettings(StoreSettings):
    """What the redrive is told: what every queue's address begins with, and the queues' names."""

    queue_url_prefix: str
    redriven_queues: tuple[str, ...]


DOORS: dict[str, type[BaseSettings]] = {
    "api": ApiSettings,
    "migrate": StoreSettings,
    "record_progress": FollowSettings,
    "redrive": RedriveSettings,
    "remove_owner": FollowSettings,
    "start_job": StartSettings,
    "tick": TickSettings,
}
"""The settings of each door."""
