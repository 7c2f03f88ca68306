"""Journeys J1, J3 and J4 on a deployed stack, through its HTTP API, and for nobody else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from local.administrator import ensure_administrator
from local.cloud.stack import Stack
from local.job.client import Json, Refused
from local.job.market import open_market
from shared.contracts.pricing import PageReading
from tests.builders.demo_shop import (
    LIMITED,
    LOWEST,
    ONE_UNDER,
    RIVAL_HOST,
    SCANNED,
    SHOP,
    UNLIMITED,
    catalogue,
    page_of,
    policy,
)
from tests.fakes.deployed_team import ENDED, RUN_SECONDS, SECONDS, Team, market_of, opened, signed_in, until
from tests.fakes.told_looks import HOUR, reading, tell

pytestmark = pytest.mark.timeout(900)
JUSTIFICATION = "Checked against the pages of the competitor and agreed with the category team today."


@pytest.fixture(scope="module")
def team(stack: Stack) -> Iterator[Team]:
    """The headphones shop on a Monday morning: a weekend of looks behind it, and C1's pages just read."""
    made = signed_in(stack, ensure_administrator(stack, "decisions.example"))
    opened(made, SHOP, catalogue())
    for name, host in (("c1", RIVAL_HOST), *((name, f"{name}.example") for name in ("c2", "c3", "bazaar"))):
        competitor = {"competitor_id": name, "name": name.upper(), "domain": host}
        made.author.post_unless_there("/pricing/competitors", competitor)
    told = [("HP-100", "c2"), ("HP-100", "c3"), ("HP-100", "bazaar"), ("HP-700", "c2")]
    watched = [(sku, "c1", page_of(sku)) for sku in SCANNED]
    made.watch(SHOP, watched + [(sku, name, f"https://{name}.example/p/{sku}") for sku, name in told])

    def look(sku: str, rival: str, price: str, hours: float, **changes: Any) -> None:
        looks.append(reading(made.offers[sku, rival], price, hours, **changes))

    looks: list[PageReading] = []
    for hours, price in ((80.0, "94.90"), (44.0, "79.90")):
        look("HP-100", "c1", price, hours)
    look("HP-200", "c1", "55.50", 30)
    look("HP-700", "c2", "18.00", 75)
    for hours in (70.0, 0.05):
        look("HP-100", "c2", "89.90", hours, shipping="5.00")
        look("HP-100", "bazaar", "88.00", hours, seller="own2")
    look("HP-100", "c3", "79.00", 50)
    look("HP-100", "c3", "79.00", 0.05, availability="out_of_stock")
    for at in sorted({one.captured_at for one in looks}):
        # As scans come, one after another.
        tell(stack, made.organisation_id, [one for one in looks if one.captured_at == at])
    until(lambda: len(list(made.author.walk("/pricing/observations", limit=500))) == len(looks))
    open_market(stack, market_of(SCANNED))
    made.scan()
    yield made
    made.author.close()
    made.colleague.close()


@dataclass
class Changed:
    """J3 from its first step to its decisions."""

    saved: Json
    run: Json
    decisions: dict[str, Json]
    changes: dict[str, Json]
    before: Json
    before_decisions: dict[str, Json]


@pytest.fixture(scope="module")
def changed(team: Team) -> Changed:
    """The policy copied and changed, approved by a colleague, and run."""
    team.author.put("/pricing/policies/everyday", policy(LOWEST, LIMITED))
    before, before_decisions = team.run("everyday")
    copied = team.author.get("/pricing/policies/everyday")["document"]
    copied["rules"][0]["follow"] = [ONE_UNDER]
    saved = team.author.put("/pricing/policies/one-under", copied)
    with pytest.raises(Refused, match="own-policy"):
        team.author.post("/pricing/policies/one-under/approvals", {"version": saved["version"]})
    approved = team.colleague.post("/pricing/policies/one-under/approvals", {"version": saved["version"]})
    assert approved["approved_by"] not in {None, saved["author_id"]}
    run, decisions = team.run("one-under")
    listed = team.author.walk("/pricing/price-changes", run_id=run["run_id"], limit=500)
    return Changed(saved, run, decisions, {one["sku"]: one for one in listed}, before, before_decisions)


@pytest.fixture(scope="module")
def answered(team: Team, changed: Changed) -> Json:
    """What the assistant says of the first places that were lost."""
    assert changed.decisions
    asked = team.author.post("/assistant/questions", {"text": "which products lost first place?"})
    path = f"/assistant/questions/{asked['question_id']}"
    answer: Json = team.author.until(path, lambda one: bool(one["state"] == "ANSWERED"), SECONDS)["answer"]
    return answer


