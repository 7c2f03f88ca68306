"""EventBridge Scheduler as the clockwork: each schedule puts a message on the queue of due jobs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scheduler.domain.errors import InvalidExpression
from scheduler.domain.expression import Once, Rate, parsed
from scheduler.domain.schedule import Schedule
from shared.runtime.aws import AwsUnavailable, call, error_code

# EventBridge's own limits: a day, a minute, and as many tries as the age allows.
OLDEST_EVENT_SECONDS = 86_400
YOUNGEST_EVENT_SECONDS = 60
RETRIES = 185
PREFIX = "sch_"
NAMES_IN_A_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where schedules live, what they may do, and where they put their messages."""

    group: str
    role_arn: str
    queue_arn: str
    dead_letter_arn: str


class EventBridgeClockwork:
    """The users' schedules in one schedule group; the group holds others, whose names begin otherwise."""

    def __init__(self, target: Target) -> None:
        self._target = target

    async def put(self, schedule: Schedule, now: datetime) -> None:
        """Fire the schedule in its present revision from now on; a paused one is there and does not fire."""
        wanted = self._wanted(schedule, now)
        try:
            if not await self._tried("create_schedule", wanted, "ConflictException"):
                await call("scheduler", "update_schedule", **wanted)
        except AwsUnavailable as error:
            if error_code(error) != "ValidationException":
                raise
            timing = schedule.timing
            detail = f"the clockwork does not take «{timing.expression}» in {timing.timezone}; write another"
            raise InvalidExpression(detail) from error

    async def stop(self, schedule_id: str) -> None:
        """Fire the schedule no more; one that does not fire is stopped already."""
        named = {"Name": schedule_id, "GroupName": self._target.group}
        await self._tried("delete_schedule", named, "ResourceNotFoundException")

    async def has(self, schedule: Schedule) -> bool:
        """Whether it is there in this revision."""
        try:
            found = await call(
                "scheduler", "get_schedule", Name=schedule.schedule_id, GroupName=self._target.group
            )  # fmt: skip
        except AwsUnavailable as error:
            if error_code(error) == "ResourceNotFoundException":
                return False
            raise
        told = json.loads(found["Target"]["Input"])
        return bool(told.get("revision") == schedule.revision and found["State"] == _state(schedule))

    async def names(self, token: str | None) -> tuple[Sequence[str], str | None]:
        """One page of the ids that fire, and where the next begins."""
        place = {} if token is None else {"NextToken": token}
        found = await call(
            "scheduler",
            "list_schedules",
            GroupName=self._target.group,
            NamePrefix=PREFIX,
            MaxResults=NAMES_IN_A_PAGE,
            **place,
        )
        return [one["Name"] for one in found["Schedules"]], found.get("NextToken")

    async def _tried(self, operation: str, parameters: dict[str, Any], in_vain: str) -> bool:
        """Do it; False when the clockwork says that it is in vain."""
        try:
            await call("scheduler", operation, **parameters)
        except AwsUnavailable as error:
            if error_code(error) == in_vain:
                return False
            raise
        return True

    def _wanted(self, schedule: Schedule, now: datetime) -> dict[str, Any]:
        timing = schedule.timing
        once = isinstance(parsed(timing.expression), Once)
        age = int(schedule.tolerance.total_seconds())
        return {
            "Name": schedule.schedule_id,
            "GroupName": self._target.group,
            "ScheduleExpression": timing.expression,
            "ScheduleExpressionTimezone": timing.timezone,
            "FlexibleTimeWindow": _window(schedule),
            "State": _state(schedule),
            "ActionAfterCompletion": "DELETE" if once else "NONE",
            **({} if once else _bounds(schedule, now)),
            "Target": {
                "Arn": self._target.queue_arn,
                "RoleArn": self._target.role_arn,
                "Input": _message(schedule),
                "RetryPolicy": {
                    "MaximumEventAgeInSeconds": min(max(age, YOUNGEST_EVENT_SECONDS), OLDEST_EVENT_SECONDS),
                    "MaximumRetryAttempts": RETRIES,
                },
                "DeadLetterConfig": {"Arn": self._target.dead_letter_arn},
            },
        }


def _state(schedule: Schedule) -> str:
    return "DISABLED" if schedule.paused else "ENABLED"


def _window(schedule: Schedule) -> dict[str, Any]:
    if not schedule.flexible_minutes:
        return {"Mode": "OFF"}
    return {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": schedule.flexible_minutes}


def _bounds(schedule: Schedule, now: datetime) -> dict[str, Any]:
    """A start that lies behind is refused, so it is left out. A rate starts at its next run, which keeps its beat."""
    timing = schedule.timing
    bounds = {} if timing.end is None else {"EndDate": timing.end}
    if isinstance(parsed(timing.expression), Rate):
        following = timing.next_run(now)
        return bounds if following is None else bounds | {"StartDate": following.at}
    if timing.start is not None and timing.start > now:
        return bounds | {"StartDate": timing.start}
    return bounds


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
            "schedule_id": schedule.schedule_id,
            "revision": schedule.revision,
            "scheduled_for": "<aws.scheduler.scheduled-time>",
        },
    )
