"""The scheduler's doors: schedules and jobs over HTTP, due runs, the news of jobs, people who leave, the sweeper."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders.events import body_of, sample, with_bodies
from tests.fakes.doors import Doors
from tests.fakes.gateway import Answer, Gateway

SCHEDULES, JOBS = "/scheduler/schedules", "/scheduler/jobs"
SCHEDULE = {"name": "Each morning", "expression": "cron(0 6 ? * MON-FRI *)", "timezone": "Europe/Riga"}
DUE = body_of(sample("sqs_job_due"))
EVENT = body_of(sample("sqs_job_progressed")) | {"organisation_id": "org"}
DONE: dict[str, Any] = {"batchItemFailures": []}


def scan_now(api: Gateway) -> Answer:
    return api.ask("POST", JOBS, {"competitor_ids": ["c1"]})


def news(job_id: str, event_id: str, organisation_id: str = "org", **fields: Any) -> dict[str, Any]:
    kind = "planned" if "items" in fields else "ended" if "outcome" in fields else "progressed"
    plain = {name: value for name, value in EVENT.items() if name not in {"done", "failed", "cost_microusd"}}
    return plain | fields | {
        "id": event_id,
        "type": f"jobs.job-{kind}",
        "job_id": job_id,
        "organisation_id": organisation_id,
    }  # fmt: skip


def tell(doors: Doors, *bodies: dict[str, Any]) -> dict[str, Any]:
    return doors.open("scheduler", "record_progress")(with_bodies(sample("sqs_job_progressed"), bodies))


def made_schedule(api: Gateway, **changes: Any) -> dict[str, Any]:
    answer = api.ask("POST", SCHEDULES, SCHEDULE | changes)
    assert answer.status == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def due(schedule_id: str, moment: datetime | None = None, **changes: Any) -> dict[str, Any]:
    at = moment or datetime.now(UTC).replace(second=0, microsecond=0)
    return DUE | {"schedule_id": schedule_id, "organisation_id": "org", "scheduled_for": at.isoformat()} | changes


def fire(doors: Doors, *bodies: dict[str, Any]) -> dict[str, Any]:
    return doors.open("scheduler", "start_job")(with_bodies(sample("sqs_job_due"), bodies))


def tick(doors: Doors) -> int:
    swept: int = doors.open("scheduler", "tick")(sample("schedule_tick"))["count"]
    return swept


def test_a_schedule_fires_a_message_that_starts_its_job(doors: Doors) -> None:
    api = doors.api("scheduler")
    made = made_schedule(api, competitor_ids=["c1"])

    (kept,) = doors.cloud.schedules.values()
    told = json.loads(kept["Target"]["Input"])
    now = datetime.now(UTC).isoformat()
    answered = fire(doors, told | {"id": "exec-1", "scheduled_for": now})

    (job,) = api.ask("GET", JOBS, query=f"schedule_id={made['schedule_id']}").json["data"]
    (asked,) = doors.cloud.messages("scan-requests")
    assert (kept["Name"], kept["ActionAfterCompletion"], answered) == (made["schedule_id"], "NONE", DONE)
    assert (job["title"], job["requested_by"], job["competitor_ids"]) == ("Each morning", "usr", ["c1"])
    assert (asked["job_id"], asked["competitor_ids"], asked["not_found"]) == (job["job_id"], ["c1"], False)


def test_a_schedule_is_shown_in_words_with_its_next_runs_and_its_last_job(doors: Doors) -> None:
    api = doors.api("scheduler")
    made = made_schedule(api)
    fire(doors, due(made["schedule_id"]))

    shown = api.ask("GET", f"{SCHEDULES}/{made['schedule_id']}").json
    (listed,) = api.ask("GET", SCHEDULES).json["data"]

    assert made["words"] == "At 06:00, Monday to Friday, Europe/Riga"
    assert len(made["next_runs"]) == 5
    assert {run["local"][11:16] for run in made["next_runs"]} == {"06:00"}
    assert (made["last_job_id"], made["last_state"]) == (None, None)
    assert (shown["last_state"], listed) == ("QUEUED", shown)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"expression": "cron(0 6 31 2 ? *)"}, "scheduler/never-fires"),
        ({"expression": "rate(1 second)"}, "scheduler/too-often"),
        ({"expression": "cron(* * * * ? *)"}, "scheduler/too-often"),
        ({"expression": "cron(0 6 * * *)"}, "scheduler/invalid-expression"),
        ({"timezone": "Mars"}, "scheduler/unknown-time-zone"),
        ({"kind": "policy_run"}, "scheduler/invalid-scope"),
        ({"policy_id": "p"}, "scheduler/invalid-scope"),
        ({"name": ""}, "request/invalid"),
        ({"flexible_minutes": 1441}, "request/invalid"),
        ({"start": 1}, "request/invalid"),
        ({"start": "2026-11-23T06:00:00"}, "request/invalid"),
        ({"overlap": "both"}, "request/invalid"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused_by_name(change: dict[str, Any], code: str, doors: Doors) -> None:
    answer = doors.api("scheduler").ask("POST", SCHEDULES, SCHEDULE | change)

    assert (answer.status, answer.json["type"]) == (422, f"/problems/{code}")
    assert doors.cloud.schedules == {}


def test_a_preview_explains_and_keeps_nothing(doors: Doors) -> None:
    api = doors.api("scheduler")

    good = api.ask("POST", f"{SCHEDULES}/preview", {"expression": "cron(30 3 L * ? *)", "timezone": "Europe/Riga"})
    bad = api.ask("POST", f"{SCHEDULES}/preview", {"expression": "cron(0 6 30 2 ? *)"})

    assert good.json["words"] == "At 03:30, on the last day of the month, Europe/Riga"
    assert (len(good.json["next_runs"]), bad.status) == (5, 422)
    assert api.ask("GET", SCHEDULES).json["data"] == []


def test_r4_4_each_schedule_carries_retries_an_age_and_a_dead_letter_queue(doors: Doors) -> None:
    made_schedule(doors.api("scheduler"), tolerance_minutes=90)

    (kept,) = doors.cloud.schedules.values()
    assert kept["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 5400, "MaximumRetryAttempts": 185}
    assert kept["Target"]["DeadLetterConfig"] == {"Arn": "dlq"}


def test_r4_5_each_organisations_flexible_window_is_given_to_the_clockwork(doors: Doors) -> None:
    api = doors.api("scheduler")
    for place in range(20):
        answer = api.ask("POST", SCHEDULES, SCHEDULE | {"flexible_minutes": 15}, organisation_id=f"org{place}")
        assert answer.status == 201

    windows = [one["FlexibleTimeWindow"] for one in doors.cloud.schedules.values()]
    assert windows == [{"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}] * 20


def test_r4_7_a_schedule_for_once_deletes_itself_and_is_not_put_back(doors: Doors) -> None:
    api = doors.api("scheduler")
    soon = datetime.now(UTC) + timedelta(hours=1)
    made = made_schedule(api, expression=f"at({soon:%Y-%m-%dT%H:%M:%S})", timezone="UTC")
    (kept,) = doors.cloud.schedules.values()
    doors.cloud.schedules.clear()
    fire(doors, due(made["schedule_id"]))
    doors.database["schedules"].update_one({}, {"$set": {"timing.expression": "at(2026-01-01T06:00:00)"}})

    tick(doors)

    assert kept["ActionAfterCompletion"] == "DELETE"
    assert doors.cloud.schedules == {}
    assert api.ask("GET", f"{SCHEDULES}/{made['schedule_id']}").json["next_runs"] == []


def test_a_rate_and_an_end_are_given_to_the_clockwork_with_their_bounds(doors: Doors) -> None:
    made = made_schedule(doors.api("scheduler"), expression="rate(2 hours)", end="2099-01-01T00:00:00Z")

    (kept,) = doors.cloud.schedules.values()
    first = datetime.fromisoformat(made["next_runs"][0]["at"])
    assert (kept["StartDate"], kept["EndDate"]) == (first, datetime(2099, 1, 1, tzinfo=UTC))


def test_r4_8_a_paused_schedule_fires_nothing_even_by_a_late_message(doors: Doors) -> None:
    api = doors.api("scheduler")
    path = f"{SCHEDULES}/{made_schedule(api)['schedule_id']}"

    paused = api.ask("PATCH", path, {"paused": True})
    (asleep,) = [one["State"] for one in doors.cloud.schedules.values()]
    late = fire(doors, due(paused.json["schedule_id"]))
    resumed = api.ask("PATCH", path, {"paused": False})
    (awake,) = [one["State"] for one in doors.cloud.schedules.values()]

    assert (paused.json["next_runs"], late, asleep, awake) == ([], DONE, "DISABLED", "ENABLED")
    assert api.ask("GET", JOBS).json["data"] == []
    assert (resumed.json["revision"], len(resumed.json["next_runs"])) == (3, 5)


def test_a_change_says_only_what_is_to_change(doors: Doors) -> None:
    api = doors.api("scheduler")
    made = made_schedule(api, competitor_ids=["c1"], end="2099-01-01T00:00:00Z", overlap="queue")
    path = f"{SCHEDULES}/{made['schedule_id']}"

    changed = api.ask("PATCH", path, {"name": "New", "end": None, "competitor_ids": [], "category": "Lamps"}).json

    same = ("expression", "timezone", "overlap", "created_at", "words")
    assert {name: changed[name] for name in same} == {name: made[name] for name in same}
    assert (changed["name"], changed["end"], changed["competitor_ids"], changed["category"]) == (
        "New",
        None,
        [],
        "Lamps",
    )


@pytest.mark.parametrize(
    "body", [{"kind": "report"}, {"name": None}, {"expression": "rate(1 minute)"}, {"tolerance_minutes": 0}]
)
def test_a_change_that_makes_no_sense_is_refused(body: dict[str, Any], doors: Doors) -> None:
    api = doors.api("scheduler")
    path = f"{SCHEDULES}/{made_schedule(api)['schedule_id']}"

    assert api.ask("PATCH", path, body).status == 422
    assert api.ask("GET", path).json["revision"] == 1


def test_a_schedule_is_changed_and_removed_by_its_organisation_only(doors: Doors) -> None:
    api = doors.api("scheduler")
    path = f"{SCHEDULES}/{made_schedule(api)['schedule_id']}"

    rivals = [
        api.ask("GET", path, organisation_id="rival").status,
        api.ask("PATCH", path, {"paused": True}, organisation_id="rival").status,
        api.ask("DELETE", path, organisation_id="rival").status,
    ]
    statuses = [api.ask("DELETE", path).status for _ in range(2)]

    assert (rivals, statuses) == ([404, 404, 404], [204, 404])
    assert doors.cloud.schedules == {}
    assert doors.database["schedules"].count_documents({}) == 0


def test_a_run_of_prices_is_scheduled_only_by_who_may_start_one(doors: Doors) -> None:
    api = doors.api("scheduler")
    body = SCHEDULE | {"kind": "policy_run", "policy_id": "p"}

    refused = api.ask("POST", SCHEDULES, body, scopes="jobs:read jobs:write")
    made = api.ask("POST", SCHEDULES, body)
    path = f"{SCHEDULES}/{made.json['schedule_id']}"
    changed = api.ask("PATCH", path, {"paused": True}, scopes="jobs:read jobs:write")

    assert (refused.status, made.status, changed.status) == (403, 201, 403)


@pytest.mark.parametrize(
    ("kind", "scope", "queue"),
    [
        ("rematch", {"category": "Lamps"}, "scan-requests"),
        ("policy_run", {"policy_id": "p"}, "runs-due"),
        ("report", {"report": "margins"}, "reports"),
        ("import_pull", {"shop_id": "main", "source_url": "https://feeds.shop.example/f.csv"}, "pulls"),
    ],
)
def test_each_kind_of_work_goes_to_the_queue_of_its_house(
    kind: str, scope: dict[str, Any], queue: str, doors: Doors
) -> None:
    made = made_schedule(doors.api("scheduler"), kind=kind, **scope)

    fire(doors, due(made["schedule_id"]))

    (asked,) = doors.cloud.messages(queue)
    assert scope.items() <= asked.items()


def test_a_kind_of_work_without_a_queue_is_refused(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTS_QUEUE_URL", "")

    answer = doors.api("scheduler").ask("POST", SCHEDULES, SCHEDULE | {"kind": "report", "report": "margins"})

    assert (answer.status, answer.json["type"]) == (422, "/problems/scheduler/not-served")


def test_without_the_clockwork_a_schedule_is_kept_and_armed_by_the_sweeper(doors: Doors) -> None:
    api = doors.api("scheduler")
    doors.cloud.down.add("scheduler")
    made = made_schedule(api)
    doors.cloud.down.clear()
    doors.database["schedules"].update_one({}, {"$set": {"unarmed_since": datetime(2026, 1, 1, tzinfo=UTC)}})

    tick(doors)

    assert list(doors.cloud.schedules) == [made["schedule_id"]]
    assert "unarmed_since" not in doors.database["schedules"].find_one({})


def test_a_schedule_that_is_removed_while_the_clockwork_is_down_is_taken_out_later(doors: Doors) -> None:
    api = doors.api("scheduler")
    path = f"{SCHEDULES}/{made_schedule(api)['schedule_id']}"
    doors.cloud.down.add("scheduler")
    removed = api.ask("DELETE", path).status
    fired = fire(doors, due(path.rsplit("/", maxsplit=1)[-1]))
    doors.cloud.down.clear()
    doors.database["schedules"].update_one({}, {"$set": {"unarmed_since": datetime(2026, 1, 1, tzinfo=UTC)}})

    tick(doors)

    assert (removed, api.ask("GET", path).status, fired) == (204, 404, DONE)
    assert doors.cloud.schedules == {}
    assert doors.database["jobs"].count_documents({}) == 0


def test_the_sweeper_puts_back_what_is_lost_and_takes_out_what_is_strange(doors: Doors) -> None:
    api = doors.api("scheduler")
    made = made_schedule(api)
    stranger = doors.cloud.schedules.pop(made["schedule_id"]) | {"Name": "sch_stranger"}
    doors.cloud.schedules |= {"sch_stranger": stranger, "omnipricex-dev-pricing-relay": {}}

    tick(doors)

    assert sorted(doors.cloud.schedules) == ["omnipricex-dev-pricing-relay", made["schedule_id"]]


def test_r4_6_schedules_go_with_their_owner(doors: Doors) -> None:
    api = doors.api("scheduler")
    made_schedule(api)
    message = body_of(sample("sqs_user_removed"))
    remove = doors.open("scheduler", "remove_owner")
    bodies = [message | {"organisation_id": organisation, "user_id": "usr"} for organisation in ("rival", "org", "org")]

    before = remove(with_bodies(sample("sqs_user_removed"), bodies[:1])), len(api.ask("GET", SCHEDULES).json["data"])
    after = remove(with_bodies(sample("sqs_user_removed"), bodies[1:])), len(api.ask("GET", SCHEDULES).json["data"])
    doors.database["schedules"].update_one({}, {"$set": {"unarmed_since": datetime(2026, 1, 1, tzinfo=UTC)}})
    tick(doors)

    assert (before, after) == ((DONE, 1), (DONE, 0))
    assert doors.cloud.schedules == {}


def test_a_job_is_followed_from_the_request_to_its_end(doors: Doors) -> None:
    api = doors.api("scheduler")
    answer = scan_now(api)
    path, job_id = answer.headers["location"], answer.json["job_id"]

    (asked,) = doors.cloud.messages("scan-requests")
    before = api.ask("GET", path).json["state"]
    tell(doors, news(job_id, "e0", items=3), news(job_id, "e1", done=2, failed=0, cost_microusd=40))
    during = api.ask("GET", path).json
    tell(doors, news(job_id, "e2", done=0, failed=1))
    after = api.ask("GET", path).json

    assert (answer.status, asked["job_id"], asked["competitor_ids"]) == (202, job_id, ["c1"])
    assert (before, during["state"], after["state"]) == ("QUEUED", "RUNNING", "COMPLETED")
    assert (during["total"], during["done"], during["cost_microusd"], during["finished_at"]) == (3, 2, 40, None)
    assert (after["total"], after["done"], after["failed"]) == (3, 2, 1)
    assert after["finished_at"] is not None


def test_a_job_that_was_born_elsewhere_is_listed_with_its_news(doors: Doors) -> None:
    api = doors.api("scheduler")
    opened = body_of(sample("sqs_job_opened")) | {"job_id": "run_1", "organisation_id": "org"}

    tell(doors, news("run_1", "e1", done=1, failed=0), opened, opened, news("run_1", "e0", items=1))

    (job,) = api.ask("GET", JOBS).json["data"]
    assert (job["job_id"], job["kind"], job["title"], job["state"]) == (
        "run_1",
        opened["kind"],
        opened["title"],
        "COMPLETED",
    )


def test_news_counts_once_and_in_whatever_order_it_comes(doors: Doors) -> None:
    api = doors.api("scheduler")
    job_id = scan_now(api).json["job_id"]
    bodies = [news(job_id, "e1", done=2, failed=1)] * 2 + [news(job_id, "e0", items=3)] * 2

    answered = tell(doors, *bodies), tell(doors, *bodies)

    job = api.ask("GET", f"{JOBS}/{job_id}").json
    assert answered == (DONE, DONE)
    assert (job["state"], job["done"], job["failed"]) == ("COMPLETED", 2, 1)


def test_news_of_another_organisations_job_changes_nothing(doors: Doors) -> None:
    api = doors.api("scheduler")
    job_id = scan_now(api).json["job_id"]

    tell(doors, news(job_id, "e0", "rival", items=0))

    assert (
        api.ask("GET", f"{JOBS}/{job_id}").json["state"],
        api.ask("GET", JOBS, organisation_id="rival").json["data"],
    ) == (
        "QUEUED",
        [],
    )


def test_a_failed_job_says_why(doors: Doors) -> None:
    api = doors.api("scheduler")
    job_id = scan_now(api).json["job_id"]

    tell(doors, news(job_id, "e0", outcome="failed", detail="the site asked us to leave"))

    job = api.ask("GET", f"{JOBS}/{job_id}").json
    assert (job["state"], job["detail"]) == ("FAILED", "the site asked us to leave")


def test_jobs_are_listed_by_kind_state_and_schedule(doors: Doors) -> None:
    api = doors.api("scheduler")
    scan, rematch = scan_now(api).json["job_id"], api.ask("POST", JOBS, {"kind": "rematch"}).json["job_id"]
    api.ask("POST", f"{JOBS}/{scan}/cancellation")

    def listed(query: str) -> list[str]:
        return [one["job_id"] for one in api.ask("GET", JOBS, query=query).json["data"]]

    assert (listed("kind=rematch"), listed("state=CANCELLED"), listed("schedule_id=x")) == ([rematch], [scan], [])
    assert (listed(""), listed("limit=1")) == ([rematch, scan], [rematch])
    assert api.ask("GET", JOBS, query="state=LOST").status == 422


def test_a_job_without_news_is_not_sent_again(doors: Doors) -> None:
    api = doors.api("scheduler")
    path = scan_now(api).headers["location"]
    tag = api.ask("GET", path).headers["etag"]

    same = api.ask("GET", path, headers={"If-None-Match": f'"other", W/{tag}'})
    waited = api.ask("GET", path, headers={"If-None-Match": tag}, query="wait=1")
    tell(doors, news(path.rsplit("/", maxsplit=1)[-1], "e1", done=1, failed=0))
    new = api.ask("GET", path, headers={"If-None-Match": tag}, query="wait=20")

    assert (same.status, same.text, same.headers["etag"], waited.status) == (304, "", tag, 304)
    assert (new.status, new.json["done"]) == (200, 1)
    assert new.headers["etag"] != tag
    assert api.ask("GET", path, query="wait=21").status == 422


def test_a_job_is_cancelled_once_and_by_its_organisation_only(doors: Doors) -> None:
    api = doors.api("scheduler")
    path = scan_now(api).headers["location"]
    job_id = path.rsplit("/", maxsplit=1)[-1]

    rival = api.ask("POST", f"{path}/cancellation", organisation_id="rival")
    answers = [api.ask("POST", f"{path}/cancellation") for _ in range(2)]
    tell(doors, news(job_id, "e0", items=1), news(job_id, "e1", done=1, failed=0))
    late = api.ask("GET", path).json

    assert rival.status == 404
    assert [one.status for one in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert (answers[0].json["state"], answers[0].json["detail"]) == ("CANCELLED", "cancelled by usr")
    assert [(one["job_id"], one["outcome"]) for one in doors.cloud.facts("jobs.job-ended")] == [(job_id, "cancelled")]
    assert list(doors.cloud.objects) == [f"stopped/org/{job_id}"]
    assert (late["state"], late["done"]) == ("CANCELLED", 1)


def test_a_finished_job_is_not_cancelled(doors: Doors) -> None:
    api = doors.api("scheduler")
    path = scan_now(api).headers["location"]
    tell(doors, news(path.rsplit("/", maxsplit=1)[-1], "e0", items=0))

    answer = api.ask("POST", f"{path}/cancellation")

    assert (answer.status, answer.json["type"]) == (409, "/problems/scheduler/job-finished")


def test_a_mark_that_could_not_be_made_is_made_by_the_sweeper(doors: Doors) -> None:
    api = doors.api("scheduler")
    path = scan_now(api).headers["location"]
    doors.cloud.down.add("s3")
    cancelled = api.ask("POST", f"{path}/cancellation")
    doors.cloud.down.clear()
    doors.database["jobs"].update_one({}, {"$set": {"stop_pending_since": datetime(2026, 1, 1, tzinfo=UTC)}})

    tick(doors)

    assert (cancelled.status, len(doors.cloud.objects)) == (200, 1)
    assert "stop_pending_since" not in doors.database["jobs"].find_one({})


def test_failed_items_are_done_again_once(doors: Doors) -> None:
    api = doors.api("scheduler")
    path = scan_now(api).headers["location"]
    job_id = path.rsplit("/", maxsplit=1)[-1]
    early = api.ask("POST", f"{path}/retries")
    tell(doors, news(job_id, "e0", items=3), news(job_id, "e1", done=1, failed=2))

    rival = api.ask("POST", f"{path}/retries", organisation_id="rival")
    again = [api.ask("POST", f"{path}/retries") for _ in range(2)]

    asked = doors.cloud.messages("scan-requests")[-1]
    assert (early.status, early.json["type"], rival.status) == (409, "/problems/scheduler/nothing-to-retry", 404)
    assert [one.status for one in again] == [202, 202]
    assert again[0].json == again[1].json
    assert (asked["failed_of"], asked["job_id"]) == (job_id, again[0].json["job_id"])
    assert len(doors.cloud.messages("scan-requests")) == 2
    assert api.ask("GET", path).json["retried_by"] == again[0].json["job_id"]


def test_an_overdue_job_expires_and_may_still_be_completed(doors: Doors) -> None:
    api = doors.api("scheduler")
    path = scan_now(api).headers["location"]
    job_id = path.rsplit("/", maxsplit=1)[-1]
    doors.database["jobs"].update_one({}, {"$set": {"open_until": datetime(2026, 1, 1, tzinfo=UTC)}})

    tick(doors)
    tick(doors)
    expired = api.ask("GET", path).json
    tell(doors, news(job_id, "e0", items=0))

    assert (expired["state"], api.ask("GET", path).json["state"]) == ("EXPIRED", "COMPLETED")
    assert [one["outcome"] for one in doors.cloud.facts("jobs.job-ended")] == ["expired"]
    assert list(doors.cloud.objects) == [f"stopped/org/{job_id}"]


def test_a_request_whose_queue_is_down_is_kept_and_sent_by_the_sweeper(doors: Doors) -> None:
    api = doors.api("scheduler")
    doors.cloud.down.add("sqs")
    answer = scan_now(api)
    doors.cloud.down.clear()
    doors.database["outbox"].update_many({}, {"$set": {"due_at": datetime(2026, 1, 1, tzinfo=UTC)}})

    tick(doors)

    assert answer.status == 202
    assert [one["job_id"] for one in doors.cloud.messages("scan-requests")] == [answer.json["job_id"]]


def test_r4_1_a_run_that_is_delivered_twice_starts_one_job(doors: Doors) -> None:
    made = made_schedule(doors.api("scheduler"))
    body = due(made["schedule_id"])

    answers = [fire(doors, body, body | {"id": "another"}) for _ in range(2)]

    assert answers == [DONE, DONE]
    assert doors.database["jobs"].count_documents({}) == 1
    assert len({one["id"] for one in doors.cloud.messages("scan-requests")}) == 1


def test_r4_2_a_run_of_yesterday_is_skipped(doors: Doors) -> None:
    made = made_schedule(doors.api("scheduler"))

    answered = fire(doors, due(made["schedule_id"], datetime.now(UTC) - timedelta(days=1)))

    assert answered == DONE
    assert doors.database["jobs"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("door", "name"),
    [
        ("start_job", "sqs_job_due"),
        ("record_progress", "sqs_job_progressed"),
        ("remove_owner", "sqs_user_removed"),
    ],
)
def test_a_message_that_does_not_fit_goes_to_quarantine_and_keeps_back_no_other(
    door: str, name: str, doors: Doors
) -> None:
    good = body_of(sample(name))
    bodies: list[Any] = ["{", {"type": good["type"]}, good | {"type": "x"}, good | {"version": 2}, good]

    answered = doors.open("scheduler", door)(with_bodies(sample(name), bodies))

    reasons = [one["MessageAttributes"]["reason"]["StringValue"] for one in doors.cloud.sent]
    assert (answered, sorted(reasons)) == (DONE, ["malformed", "schema", "unknown-type", "unknown-version"])


def test_the_sample_of_a_schedule_that_is_gone_starts_nothing(doors: Doors) -> None:
    answers = [doors.open("scheduler", "start_job")(sample("sqs_job_due")) for _ in range(2)]

    assert answers == [DONE, DONE]
    assert (doors.database["jobs"].count_documents({}), doors.cloud.sent) == (0, [])


def test_one_failing_part_of_the_sweep_stops_no_other(doors: Doors) -> None:
    api = doors.api("scheduler")
    scan_now(api)
    doors.database["jobs"].update_one({}, {"$set": {"open_until": datetime(2026, 1, 1, tzinfo=UTC)}})
    doors.cloud.down.add("scheduler")

    with pytest.raises(ExceptionGroup, match="stranger schedules"):
        tick(doors)

    assert api.ask("GET", JOBS).json["data"][0]["state"] == "EXPIRED"


def test_without_the_database_runs_stay_on_their_queue(doors: Doors) -> None:
    start = doors.open("scheduler", "start_job")
    doors.lose_database()

    answered = start(with_bodies(sample("sqs_job_due"), [due("sch_1")]))

    assert answered == {"batchItemFailures": [{"itemIdentifier": "record-0"}]}


def test_migrating_twice_is_migrating_once(doors: Doors) -> None:
    migrate = doors.open("scheduler", "migrate")

    assert migrate({}) == migrate({})
    assert "expiry" in doors.database["job_parts"].index_information()
