"""The market by days through its doors: J1's figures, files, saved views as reports, days made again."""

import base64
import io
import json
import xml.etree.ElementTree as ET
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from tests.builders.events import body_of, http_request, identity, sample, with_bodies
from tests.fakes.doors import Doors
from tests.fakes.gateway import Answer, Gateway
from tests.fakes.rolled_up import NOTHING_FAILED, rebuilt, rolled_up
from tests.fakes.stored_market import HOUR, Market, ask, headphones

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def api(doors: Doors) -> Gateway:
    return doors.api("pricing")


@pytest.fixture
def market(doors: Doors) -> Market:
    return headphones(doors)


def test_j1s_figures_from_the_days_that_are_made_each_hour(doors: Doors, api: Gateway, market: Market) -> None:
    rolled_up(doors)

    query = {"shop_id": "demo-eu", "benchmark": "average", "from": market.now.date().isoformat()}
    told = ask(api, "analytics/index", **query).json
    assert [(one["key"], one["index"], one["products"]) for one in told["data"]] == [("Audio", "97.99", 1)]
    assert told["direction"] == "our price / the average rival price x 100, landed, in stock; below 100 we are cheaper"
    cells = {one["competitor_id"]: one for one in ask(api, "analytics/matrix", shop_id="demo-eu").json["data"]}
    assert {name: (one["price"], one["left_out"]) for name, one in cells.items()} == {
        "c1": ("94.90", None),
        "c2": ("94.90", None),
        "c3": (None, "not_in_stock"),
        "c4": (None, "own"),
    }
    positions = ask(api, "analytics/positions", shop_id="demo-eu").json["data"][0]
    assert (positions["cheaper"], positions["first"], positions["average_rank"]) == (1, 1, "1.00")
    summary = {one["figure"]: one["value"] for one in ask(api, "analytics/summary", shop_id="demo-eu").json["data"]}
    assert summary["diff_retailer_percent"] == "-2.01"


def test_an_hour_is_asked_for_once_and_the_next_one_again(doors: Doors, market: Market) -> None:
    tick = doors.open("pricing", "keep_time")

    counts = [tick(sample("schedule_tick"))["count"] for _ in range(2)]

    assert counts == [1, 0] or market.now.minute == 59
    doors.database["roll_up_passes"].update_one({"_id": "hourly"}, {"$set": {"hour": market.now - 2 * HOUR}})
    assert tick(sample("schedule_tick"))["count"] == 1
    asked = [one["shop_id"] for one in doors.cloud.messages("roll-ups")]
    assert set(asked) == {"demo-eu"}


def test_every_shop_of_every_organisation_is_asked_for(doors: Doors) -> None:
    for organisation_id, shop_id in (("a", "s1"), ("a", "s2"), ("b", "s1"), ("c", "s9")):
        market = Market(doors, organisation_id)
        market.product(f"X-{shop_id}", shop_id=shop_id)
        market.product(f"Y-{shop_id}", shop_id=shop_id)

    assert doors.open("pricing", "keep_time")(sample("schedule_tick"))["count"] == 4

    asked = {(one["organisation_id"], one["shop_id"]) for one in doors.cloud.messages("roll-ups")}
    assert asked == {("a", "s1"), ("a", "s2"), ("b", "s1"), ("c", "s9")}


def test_days_made_again_are_a_job_and_show_history_and_what_moved(doors: Doors, api: Gateway, market: Market) -> None:
    job_id = rebuilt(doors, api, market)

    told = {one["type"]: one for one in doors.cloud.events() if one.get("job_id") == job_id}
    assert told["jobs.job-opened"]["kind"] == "rebuild"
    assert (told["jobs.job-planned"]["items"], told["jobs.job-progressed"]["done"]) == (1, 1)
    first = (market.now - timedelta(days=4)).date().isoformat()
    history = ask(api, "analytics/history", shop_id="demo-eu", sku="HP-100", **{"from": first}).json
    days = {one["day"]: one for one in history["data"] if one["line"] == "c1"}
    assert days[market.now.date().isoformat()]["price"] == "94.90"
    assert history["currency"] == "EUR"
    moved = ask(api, "analytics/volatility", shop_id="demo-eu", by="competitor", smallest=10).json["data"]
    assert [(one["key"], one["changes"], one["ups"], one["downs"]) for one in moved] == [("c1", 2, 1, 1)]


