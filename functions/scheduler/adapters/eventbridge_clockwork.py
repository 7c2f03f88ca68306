"""EventBridge Scheduler as the clockwork: each schedule puts a message on the queue of due jobs."""

import json
from dataclasses import dataclass

from scheduler.domain.errors import InvalidExpression
from scheduler.domain.job import Schedule
from shared.runtime.aws import AwsUnavailable, call

OLDEST_EVENT_SECONDS = 3600
RETRIES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where schedules live, what they may do, and where they put their messages."""

    group: str
    role_arn: str
    queue_arn: str
    dead_letter_arn: str


class EventBridgeClockwork:
    """Creates and deletes schedules in one schedule group."""

    def __init__(self, target: Target) -> None:
        self._target = target

    async def start(self, schedule: Schedule) -> None:
        """Fire the schedule from now on; starting it twice is starting it once."""
        once = schedule.expression.startswith("at(")
        try:
            await call(
                "scheduler",
                "create_schedule",
                Name=schedule.schedule_id,
                GroupName=self._target.group,
                ScheduleExpression=schedule.expression,
                ScheduleExpressionTimezone=schedule.timezone,
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE" if once else "NONE",
                Target={
                    "Arn": self._target.queue_arn,
                    "RoleArn": self._target.role_arn,
                    "Input": _message(schedule),
                    "RetryPolicy": {
                        "MaximumEventAgeInSeconds": OLDEST_EVENT_SECONDS,
                        "MaximumRetryAttempts": RETRIES,
                    },
                    "DeadLetterConfig": {"Arn": self._target.dead_letter_arn},
                },
            )
        except AwsUnavailable as error:
            if _code(error) == "ValidationException":
                detail = f"the clockwork does not take «{schedule.expression}» in {schedule.timezone}; write another"
                raise InvalidExpression(detail) from error
            if _code(error) != "ConflictException":
                raise

    async def stop(self, schedule_id: str) -> None:
        """Fire the schedule no more; one that does not fire is stopped already."""
        try:
            await call("scheduler", "delete_schedule", Name=schedule_id, GroupName=self._target.group)
        except AwsUnavailable as error:
            if _code(error) != "ResourceNotFoundException":
                raise


def _code(error: AwsUnavailable) -> str:
    response = getattr(error.__cause__, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def _message(schedule: Schedule) -> str:
    """The body of every message of a schedule; Scheduler fills in the moment that was meant, and an id."""
    return json.dumps(
        {
            "type": "scheduler.job-due",
            "version": 1,
            "id": "<aws.scheduler.execution-id>",
            "occurred_at": schedule.created_at.isoformat(),
            "correlation_id": schedule.schedule_id,
            "organisation_id": schedule.organisation_id,
            "kind": schedule.kind,
            "scope": {"competitor_ids": list(schedule.competitor_ids)},
            "schedule_id": schedule.schedule_id,
            "scheduled_for": "<aws.scheduler.scheduled-time>",
        },
    )
