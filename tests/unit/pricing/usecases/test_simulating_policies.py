"""A candidate against the live policy: as things stand, over the recorded past, and a run made again."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.usecases.simulating import backtest
from tests.builders.pricing import MONDAY, a_policy, ruled, some_facts
from tests.builders.simulations import ONE_DAY, UNDER, SimulatedShop, a_document

CANDIDATE = a_document(follow=[UNDER])
PRICES = ("98.00", "97.10", "95.30", "96.40", "94.90")


@pytest.fixture
def shop() -> SimulatedShop:
    """Five days with a run each, the second day's and the fourth's left out."""
    made = SimulatedShop()
    for day, price in enumerate(PRICES):
        at = MONDAY + day * ONE_DAY
        made.look("p1", price, at - timedelta(hours=1))
        made.look("p2", "54.00", at - timedelta(hours=1))
        if day not in {1, 3}:
            made.reprice(at)
    made.now = MONDAY + 4 * ONE_DAY + timedelta(hours=2)
    return made


def test_g5_the_difference_is_told_product_by_product(shop: SimulatedShop) -> None:
    result, rows = shop.simulated("difference", document=CANDIDATE, against="match")

    by_sku = {row["sku"]: row for row in rows}
    assert (by_sku["SKU-p1"]["live_price"], by_sku["SKU-p1"]["candidate_price"]) == ("94.90", "93.95")
    assert by_sku["SKU-p1"]["difference"] == "-0.95"
    assert by_sku["SKU-p1"]["difference_percent"] == "-1.00"
    assert by_sku["SKU-p1"]["candidate_reason"] == "BEAT_LOWEST"
    assert result["reasons"] == {"MATCH_LOWEST → BEAT_LOWEST": 2}
    assert [one["sku"] for one in result["different"]] == ["SKU-p1", "SKU-p2"]


def test_g4_branch_statistics_name_each_rule(shop: SimulatedShop) -> None:
    result, _ = shop.simulated("difference", document=CANDIDATE, against="match")

    (branch,) = result["candidate_branches"]
    figures = branch["figures"]
    assert (branch["rule"], figures["decisions"], figures["changes"]) == ("all", 2, 2)
    assert (figures["ups"], figures["downs"], figures["average_change"]) == (0, 2, "-0.74")


def test_a_saved_policy_is_a_candidate_too(shop: SimulatedShop) -> None:
    asyncio.run(shop.policies.add(a_policy(ruled(follow=[UNDER]), policy_id="under")))

    result, _ = shop.simulated("difference", policy_id="under", against="match")

    assert (result["candidate"], result["prices_differ"]) == ("under version 1", 2)


def test_leap_3_the_unchanged_policy_reproduces_every_stored_decision(shop: SimulatedShop) -> None:
    result, rows = shop.simulated("backtest", against="match", days=6)

    assert result["faithful"]
    assert (result["runs"], result["days_rebuilt"], result["decisions"]) == (3, 2, 10)
    assert (result["decided_otherwise"], result["products_otherwise"], result["paths"]) == (0, 0, [])
    assert [row["source"] for row in rows] == ["runs", "rebuilt", "runs", "rebuilt", "runs"]
    assert result["live"] == result["candidate_figures"]


def test_a_rebuilt_day_sees_what_had_been_seen_by_then_and_stands_at_the_price_of_then(shop: SimulatedShop) -> None:
    result, _ = shop.simulated("backtest", document=CANDIDATE, against="match", days=6)

    (path,) = [one for one in result["paths"] if one["sku"] == "SKU-p1"]
    assert [point["live"] for point in path["points"]] == ["98.00", "97.10", "95.30", "96.40", "94.90"]
    assert [point["candidate"] for point in path["points"]] == ["97.02", "96.12", "94.34", "95.43", "93.95"]
    by_day = [one["live"] for one in result["by_day"]]
    # The price of the rebuilt second day is the one of the first, 98.00.
    assert [one["average_change"] for one in by_day][:3] == ["-1.49", "-0.90", "-2.70"]
    assert result["by_day"][1]["rebuilt"]


def test_a_candidate_is_told_in_changes_index_and_margin(shop: SimulatedShop) -> None:
    result, rows = shop.simulated("backtest", document=CANDIDATE, against="match", days=6)

    assert result["faithful"]
    assert rows[0]["live_index"] == "100.00"
    assert rows[0]["candidate_index"] == "99.00"
    assert Decimal(rows[0]["candidate_margin_percent"]) < Decimal(rows[0]["live_margin_percent"])
    assert result["candidate_figures"]["reasons"] == {"BEAT_LOWEST": 10}


def test_runs_of_an_older_version_are_proven_by_that_version(shop: SimulatedShop) -> None:
    asyncio.run(shop.policies.add(a_policy(ruled(follow=[UNDER]), version=2)))

    result, _ = shop.simulated("backtest", against="match", days=6)

    assert result["faithful"]
    assert result["live_versions"] == [1]
    assert result["decided_otherwise"] > 0


def test_a_stored_decision_that_nobody_would_make_is_unfaithful(shop: SimulatedShop) -> None:
    stored = next(one for one in shop.runs.taken.values() if one.decision.product_id == "p1")
    forged = replace(stored, decision=replace(stored.decision, price=Decimal("1.00")))
    shop.runs.taken[stored.decision_id] = forged

    result, _ = shop.simulated("backtest", against="match", days=6)
    replay, rows = shop.simulated("replay", run_id=stored.run_id)

    assert not result["faithful"]
    assert [(one["field"], one["stored"]) for one in result["unfaithful"]] == [("price", "1.00")]
    assert (replay["different"], replay["faithful"]) == (1, False)
    assert [row["same"] for row in rows] == ["no", "yes"]


def test_a_window_that_holds_too_much_is_refused(shop: SimulatedShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtest, "MOST_DECISIONS", 9)

    done = shop.compute(shop.ask("backtest", against="match", days=6))

    assert (done.state, "ask for fewer days" in done.detail) == ("FAILED", True)


def test_a_run_made_again_comes_out_the_same(shop: SimulatedShop) -> None:
    result, rows = shop.simulated("replay", run_id=next(iter(shop.runs.kept)))

    assert (result["decisions"], result["made_again"], result["different"], result["untrue_inputs"]) == (2, 2, 0, 0)
    assert result["faithful"]
    assert {row["same"] for row in rows} == {"yes"}


def test_inputs_that_no_observation_bears_out_are_named(shop: SimulatedShop) -> None:
    run_id = next(iter(shop.runs.kept))
    name = next(one for one in shop.past.looks if one.startswith("obs-off-p1"))
    shop.past.looks[name] = replace(shop.past.looks[name], item_price=Decimal("1.00"))

    result, rows = shop.simulated("replay", run_id=run_id)

    assert (result["different"], result["untrue_inputs"]) == (0, 1)
    assert {one["field"] for one in result["untrue"]} == {f"observation {name}: item", f"observation {name}: landed"}
    assert [row["inputs_true"] for row in rows] == ["no", "yes"]


def test_decisions_whose_inputs_are_gone_are_counted_and_prove_nothing(shop: SimulatedShop) -> None:
    run_id = next(iter(shop.runs.kept))
    for name, stored in shop.runs.taken.items():
        if stored.run_id == run_id:
            shop.runs.taken[name] = replace(stored, inputs=None)

    result, _ = shop.simulated("replay", run_id=run_id)
    tested, _ = shop.simulated("backtest", against="match", days=6)

    assert (result["without_inputs"], result["faithful"]) == (2, False)
    assert tested["decisions_without_inputs"] == 2


def test_a_family_with_one_price_is_made_again_together() -> None:
    shop = SimulatedShop()
    shop.facts.kept = {
        name: some_facts(price, product_id=name, sku=f"SKU-{name}", family="shirt")
        for name, price in (("p1", "20.00"), ("p2", "22.00"), ("p3", "24.00"))
    }
    joined: dict[str, Any] = ruled(same_price={"within": "family", "choose": "lowest"})
    asyncio.run(shop.policies.add(a_policy(joined, version=2)))
    shop.look("p1", "19.00", MONDAY - timedelta(hours=1))
    shop.look("p3", "23.00", MONDAY - timedelta(hours=1))
    run_id = shop.reprice(MONDAY)

    result, _ = shop.simulated("replay", run_id=run_id)

    assert (result["decisions"], result["different"]) == (3, 0)


def test_cells_that_a_spreadsheet_would_carry_out_are_made_harmless(shop: SimulatedShop) -> None:
    shop.facts.kept["p1"] = replace(shop.facts.kept["p1"], name="=HYPERLINK(1)")

    _, rows = shop.simulated("difference", document=CANDIDATE, against="match")

    assert rows[0]["name"] == "'=HYPERLINK(1)"
    assert rows[0]["difference"].startswith("-")
