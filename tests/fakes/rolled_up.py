"""The days of the market made as they are made in the cloud: asked for, divided, and each message twice."""

from datetime import timedelta
from typing import Any

from tests.builders.events import sample, with_bodies
from tests.fakes.doors import Doors
from tests.fakes.gateway import Gateway
from tests.fakes.stored_market import Market

NOTHING_FAILED: dict[str, Any] = {"batchItemFailures": []}


def rolled_up(doors: Doors) -> None:
    """What each minute and the queue do: shops are asked for, divided, and their days made."""
    assert doors.open("pricing", "keep_time")(sample("schedule_tick"))["count"] > 0
    _worked_off(doors)


def rebuilt(doors: Doors, api: Gateway, market: Market, days: int = 8) -> str:
    """So many days before today and today, made again for a person; return the job."""
    last = market.now.date()
    body = {"shop_id": "demo-eu", "from": (last - timedelta(days=days)).isoformat(), "to": last.isoformat()}
    answer = api.ask("POST", "/pricing/analytics/rebuilds", body, organisation_id=market.organisation_id)
    assert answer.status == 202
    _worked_off(doors)
    return str(answer.json["job_id"])


def _worked_off(doors: Doors) -> None:
    roll_up = doors.open("pricing", "roll_up")
    for _ in range(2):
        # Each message twice, as queues do.
        messages = doors.cloud.messages("roll-ups")
        assert roll_up(with_bodies(sample("sqs_roll_up_requested"), [*messages, *messages])) == NOTHING_FAILED
