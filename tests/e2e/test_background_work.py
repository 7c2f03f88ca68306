"""Background work on a deployed stack: it starts on time, is one list, can be stopped, and nothing of it is lost."""

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx2
import pytest

from local.administrator import ensure_administrator
from local.cloud.stack import Stack
from local.job.account import Account
from local.job.client import Api, Json, Refused
from local.job.market import open_market
from local.job.material import sample_material
from tests.fakes.otlp_collector import Collector, Told

pytestmark = pytest.mark.timeout(600)
DONE_SECONDS = 240
# What was in the hands of functions that died comes back when they would have ended, and is then done.
COMES_BACK_SECONDS = 480
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "EXPIRED"}
FEED = "https://northlight.example/feed.csv"


@pytest.fixture(scope="module")
def api(stack: Stack, account: Account) -> Iterator[Api]:
    """The administrator of a stack on which the main job was done."""
    assert account.offers
    open_market(stack, sample_material())
    administrator = ensure_administrator(stack)
    signed_in = Api(stack.outputs.api_url).sign_in(administrator.email, administrator.password)
    signed_in.post_unless_there(
        "/products/shops", {"shop_id": "fed", "name": "Fed by a feed", "currency": "USD", "country": "US"}
    )
    yield signed_in
    signed_in.close()


def once(kind: str, **fields: Any) -> Json:
    """A schedule that fires as soon as one may."""
    moment = (datetime.now(UTC) + timedelta(seconds=75)).strftime("%Y-%m-%dT%H:%M:%S")
    return {"name": f"Once: {kind}", "kind": kind, "expression": f"at({moment})", "timezone": "UTC", **fields}


@pytest.fixture(scope="module")
def jobs(api: Api) -> dict[str, Json]:
    """The jobs of one schedule of each kind, all of them scheduled together, brought to their ends."""
    api.post_unless_there("/pricing/filters", {"filter_id": "cheap", "name": "Up to 100", "price_to": "100"})
    policy = next(iter(api.walk("/pricing/policies")))["policy_id"]
    asked = {
        "policy_run": once("policy_run", policy_id=policy),
        "report": once("report", report="market", filter_id="cheap"),
        "import_pull": once("import_pull", shop_id="fed", source_url=FEED),
        "rematch": once("rematch"),
        "scan": once("scan", filter_id="cheap"),
    }
    schedules = {kind: api.post("/scheduler/schedules", body)["schedule_id"] for kind, body in asked.items()}
    deadline = time.monotonic() + DONE_SECONDS
    found: dict[str, Json] = {}
    while len(found) < len(schedules) and time.monotonic() < deadline:
        for kind, schedule_id in schedules.items():
            for job in api.get("/scheduler/jobs", schedule_id=schedule_id)["data"]:
                if job["state"] in ENDED:
                    found[kind] = job
        time.sleep(1)
    return found


def test_a_schedule_of_each_kind_does_its_work(jobs: dict[str, Json]) -> None:
    assert {kind: job["state"] for kind, job in jobs.items()} == dict.fromkeys(
        ("policy_run", "report", "import_pull", "rematch", "scan"), "COMPLETED"
    )


def test_a_scheduled_run_decides_under_its_jobs_id(api: Api, jobs: dict[str, Json]) -> None:
    run = api.get(f"/pricing/runs/{jobs['policy_run']['job_id']}")

    assert run["state"] == "FINISHED"
    assert jobs["policy_run"]["done"] == run["decisions"] > 0


def test_a_scheduled_report_is_a_file_behind_a_link(api: Api, jobs: dict[str, Json]) -> None:
    report = api.get(f"/pricing/reports/{jobs['report']['job_id']}")

    text = httpx2.get(report["url"], timeout=10, trust_env=False).content.decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == report["rows"] == jobs["report"]["done"] > 0
    assert all(float(row["price"]) <= 100 for row in rows)


def test_a_pulled_feed_is_a_catalogue(api: Api, jobs: dict[str, Json]) -> None:
    items = list(api.walk("/products/items", shop_id="fed"))

    assert len(items) == jobs["import_pull"]["done"] > 0


def test_a_feed_that_is_not_there_ends_in_a_failed_job_that_says_why(api: Api) -> None:
    body = once("import_pull", shop_id="fed", source_url="https://northlight.example/nothing.csv")
    schedule = api.post("/scheduler/schedules", body)["schedule_id"]

    def latest() -> Json:
        found = api.get("/scheduler/jobs", schedule_id=schedule)["data"]
        newest: Json = found[0] if found else {"state": "not started"}
        return newest

    assert _until(lambda: latest()["state"] in ENDED, DONE_SECONDS), latest()
    ended = latest()
    assert ended["state"] == "FAILED"
    assert "404" in ended["detail"]


def test_a_schedule_shows_its_next_five_runs_and_says_itself_in_words(api: Api) -> None:
    body = {"expression": "cron(30 6 ? * MON-FRI *)", "timezone": "Europe/Riga"}

    shown = api.post("/scheduler/schedules/preview", body)

    assert len(shown["next_runs"]) == 5
    assert "06:30" in shown["words"]
    assert "Europe/Riga" in shown["words"]


