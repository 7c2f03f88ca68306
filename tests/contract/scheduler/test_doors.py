"""The scheduler's doors: schedules and jobs over HTTP, due jobs, and the progress of scans."""

import json
from typing import Any

import pytest

from tests.builders.events import body_of, sample, with_bodies
from tests.fakes.doors import Doors
from tests.fakes.gateway import Answer, Gateway

SCHEDULE = {"name": "Each morning", "expression": "cron(0 6 ? * MON-FRI *)", "timezone": "Europe/Riga"}
DUE = body_of(sample("sqs_job_due"))
PROGRESS = body_of(sample("sqs_scan_progressed"))


def scan_now(api: Gateway) -> Answer:
    return api.ask("POST", "/scheduler/jobs", {"competitor_ids": ["c1"]})


def planned(job_id: str, pages: int, organisation_id: str = "org") -> dict[str, Any]:
    return PROGRESS | {
        "id": f"plan-{job_id}",
        "type": "pricing.scan-planned",
        "job_id": job_id,
        "pages": pages,
        "organisation_id": organisation_id,
    }


def progressed(job_id: str, event_id: str, read: int, failed: int) -> dict[str, Any]:
    counts = {"pages_read": read, "pages_failed": failed}
    return PROGRESS | counts | {"id": event_id, "job_id": job_id, "organisation_id": "org"}


def test_a_schedule_fires_a_message_that_fits_its_contract(doors: Doors) -> None:
    answer = doors.api("scheduler").ask("POST", "/scheduler/schedules", SCHEDULE)

    (made,) = doors.cloud.schedules.values()
    assert (answer.status, made["Name"], made["ActionAfterCompletion"]) == (201, answer.json["schedule_id"], "NONE")
    told = json.loads(made["Target"]["Input"]) | {"id": "exec-1", "scheduled_for": "2026-11-23T06:00:00Z"}
    start = doors.open("scheduler", "start_job")
    assert start(with_bodies(sample("sqs_job_due"), [told])) == {"batchItemFailures": []}


@pytest.mark.parametrize("change", [{"expression": "cron(0 6 31 2 ? *)"}, {"timezone": "Mars"}, {"name": ""}])
def test_a_schedule_that_never_fires_is_refused(change: dict[str, str], doors: Doors) -> None:
    assert doors.api("scheduler").ask("POST", "/scheduler/schedules", SCHEDULE | change).status == 422
    assert doors.cloud.schedules == {}


def test_a_schedule_is_removed_once_and_by_its_organisation_only(doors: Doors) -> None:
    api = doors.api("scheduler")
    path = f"/scheduler/schedules/{api.ask('POST', '/scheduler/schedules', SCHEDULE).json['schedule_id']}"

    rival = api.ask("DELETE", path, organisation_id="rival").status
    statuses = [api.ask("DELETE", path).status for _ in range(2)]

    assert (rival, statuses) == (404, [204, 404])
    assert doors.cloud.schedules == {}


def test_a_schedule_whose_clockwork_is_gone_already_can_still_be_removed(doors: Doors) -> None:
    api = doors.api("scheduler")
    path = f"/scheduler/schedules/{api.ask('POST', '/scheduler/schedules', SCHEDULE).json['schedule_id']}"
    doors.cloud.schedules.clear()

    assert api.ask("DELETE", path).status == 204


def test_without_the_clockwork_no_schedule_is_listed(doors: Doors) -> None:
    api = doors.api("scheduler")
    doors.cloud.down.add("scheduler")

    assert api.ask("POST", "/scheduler/schedules", SCHEDULE).status == 503
    assert api.ask("GET", "/scheduler/schedules").json["data"] == []


def test_a_job_is_followed_from_the_request_to_its_end(doors: Doors) -> None:
    api = doors.api("scheduler")
    answer = scan_now(api)
    path, job_id = answer.headers["location"], answer.json["job_id"]
    (due,) = doors.cloud.messages("due")

    doors.open("scheduler", "start_job")(with_bodies(sample("sqs_job_due"), [due]))
    (asked,) = doors.cloud.messages("scan-requests")
    record = doors.open("scheduler", "record_progress")
    bodies = [planned(job_id, 3), progressed(job_id, "e1", 2, 0), progressed(job_id, "e2", 0, 1)]
    before = api.ask("GET", path).json["state"]
    record(with_bodies(sample("sqs_scan_progressed"), bodies))
    after = api.ask("GET", path).json

    assert (answer.status, asked["job_id"], asked["competitor_ids"]) == (202, job_id, ["c1"])
    assert (before, after["state"]) == ("QUEUED", "COMPLETED")
    assert (after["total"], after["done"], after["failed"]) == (3, 2, 1)