def raw(doors: Doors, path: str, query: str, accept: str = "") -> dict[str, Any]:
    event = http_request(
        "GET", f"/pricing/{path}", proved=identity("market:read"), query=query, headers={"accept": accept}
    )
    return doors.open("pricing", "api")(event)


def test_files_for_spreadsheets_hold_text_that_is_no_formula(doors: Doors, market: Market) -> None:
    market.product("=1+2", price="-1", name="@SUM(A1)", category="+cmd", brand="-x")
    rolled_up(doors)

    told = raw(doors, "analytics/matrix", "shop_id=demo-eu", "text/csv")
    assert told["headers"]["content-type"] == "text/csv; charset=utf-8"
    text = told["body"] if not told.get("isBase64Encoded") else base64.b64decode(told["body"]).decode()
    assert text.startswith("\ufeffproduct_id,sku,name,ours")
    index = raw(doors, "analytics/index", "shop_id=demo-eu&format=csv")["body"]
    assert "'+cmd" in index
    assert "landed" in index

    book = base64.b64decode(raw(doors, "analytics/index", "shop_id=demo-eu&format=xlsx")["body"])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        about = archive.read("xl/worksheets/sheet2.xml").decode()
    assert not list(sheet.iter(f"{SHEET}f"))
    words = [one.text for one in sheet.iter(f"{SHEET}t")]
    assert "'+cmd" in words
    assert "Audio" in words
    assert "97.99" in [one.text for one in sheet.iter(f"{SHEET}v")]
    assert "price_mode" in about


@pytest.mark.usefixtures("market")
def test_what_runs_over_time_is_drawn_and_nothing_else_is(doors: Doors) -> None:
    rolled_up(doors)

    drawn = raw(doors, "analytics/history", "shop_id=demo-eu&sku=HP-100&format=svg")
    picture = base64.b64decode(drawn["body"]).decode() if drawn.get("isBase64Encoded") else drawn["body"]
    assert ET.fromstring(picture).tag.endswith("svg")
    assert "ours" in picture
    dots = raw(doors, "analytics/history", "shop_id=demo-eu&sku=HP-100", "image/png")
    assert dots["headers"]["content-type"] == "image/png"
    assert base64.b64decode(dots["body"]).startswith(b"\x89PNG")
    over_time = raw(doors, "analytics/slices", "shop_id=demo-eu&by=category&second=day&format=png")
    assert base64.b64decode(over_time["body"]).startswith(b"\x89PNG")
    for wanted in ("svg", "png"):
        assert raw(doors, "analytics/index", f"shop_id=demo-eu&format={wanted}")["statusCode"] == 422


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("analytics/index", {"from": "2026-11-23", "to": "2026-11-01"}, 422),
        ("analytics/index", {"from": "2020-01-01", "to": "2026-11-01"}, 422),
        ("analytics/index", {"benchmark": "rival"}, 422),
        ("analytics/matrix", {"as_of": "yesterday"}, 422),
        ("analytics/matrix", {"as_of": "2999-01-01T00:00:00Z"}, 422),
        ("analytics/slices", {"by": "brand", "second": "brand"}, 422),
        ("analytics/outliers", {"divergence": "5"}, 422),
        ("analytics/history", {"sku": "none"}, 404),
        ("analytics/index", {"filter_id": "none"}, 404),
        ("analytics/index", {"filter_id": "kvi", "brand": "Alder"}, 422),
        ("analytics/views/none", {}, 404),
        ("analytics/views/none/answer", {}, 404),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_reason(
    api: Gateway, path: str, query: dict[str, str], status: int
) -> None:
    answer = ask(api, path, shop_id="demo-eu", **query)

    assert answer.status == status
    assert answer.json["detail"]