@pytest.fixture(scope="module")
def published(team: Team, answered: Json) -> dict[str, Json]:
    """HP-100 decided without its daily limit, approved and published."""
    assert answered
    document = policy(ONE_UNDER, UNLIMITED)
    team.author.put("/pricing/policies/unlimited", document | {"rules": document["rules"][:1]})
    run, decisions = team.run("unlimited")
    listed = team.author.walk("/pricing/price-changes", run_id=run["run_id"], state="PROPOSED", limit=500)
    body = {"change_ids": [one["change_id"] for one in listed], "justification": JUSTIFICATION}
    if body["change_ids"]:
        assert team.colleague.post("/pricing/price-changes/approvals", body)["refused"] == 0
    team.colleague.patch(f"/pricing/shops/{SHOP}/publication", {"mode": "live", "automatic": False})
    batch = team.colleague.post("/pricing/batches", {"run_id": run["run_id"]}, key="publish-hp-100")
    path = f"/pricing/batches/{batch['batch_id']}"
    done = team.colleague.until(path, lambda one: bool(one["state"] == "FINISHED"), RUN_SECONDS)
    assert done["states"] == {"APPLIED": 1}
    until(lambda: team.author.get("/pricing/price-index/HP-100", shop_id=SHOP)["now"]["ours"] == "92.99")
    return decisions


def test_j3_a_contradiction_is_refused_by_name_before_any_run(team: Team) -> None:
    wrong = policy(ONE_UNDER, {"min_price": "130", "max_price": "129"})
    checked = team.author.post("/pricing/policy-checks", wrong)
    sound = team.author.post("/pricing/policy-checks", policy(ONE_UNDER, LIMITED))

    errors = {(one["code"], one["rule"]) for one in checked["findings"] if one["severity"] == "error"}
    assert not checked["sound"]
    assert errors == {("CONTRADICTORY_BOUNDS", "top headphones")}
    assert sound["sound"], sound
    with pytest.raises(Refused, match="policy-faults"):
        team.author.put("/pricing/policies/wrong", wrong)
    with pytest.raises(Refused, match="policy-not-found"):
        team.author.get("/pricing/policies/wrong")


def test_j3_the_preview_shows_every_product_beside_the_saved_policy(team: Team, changed: Changed) -> None:
    assert changed.saved
    previewed = team.author.post("/pricing/policy-previews?against=everyday", policy(ONE_UNDER, UNLIMITED))
    rows = {one["sku"]: one for one in previewed["rows"]}

    assert (rows["HP-100"]["price"], rows["HP-100"]["margin_after_percent"]) == ("92.99", "35.48")
    assert {sku: one["price"] for sku, one in rows.items() if sku != "HP-100"} == {
        sku: one["against_price"] for sku, one in rows.items() if sku != "HP-100"
    }
    assert len(rows) == 7


def test_j3_decisions_are_right_to_the_cent(team: Team, changed: Changed, published: dict[str, Json]) -> None:
    told = team.amounts(changed.decisions)

    assert told["HP-100"] == ("95.99", "CHANGE_LIMIT", False)
    assert told["HP-300"][:2] == ("199.00", "HOLD_MAP")
    assert told["HP-400"][:2] == ("29.99", "NO_COMPETITION")
    assert told["HP-500"][:2] == ("1099.00", "MATCH_LOWEST")
    assert told["HP-600"][:2] == ("463.00", "HOLD_MAX")
    assert told["HP-700"][:2] == ("20.00", "STALE_DATA")
    assert team.amounts(published)["HP-100"] == ("92.99", "BEAT_LOWEST", True)
    lower = changed.decisions["HP-100"]["lower"]["amount"]
    assert Decimal(lower) in {Decimal("95.00"), Decimal("94.9905")}


def test_j3_every_decision_of_the_run_is_made_again_the_same(team: Team, changed: Changed) -> None:
    for one in changed.decisions.values():
        why = team.author.get(f"/pricing/decisions/{one['decision_id']}/why")
        assert (why["replayable"], why["differences"]) == (True, [])


def simulated(team: Team, asked: Json) -> Json:
    started = team.author.post("/pricing/simulations", asked)
    path = f"/pricing/simulations/{started['simulation_id']}"
    done = team.author.until(path, lambda one: one["state"] in {"FINISHED", "FAILED"}, RUN_SECONDS)
    assert done["state"] == "FINISHED", done
    summary: Json = done["summary"]
    return summary