def test_the_sample_starts_one_job_however_often_it_comes(doors: Doors) -> None:
    start = doors.open("scheduler", "start_job")

    answers = [start(sample("sqs_job_due")) for _ in range(2)]

    assert answers == [{"batchItemFailures": []}] * 2
    assert doors.database["jobs"].count_documents({}) == 1
    assert len({message["id"] for message in doors.cloud.messages("scan-requests")}) == 1


def test_a_job_that_cannot_be_handed_over_is_not_kept(doors: Doors) -> None:
    api = doors.api("scheduler")
    doors.cloud.down.add("sqs")

    answer = scan_now(api)

    assert answer.status == 503
    assert api.ask("GET", "/scheduler/jobs").json["data"] == []


def test_an_event_counts_once_and_in_whatever_order_it_comes(doors: Doors) -> None:
    api = doors.api("scheduler")
    job_id = scan_now(api).json["job_id"]
    record = doors.open("scheduler", "record_progress")
    bodies = [progressed(job_id, "e1", 2, 1), progressed(job_id, "e1", 2, 1), planned(job_id, 3), planned(job_id, 3)]

    answered = record(with_bodies(sample("sqs_scan_progressed"), bodies))

    job = api.ask("GET", f"/scheduler/jobs/{job_id}").json
    assert answered == {"batchItemFailures": []}
    assert (job["state"], job["done"], job["failed"]) == ("COMPLETED", 2, 1)


def test_progress_of_a_job_that_is_not_theirs_is_left_on_the_queue(doors: Doors) -> None:
    api = doors.api("scheduler")
    job_id = scan_now(api).json["job_id"]
    record = doors.open("scheduler", "record_progress")

    answered = record(with_bodies(sample("sqs_scan_progressed"), [planned(job_id, 3, "rival")]))

    assert answered == {"batchItemFailures": [{"itemIdentifier": "record-0"}]}
    assert api.ask("GET", f"/scheduler/jobs/{job_id}").json["total"] is None
    assert doors.database["inbox"].count_documents({}) == 0


@pytest.mark.parametrize(
    "body", ["", "{", "null", "[]", "{}", json.dumps(DUE | {"type": "x"}), json.dumps(DUE | {"kind": "erase"})]
)
def test_a_message_that_does_not_fit_is_left_on_the_queue(body: str, doors: Doors) -> None:
    answered = doors.open("scheduler", "start_job")(with_bodies(sample("sqs_job_due"), [body]))

    assert answered == {"batchItemFailures": [{"itemIdentifier": "record-0"}]}
    assert doors.cloud.sent == []


def test_one_poison_in_ten_keeps_back_none_of_the_others(doors: Doors) -> None:
    bodies: list[str | dict[str, Any]] = [DUE | {"id": f"exec-{place}", "job_id": f"job-{place}"} for place in range(9)]
    bodies.insert(4, "poison")

    answered = doors.open("scheduler", "start_job")(with_bodies(sample("sqs_job_due"), bodies))

    assert answered == {"batchItemFailures": [{"itemIdentifier": "record-4"}]}
    assert doors.database["jobs"].count_documents({}) == 9


def test_without_the_queue_the_job_stays_to_be_started_again(doors: Doors) -> None:
    start = doors.open("scheduler", "start_job")
    doors.cloud.down.add("sqs")
    failed = start(sample("sqs_job_due"))
    doors.cloud.down.clear()

    again = start(sample("sqs_job_due"))

    assert (len(failed["batchItemFailures"]), again["batchItemFailures"]) == (1, [])
    assert len(doors.cloud.messages("scan-requests")) == 1


def test_migrating_twice_is_migrating_once(doors: Doors) -> None:
    migrate = doors.open("scheduler", "migrate")

    assert migrate({}) == migrate({})
    assert "expiry" in doors.database["inbox"].index_information()