VIEW = {"view_id": "monday", "name": "Monday", "analysis": "index", "shop_id": "demo-eu", "by": ["category"]}


def test_a_view_says_what_its_reports_are_written_as(doors: Doors, api: Gateway, market: Market) -> None:
    rebuilt(doors, api, market)
    view = {"shop_id": "demo-eu", "name": "For people"}
    grid = {"view_id": "grid", "analysis": "matrix", "days": 1, "format": "xlsx"}
    chart = {"view_id": "chart", "analysis": "history", "sku": "HP-100", "format": "png"}
    for one in (grid, chart):
        assert api.ask("POST", "/pricing/analytics/views", view | one).json["format"] == one["format"]
    wrong = view | grid | {"view_id": "wrong", "format": "png"}
    assert api.ask("POST", "/pricing/analytics/views", wrong).status == 422

    for name, begins in (("grid", b"PK"), ("chart", b"\x89PNG")):
        message = body_of(sample("sqs_report_requested")) | {"organisation_id": "org", "job_id": name}
        due = with_bodies(sample("sqs_report_requested"), [message | {"report": f"view:{name}", "filter_id": None}])
        assert doors.open("pricing", "write_report")(due) == NOTHING_FAILED
        report = api.ask("GET", f"/pricing/reports/{name}").json
        assert report["state"] == "FINISHED"
        key = f"reports/org/{name}.{report['format']}"
        assert doors.cloud.objects[key].startswith(begins)
        assert key in report["url"]


def test_a_saved_view_is_answered_and_written_by_its_schedule(doors: Doors, api: Gateway, market: Market) -> None:
    saved: Answer = api.ask("POST", "/pricing/analytics/views", VIEW | {"benchmark": "average"})
    assert (saved.status, saved.json["report"]) == (201, "view:monday")
    assert api.ask("POST", "/pricing/analytics/views", VIEW).status == 409
    assert api.ask("POST", "/pricing/analytics/views", VIEW | {"view_id": "x", "filter_id": "none"}).status == 404
    rebuilt(doors, api, market)

    rows = api.ask("GET", "/pricing/analytics/views/monday/answer").json
    assert rows["to"] == (market.now.date() - timedelta(days=1)).isoformat()
    assert rows["data"][0]["key"] == "Audio"
    message = body_of(sample("sqs_report_requested")) | {"organisation_id": "org", "job_id": "rep-1"}
    due = with_bodies(sample("sqs_report_requested"), [message | {"report": "view:monday", "filter_id": None}])
    assert doors.open("pricing", "write_report")(due) == NOTHING_FAILED
    report = api.ask("GET", "/pricing/reports/rep-1").json
    assert (report["state"], report["rows"]) == ("FINISHED", 1)
    assert doors.cloud.objects["reports/org/rep-1.csv"].startswith(b"\xef\xbb\xbfkey,index")
    gone = with_bodies(
        sample("sqs_report_requested"), [message | {"job_id": "rep-2", "report": "view:gone", "filter_id": None}]
    )
    assert doors.open("pricing", "write_report")(gone) == NOTHING_FAILED
    assert api.ask("GET", "/pricing/reports/rep-2").json["state"] == "FAILED"

    listed = api.ask("GET", "/pricing/analytics/views").json["data"]
    assert [one["view_id"] for one in listed] == ["monday"]
    assert api.ask("GET", "/pricing/analytics/views", organisation_id="rival").json["data"] == []
    assert api.ask("GET", "/pricing/analytics/views/monday", organisation_id="rival").status == 404
    assert api.ask("DELETE", "/pricing/analytics/views/monday").status == 204
    assert json.loads(api.ask("GET", "/pricing/analytics/views").text)["data"] == []