def test_j3_the_backtest_of_the_unchanged_policy_is_what_was_decided(team: Team, changed: Changed) -> None:
    asked = {"kind": "backtest", "policy_id": "everyday", "against": "everyday", "days": 28}
    tested = simulated(team, asked)
    again = simulated(team, {"kind": "replay", "run_id": changed.before["run_id"]})

    assert (tested["faithful"], tested["decided_otherwise"], tested["decisions_without_inputs"]) == (True, 0, 0), tested
    assert tested["decisions"] >= len(changed.before_decisions)
    assert (again["faithful"], again["decisions"]) == (True, len(changed.before_decisions)), again


def test_j3_what_is_foretold_of_another_market_comes_true(
    team: Team, changed: Changed, published: dict[str, Json]
) -> None:
    # What this market shows from now on is neither asked nor published before.
    assert published
    one = changed.decisions["HP-600"]
    nearest = team.author.get(f"/pricing/decisions/{one['decision_id']}/why")["counterfactual"]
    assert (nearest["kind"], nearest["competitor_id"], nearest["before"]) == ("reference", "c1", "464.85")
    short_of_it = Decimal(nearest["at"]) + Decimal("0.01")

    told = []
    for price in (short_of_it, Decimal(nearest["at"])):
        open_market(team.stack, market_of(SCANNED | {"HP-600": str(price)}))
        team.scan()
        told.append(team.amounts(team.run("one-under")[1])["HP-600"])

    # A cent short of it the price is the same, though nothing holds it back any more.
    assert told[0][0] == one["price"]["amount"] == "463.00"
    assert told[1][:2] == (nearest["price"], nearest["reason"])


def test_j4_the_floor_holds_the_cut_back_and_a_person_decides(team: Team, changed: Changed) -> None:
    decision, change = changed.decisions["HP-200"], changed.changes["HP-200"]

    assert team.amounts(changed.decisions)["HP-200"] == ("47.99", "HOLD_FLOOR", False)
    assert (decision["route"], decision["change_percent"][:5]) == ("review", "-12.7")
    assert (change["state"], change["after"]["amount"]) == ("PROPOSED", "47.99")
    why = team.author.get(f"/pricing/decisions/{decision['decision_id']}/why")
    assert why["counterfactual"] is not None
    assert why["words"]


def test_j4_a_hold_with_a_reason_and_an_end_stops_it_and_then_a_seller_is_left_out(
    team: Team, published: dict[str, Json]
) -> None:
    assert published
    ends = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    asked = {"shop_id": SHOP, "sku": "HP-200", "ends_at": ends, "reason": "C1 sells out its last few"}
    hold = team.colleague.post("/pricing/holds", asked)
    held = team.amounts(team.run("one-under")[1])["HP-200"]
    listed = list(team.author.walk("/pricing/holds"))
    team.colleague.delete(f"/pricing/holds/{hold['hold_id']}")
    again = team.amounts(team.run("one-under")[1])["HP-200"]
    seller = next(one["latest"]["seller"] for one in team.listed() if one["url"] == page_of("HP-200"))
    team.author.patch("/pricing/competitors/c1", {"sellers": {"exclude": [seller]}})
    try:
        excluded = team.amounts(team.run("one-under")[1])["HP-200"]
        index = team.author.get("/pricing/price-index/HP-200", shop_id=SHOP)["now"]
    finally:
        team.author.patch("/pricing/competitors/c1", {"sellers": {"exclude": []}})

    assert held[:2] == ("54.99", "LOCKED")
    assert [(one["sku"], one["reason"]) for one in listed] == [("HP-200", "C1 sells out its last few")]
    assert again == ("47.99", "HOLD_FLOOR", False)
    assert excluded[:2] == ("54.99", "NO_COMPETITION")
    assert (index["index"], index["offers"]) == (None, [])


def test_j1_the_index_is_97_99_and_excludes_what_it_must(team: Team, published: dict[str, Json]) -> None:
    assert published
    found = team.author.get("/pricing/price-index/HP-100", shop_id=SHOP)

    now = found["now"]
    assert (now["ours"], now["average"], now["index"]) == ("92.99", "94.90", "97.99")
    assert sorted(one["competitor_id"] for one in now["offers"]) == ["c1", "c2"]
    for one in now["offers"]:
        assert team.author.get(f"/pricing/observations/{one['observation_id']}")["offer_id"] == one["offer_id"]


