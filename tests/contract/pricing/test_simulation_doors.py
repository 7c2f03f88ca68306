"""Simulations through their doors: asked for over HTTP, computed from the queue, read with their files."""

import json
from typing import Any

import pytest

from tests.builders.events import sample, with_bodies
from tests.builders.pricing import MATCH
from tests.builders.simulations import UNDER
from tests.fakes.doors import Doors

NOTHING_FAILED: dict[str, Any] = {"batchItemFailures": []}
ASKED = {
    "kind": "rivals",
    "sellers": [
        {"name": "us", "document": MATCH | {"rules": [MATCH["rules"][0] | {"follow": [UNDER]}]}},
        {"name": "them", "document": MATCH},
    ],
    "products": [
        {
            "sku": "X",
            "prices": [
                {"seller": "us", "price": "12.00", "min_price": "10.00"},
                {"seller": "them", "price": "12.00", "min_price": "10.50"},
            ],
        }
    ],
}


def computed(doors: Doors) -> list[dict[str, Any]]:
    """Deliver the commands of every simulation."""
    messages = doors.cloud.messages("simulations")
    told = with_bodies(sample("sqs_simulation_requested"), messages)
    assert doors.open("pricing", "simulate")(told) == NOTHING_FAILED
    return messages


def test_a_simulation_is_started_computed_once_and_read_with_its_files(doors: Doors) -> None:
    api = doors.api("pricing")
    started = api.ask("POST", "/pricing/simulations", ASKED)
    assert (started.status, started.json["state"]) == (202, "PENDING")

    for _ in range(2):
        computed(doors)

    done = api.ask("GET", started.headers["location"]).json
    assert (done["state"], done["items"], done["detail"]) == ("FINISHED", 1, "")
    assert done["files"] == ["result.json", "rows.csv", "prices.svg", "ladder.svg", "moves.svg"]
    assert done["summary"]["outcomes"] == {"SETTLED": 1, "CYCLE": 0, "MOVING": 0}
    (listed,) = api.ask("GET", "/pricing/simulations").json["data"]
    assert listed == done
    link = api.ask("GET", f"{started.headers['location']}/files/rows.csv").json
    key = f"reports/org/{done['simulation_id']}/rows.csv"
    assert key in link["url"]
    assert doors.cloud.objects[key].startswith("\ufeffsku,seller".encode())
    result = json.loads(doors.cloud.objects[f"reports/org/{done['simulation_id']}/result.json"])
    assert result["by_product"][0]["outcome"] == "SETTLED"


def test_a_simulation_is_told_as_a_job_once(doors: Doors) -> None:
    api = doors.api("pricing")
    simulation_id = api.ask("POST", "/pricing/simulations", ASKED).json["simulation_id"]
    for _ in range(2):
        computed(doors)

    told = [(one["type"], one["job_id"]) for one in doors.cloud.events()]
    assert told == [
        ("jobs.job-opened", simulation_id),
        ("jobs.job-progressed", simulation_id),
        ("jobs.job-planned", simulation_id),
        ("jobs.job-progressed", simulation_id),
    ]
    assert doors.cloud.facts("jobs.job-opened")[0]["kind"] == "simulation"


def test_one_that_is_to_stop_is_cancelled_and_tells_nothing_more(doors: Doors) -> None:
    api = doors.api("pricing")
    simulation_id = api.ask("POST", "/pricing/simulations", ASKED).json["simulation_id"]
    doors.cloud.stop("org", simulation_id)

    computed(doors)

    assert api.ask("GET", f"/pricing/simulations/{simulation_id}").json["state"] == "CANCELLED"
    assert [one["type"] for one in doors.cloud.events()] == ["jobs.job-opened"]


def test_another_organisation_sees_none_of_it(doors: Doors) -> None:
    api = doors.api("pricing")
    simulation_id = api.ask("POST", "/pricing/simulations", ASKED).json["simulation_id"]
    computed(doors)

    for path in (simulation_id, f"{simulation_id}/files/rows.csv"):
        refused = api.ask("GET", f"/pricing/simulations/{path}", organisation_id="rival")
        assert (refused.status, refused.json["type"]) == (404, "/problems/pricing/simulation-not-found")
    assert api.ask("GET", "/pricing/simulations", organisation_id="rival").json["data"] == []


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ({"kind": "weather"}, 422, "pricing/unknown-simulation"),
        ({"kind": "backtest", "against": "match", "days": 91}, 422, "pricing/invalid-simulation"),
        ({"kind": "replay", "days": 3}, 422, "pricing/invalid-simulation"),
        ({"kind": "backtest", "against": "gone"}, 404, "pricing/policy-not-found"),
        ({"kind": "replay", "run_id": "gone"}, 404, "pricing/run-not-found"),
        ({"kind": "difference", "against": "match", "document": {"nmae": "x"}}, 422, "policy/invalid"),
    ],
)
def test_what_cannot_be_computed_is_refused_by_name(
    body: dict[str, Any], status: int, problem: str, doors: Doors
) -> None:
    refused = doors.api("pricing").ask("POST", "/pricing/simulations", body)

    assert (refused.status, refused.json["type"]) == (status, f"/problems/{problem}")
    assert doors.cloud.messages("simulations") == []


def test_who_may_not_write_policies_starts_none(doors: Doors) -> None:
    api = doors.api("pricing")

    assert api.ask("POST", "/pricing/simulations", ASKED, scopes="prices:read").status == 403
    assert api.ask("GET", "/pricing/simulations", scopes="prices:read").status == 200


def test_a_file_that_is_not_there_yet_is_said(doors: Doors) -> None:
    api = doors.api("pricing")
    simulation_id = api.ask("POST", "/pricing/simulations", ASKED).json["simulation_id"]

    refused = api.ask("GET", f"/pricing/simulations/{simulation_id}/files/rows.csv")

    assert (refused.status, "PENDING" in refused.json["detail"]) == (404, True)


def test_the_sample_is_quarantined_because_its_simulation_is_not_there(doors: Doors) -> None:
    assert doors.open("pricing", "simulate")(sample("sqs_simulation_requested")) == NOTHING_FAILED
