"""Each house's gauges over HTTP, of the organisation that asks and of no other."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.kernel.clock import system_clock
from tests.builders.events import http_request, identity
from tests.fakes.doors import Doors


def scraped(doors: Doors, house: str, organisation_id: str) -> dict[str, float]:
    """What a scrape gives, without the comments."""
    handler = doors.open(house, "api")
    proved = identity("metrics:read", organisation_id)
    answer = handler(http_request("GET", f"/{house}/metrics", proved=proved))
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert answer["headers"]["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line.rsplit(" ", 1) for line in answer["body"].splitlines() if not line.startswith("#")]
    return {name.removeprefix("omnipricex_"): float(value) for name, value in lines}


def waiting(doors: Doors, since: datetime) -> None:
    row = {"organisation_id": "org", "occurred_at": since, "due_at": None}
    doors.database["outbox"].insert_one(row)


@pytest.mark.parametrize("house", ["assistant", "auth", "pricing", "products", "scheduler"])
def test_every_house_tells_what_waits_in_its_outbox(doors: Doors, house: str) -> None:
    scraped(doors, house, "org")
    waiting(doors, system_clock() - timedelta(minutes=5))

    own, rival = scraped(doors, house, "org"), scraped(doors, house, "rival")

    assert own[f'outbox_waiting{{house="{house}"}}'] == 1
    assert 300 <= own[f'outbox_oldest_seconds{{house="{house}"}}'] < 360
    assert rival[f'outbox_waiting{{house="{house}"}}'] == 0


def put(doors: Doors, collection: str, *documents: dict[str, Any]) -> None:
    for place, document in enumerate(documents):
        doors.database[collection].insert_one({"_id": f"{collection}{place}", "organisation_id": "org"} | document)


def test_the_catalogue_counts_active_products_of_each_shop(doors: Doors) -> None:
    scraped(doors, "products", "org")
    shop = {"active": True, "shop_id": "demo-eu"}
    places = [{"draft": {"sku": str(place)}, "product_id": str(place)} for place in range(4)]
    states = [shop, shop, shop | {"active": False}, shop | {"organisation_id": "rival"}]
    put(doors, "products", *(one | state for one, state in zip(places, states, strict=True)))

    assert scraped(doors, "products", "org")['catalogue_products{shop="demo-eu"}'] == 2


def test_the_assistant_counts_questions_by_state(doors: Doors) -> None:
    scraped(doors, "assistant", "org")
    put(doors, "questions", *({"state": state, "question_id": state} for state in ("ANSWERED", "PENDING")))

    found = scraped(doors, "assistant", "org")

    assert (found['questions{state="ANSWERED"}'], found['questions{state="PENDING"}']) == (1, 1)
    assert not [name for name in scraped(doors, "assistant", "rival") if name.startswith("questions")]


def test_the_scheduler_counts_jobs_and_schedules_and_tells_the_oldest_running(doors: Doors) -> None:
    scraped(doors, "scheduler", "org")
    now = system_clock()
    jobs = [("scan", "RUNNING", 5), ("scan", "RUNNING", 9), ("policy_run", "COMPLETED", 99)]
    put(
        doors,
        "jobs",
        *(
            {"kind": kind, "state": state, "requested_at": now - timedelta(minutes=age), "sequence": str(age)}
            for kind, state, age in jobs
        ),
    )
    scan = {"kind": "scan", "withdrawn": False, "paused": False, "expires_at": None}
    states = [
        scan,
        scan | {"paused": True},
        scan | {"expires_at": now + timedelta(days=89)},
        scan | {"withdrawn": True},
    ]
    put(doors, "schedules", *(one | {"schedule_id": str(place)} for place, one in enumerate(states)))

    found = scraped(doors, "scheduler", "org")

    assert found['jobs{kind="scan",state="RUNNING"}'] == 2
    assert found['jobs{kind="policy_run",state="COMPLETED"}'] == 1
    assert 540 <= found['job_oldest_running_seconds{kind="scan"}'] < 600
    counts = {state: found[f'schedules{{kind="scan",state="{state}"}}'] for state in ("active", "paused", "ended")}
    assert counts == {"active": 1, "paused": 1, "ended": 1}
    assert {name.split("{")[0] for name in scraped(doors, "scheduler", "rival")} == {
        "outbox_waiting",
        "outbox_oldest_seconds",
    }