@pytest.mark.parametrize(
    ("timing", "problem"),
    [
        ({"expression": "rate(1 minute)"}, "too-often"),
        ({"expression": "cron(* * * * ? *)"}, "too-often"),
        ({"expression": "cron(0 6 30 2 ? *)"}, "never-fires"),
        ({"expression": "cron(0 6 ? * MON *)", "timezone": "Europe/Atlantis"}, "unknown-time-zone"),
        ({"expression": "every second"}, "invalid-expression"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused_by_name(api: Api, timing: Json, problem: str) -> None:
    with pytest.raises(Refused, match=f"scheduler/{problem}"):
        api.post("/scheduler/schedules", {"name": "Never", "kind": "scan", "timezone": "UTC"} | timing)


def test_a_job_that_is_cancelled_twice_at_once_ends_once(api: Api) -> None:
    job = api.post("/scheduler/jobs", {"kind": "scan"})["job_id"]

    first = api.post(f"/scheduler/jobs/{job}/cancellation", {})
    second = api.post(f"/scheduler/jobs/{job}/cancellation", {})

    assert first["state"] == second["state"] == "CANCELLED"
    assert api.get(f"/scheduler/jobs/{job}")["state"] == "CANCELLED"


def test_everything_that_runs_in_the_background_is_in_one_list(api: Api, jobs: dict[str, Json]) -> None:
    listed = list(api.walk("/scheduler/jobs", limit=200))

    assert {"scan", "policy_run", "publication", "import", "question", "report"} <= {job["kind"] for job in listed}
    requested = [job["requested_at"] for job in listed]
    assert requested == sorted(requested, reverse=True)
    assert jobs["scan"]["job_id"] in {job["job_id"] for job in listed}


def _sqs(stack: Stack) -> Any:
    config = stack.config
    credentials = config.credentials
    return boto3.client(
        "sqs",
        endpoint_url=config.endpoint,
        region_name=config.region,
        aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
    )


def _until(true: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def _redrive(stack: Stack, **asked: Any) -> Json:
    answer = stack.functions.invoke("scheduler-redrive", {"requested_by": "test", **asked})
    assert not answer.failed, answer.payload
    payload: Json = answer.payload
    return payload


def test_poison_is_quarantined_with_its_reason_and_redriven_when_it_is_mended(stack: Stack, account: Account) -> None:
    assert account.rows
    sqs, queue = _sqs(stack), stack.outputs.queues["pricing-scan-requests"]
    broken = {"type": "pricing.scan-requested", "version": 99, "id": "msg_from_tomorrow"}
    sqs.send_message(QueueUrl=queue, MessageBody="{", MessageGroupId="org")
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(broken), MessageGroupId="org")

    def lying() -> dict[str, int]:
        found: dict[str, int] = _redrive(stack, queue="pricing-scan-requests")["reasons"]
        return found

    assert _until(lambda: len(lying()) == 2), lying()
    assert set(lying()) == {"malformed", "unknown-version"}

    moved = _redrive(stack, queue="pricing-scan-requests", dry_run=False, reason="malformed", limit=10)

    assert moved["moved"] == 1
    # It is as broken as before, so it comes to lie there again, and the other one never moved.
    assert _until(lambda: set(lying()) == {"malformed", "unknown-version"}), lying()


def test_work_that_an_emulator_was_stopped_in_the_middle_of_comes_to_its_end(stack: Stack, api: Api) -> None:
    policy = next(iter(api.walk("/pricing/policies")))["policy_id"]
    scan = api.post("/scheduler/jobs", {"kind": "scan"})["job_id"]
    run = api.post("/pricing/runs", {"policy_id": policy})["run_id"]

    stack.restart_emulator()

    for job in (scan, run):
        ended = api.until(f"/scheduler/jobs/{job}", lambda one: one["state"] in ENDED, COMES_BACK_SECONDS)
        # Pages of a market that is closed by now end as failures, and are counted like those that were read.
        assert (ended["state"], ended["done"] + ended["failed"]) == ("COMPLETED", ended["total"]), ended
    assert ended["done"] == api.get(f"/pricing/runs/{run}")["decisions"]


def _published(collector: Collector) -> list[Told]:
    """A trace in which a price was written, if there is one."""
    wrote = [span for span in collector.spans if span.service == "products" and span.name == "SetPrices"]
    return collector.trace(wrote[-1].trace_id) if wrote else []


def test_one_trace_leads_from_the_request_to_the_written_price(account: Account, collector: Collector) -> None:
    assert account.published

    assert _until(lambda: bool(_published(collector)), 30)
    spans = _published(collector)

    assert {"pricing", "products"} <= {span.service for span in spans}
    by_id = {span.span_id: span for span in spans}
    at, names = next(span for span in spans if span.name == "SetPrices"), []
    while at is not None:
        names.append(at.name)
        at = by_id.get(at.parent_id)  # type: ignore[assignment]  # None ends the walk
    assert names[-1].startswith("POST"), names
    assert len(names) >= 3