def test_j1_the_days_of_the_market_say_the_same(team: Team, published: dict[str, Json]) -> None:
    assert published
    today = datetime.now(UTC).date()
    asked = {"shop_id": SHOP, "from": (today - timedelta(days=3)).isoformat(), "to": today.isoformat()}
    job = team.colleague.post("/pricing/analytics/rebuilds", asked)
    done = team.colleague.until(f"/scheduler/jobs/{job['job_id']}", lambda one: one["state"] in ENDED, SECONDS)
    assert done["state"] == "COMPLETED", done

    rows = list(team.author.walk("/pricing/analytics/matrix", shop_id=SHOP, limit=500))
    cells = {one["competitor_id"]: one for one in rows if one["sku"] == "HP-100"}
    told = {rival: (one["ours"], one["price"], one["left_out"]) for rival, one in cells.items()}
    assert told == {
        "c1": ("92.99", "94.90", None),
        "c2": ("92.99", "94.90", None),
        "c3": ("92.99", None, "not_in_stock"),
        "bazaar": ("92.99", None, "own"),
    }
    assert {one["index"] for one in cells.values()} == {"97.99"}
    groups = {one["key"]: one for one in team.author.get("/pricing/price-index", by="category", shop_id=SHOP)["data"]}
    assert groups["Audio"]["last"]["without_competition"] >= 1
    history = team.author.get("/pricing/analytics/history", shop_id=SHOP, sku="HP-100")["data"]
    assert [one["price"] for one in history if one["line"] == "ours"][-1] == "92.99"


def test_j1_a_cut_of_the_weekend_that_was_taken_back_is_listed(team: Team) -> None:
    since = (datetime.now(UTC) - 60 * HOUR).isoformat()
    rows = list(team.author.walk("/pricing/market-changes", since=since, competitor_id="c1", limit=2))
    hp_100 = [one for one in rows if one["sku"] == "HP-100"]

    assert [(one["cause"], one["before"], one["after"]) for one in hp_100[:2]] == [
        ("price_cut", "94.90", "79.90"),
        ("price_rise", "79.90", "94.90"),
    ]
    assert hp_100[0]["taken_back_at"] == hp_100[1]["at"]
    assert any((one["sku"], one["cause"], one["after"]) == ("HP-200", "price_cut", "45.00") for one in rows)


def test_j1_what_is_stale_is_shown_as_stale_and_what_is_ours_in_nothing(team: Team) -> None:
    since = (datetime.now(UTC) - 60 * HOUR).isoformat()
    summary = team.author.get("/pricing/market-changes/summary", since=since)
    stale = list(team.author.walk("/pricing/market-changes", since=since, cause="stale"))

    by_rival = {one["competitor_id"]: one for one in summary["competitors"]}
    assert (by_rival["c2"]["states"]["stale"], by_rival["c2"]["states"]["unchanged"]) == (1, 1)
    assert by_rival["c2"]["stale_since"] is not None
    assert [(one["sku"], one["before"]) for one in stale] == [("HP-700", "18.00")]
    assert by_rival["c3"]["causes"]["out_of_stock"] == 1
    assert (by_rival["bazaar"]["states"]["left_out"], sum(by_rival["bazaar"]["causes"].values())) == (1, 0)


def test_j1_every_number_of_the_assistant_names_its_record(team: Team, answered: Json) -> None:
    bare = re.sub(r"«[^»]*»|\[\d+\]", "", answered["text"])

    assert "HP-200" in answered["text"]
    assert len(re.findall(r"\d+(?:\.\d+)?", bare)) == len(answered["facts"]) > 0
    assert team.organisation_id


def test_another_organisation_sees_nothing_of_it(stack: Stack, team: Team, changed: Changed) -> None:
    rival = signed_in(stack, ensure_administrator(stack, "rival.example"))
    since = (datetime.now(UTC) - 60 * HOUR).isoformat()
    one = changed.decisions["HP-100"]
    try:
        assert rival.author.get("/pricing/market-changes", since=since)["data"] == []
        assert rival.author.get("/pricing/market-changes/summary", since=since)["competitors"] == []
        assert rival.author.get("/pricing/price-index")["data"] == []
        assert list(rival.author.walk("/pricing/decisions", run_id=changed.run["run_id"])) == []
        for path in (
            "/pricing/price-index/HP-100",
            f"/pricing/decisions/{one['decision_id']}",
            f"/pricing/decisions/{one['decision_id']}/why",
            "/pricing/policies/one-under",
            f"/pricing/runs/{changed.run['run_id']}",
        ):
            with pytest.raises(Refused) as refused:
                rival.author.get(path)
            assert refused.value.status == 404
        assert team.organisation_id != rival.organisation_id
    finally:
        rival.author.close()
        rival.colleague.close()
