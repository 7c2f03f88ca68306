"""Simulations: fake and MongoDB keep the same promises, and so do the doors over them."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.adapters.documents import history_document
from pricing.adapters.mongo_looks import MongoLooks
from pricing.adapters.mongo_past import MongoPast
from pricing.domain.decisions.inputs import Inputs
from pricing.domain.decisions.stored import data_of
from pricing.domain.errors import SimulationNotFound
from pricing.domain.simulation import Asked, RivalPrice, RivalProduct, RivalSeller, Simulation
from shared.kernel.paging import Window
from shared.runtime.mongo import IDS_AT_ONCE, Mongo
from tests.builders.pricing import MONDAY, a_run, an_observation, some_facts
from tests.builders.simulations import UNDER, a_document
from tests.fakes.pricing import Kept
from tests.fakes.runs import Run

LATER = MONDAY + timedelta(minutes=5)
NOTHING_FAILED: dict[str, Any] = {"batchItemFailures": []}
RIVALS = Asked(
    kind="rivals",
    sellers=(RivalSeller(name="us", document=a_document(follow=[UNDER])), RivalSeller(name="them", policy_id="match")),
    products=(
        RivalProduct(
            sku="X",
            tags=("kvi",),
            prices=(
                RivalPrice(seller="us", price=Decimal("12.00"), min_price=Decimal("10.00")),
                RivalPrice(seller="them", price=Decimal("11.00")),
            ),
        ),
    ),
)


def a_simulation(**changes: Any) -> Simulation:
    """A backtest of an unsaved policy."""
    fields: dict[str, Any] = {
        "simulation_id": "sim_1",
        "organisation_id": "org",
        "asked": Asked(kind="backtest", document=a_document(follow=[UNDER]), against="match", days=28),
        "state": "PENDING",
        "requested_by": "usr",
        "requested_at": MONDAY,
    }
    return Simulation(**(fields | changes))


@pytest.mark.parametrize("asked", [a_simulation().asked, RIVALS, Asked(kind="replay", run_id="run_1")])
def test_what_was_asked_is_read_again_as_it_was(asked: Asked, kept: Kept, run: Run) -> None:
    simulation = a_simulation(asked=asked)

    assert run(kept.stores.simulations.request(simulation)) == simulation
    assert run(kept.stores.simulations.get("org", "sim_1")) == simulation


def test_asking_twice_is_asking_once(kept: Kept, run: Run) -> None:
    simulations = kept.stores.simulations
    run(simulations.request(a_simulation()))
    begun = run(simulations.begin(a_simulation(started_at=LATER)))

    assert run(simulations.request(a_simulation())) == begun
    assert (begun.state, begun.started_at) == ("RUNNING", LATER)


def test_one_that_was_taken_up_keeps_its_first_time(kept: Kept, run: Run) -> None:
    simulations = kept.stores.simulations
    run(simulations.request(a_simulation()))
    run(simulations.begin(a_simulation(started_at=MONDAY)))

    assert run(simulations.begin(a_simulation(started_at=LATER))).started_at == MONDAY


def test_one_that_ended_stays_as_it_ended(kept: Kept, run: Run) -> None:
    simulations = kept.stores.simulations
    run(simulations.request(a_simulation()))
    cancelled = a_simulation(state="CANCELLED", finished_at=MONDAY)
    finished = a_simulation(
        state="FINISHED", finished_at=LATER, items=3, summary={"faithful": True}, files=("rows.csv",)
    )

    assert run(simulations.finish(cancelled)) == cancelled
    assert run(simulations.finish(finished)) == cancelled
    assert run(simulations.begin(a_simulation(started_at=LATER))) == cancelled


def test_the_answer_is_kept_with_it(kept: Kept, run: Run) -> None:
    simulations = kept.stores.simulations
    run(simulations.request(a_simulation()))
    finished = a_simulation(
        state="FINISHED",
        started_at=MONDAY,
        finished_at=LATER,
        items=3,
        summary={"live": {"index": "97.99", "reasons": {"HOLD_MAP": 1}}, "faithful": True},
        files=("result.json", "rows.csv"),
    )

    run(simulations.finish(finished))

    assert run(simulations.get("org", "sim_1")) == finished


def test_no_organisation_sees_the_simulations_of_another(kept: Kept, run: Run) -> None:
    simulations = kept.stores.simulations
    run(simulations.request(a_simulation()))
    run(simulations.request(a_simulation(simulation_id="sim_2")))
    run(simulations.request(a_simulation(simulation_id="sim_3", organisation_id="rival")))

    assert [one.simulation_id for one in run(simulations.page("org", Window())).items] == ["sim_2", "sim_1"]
    with pytest.raises(SimulationNotFound):
        run(simulations.get("rival", "sim_1"))
    with pytest.raises(SimulationNotFound):
        run(simulations.finish(a_simulation(organisation_id="rival", state="FINISHED", finished_at=LATER)))
    assert run(simulations.get("org", "sim_1")).state == "PENDING"


def test_the_past_is_one_organisations_and_inside_the_window(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    past = MongoPast(mongo)
    for name, organisation_id, hours, state in (
        ("run-2", "org", 2, "FINISHED"),
        ("run-1", "org", 1, "FINISHED"),
        ("run-3", "org", 30, "FINISHED"),
        ("run-4", "org", 1, "CANCELLED"),
        ("run-5", "rival", 1, "FINISHED"),
    ):
        at = MONDAY + timedelta(hours=hours)
        one = a_run(run_id=name, organisation_id=organisation_id, state=state, started_at=at, finished_at=at)
        run(_insert(mongo, "runs", [{"_id": name} | asdict(one)]))

    found = run(past.runs_of("org", "match", MONDAY, MONDAY + timedelta(hours=24)))

    assert [one.run_id for one in found] == ["run-1", "run-2"]


async def _insert(mongo: Mongo, collection: str, documents: list[dict[str, Any]]) -> None:
    await mongo.collection(collection).insert_many(documents)


def test_looks_of_the_past_come_in_their_order(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    second = timedelta(seconds=1)
    looks = [
        an_observation("95.00", observation_id="b", captured_at=MONDAY + 2 * second),
        an_observation("94.00", observation_id="a", captured_at=MONDAY + second),
        an_observation("93.00", observation_id="old", captured_at=MONDAY),
        an_observation("92.00", observation_id="failed", captured_at=MONDAY + second, outcome="blocked"),
        an_observation("91.00", observation_id="theirs", captured_at=MONDAY + second, organisation_id="rival"),
        an_observation("90.00", observation_id="late", captured_at=LATER + second),
    ]
    run(_insert(mongo, "observations", [history_document(one) for one in looks]))
    past = MongoPast(mongo)

    seen = run(past.seen("org", ["prd"], MONDAY, LATER))
    named = run(past.observations("org", ["a", "theirs", "gone"]))

    assert [one.observation_id for one in seen] == ["a", "b"]
    assert [one.item_price for one in seen] == [Decimal("94.00"), Decimal("95.00")]
    assert list(named) == ["a"]
    assert run(past.seen("org", ["other"], MONDAY, LATER)) == []


def test_the_trusted_looks_since_a_moment_come_by_product(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    names = [f"p{place:03}" for place in range(IDS_AT_ONCE + 1)]
    looks = [an_observation("95", observation_id=f"of-{name}", product_id=name, captured_at=LATER) for name in names]
    looks += [
        an_observation("94", observation_id="first", product_id="p000", captured_at=LATER - timedelta(seconds=1)),
        an_observation("93", observation_id="old", product_id="p000", captured_at=MONDAY),
        an_observation("92", observation_id="doubted", product_id="p000", captured_at=LATER, quality="suspicious"),
        an_observation("91", observation_id="freed", product_id="p001", captured_at=LATER, quality="released"),
        an_observation("90", observation_id="failed", product_id="p000", captured_at=LATER, outcome="blocked"),
        an_observation("89", observation_id="theirs", product_id="p000", captured_at=LATER, organisation_id="rival"),
        an_observation("88", observation_id="not asked", product_id="another", captured_at=LATER),
    ]
    run(_insert(mongo, "observations", [history_document(one) for one in looks]))

    found = run(MongoLooks(mongo).since("org", names, MONDAY + timedelta(seconds=1)))

    own = {name: [f"of-{name}"] for name in names} | {"p000": ["first", "of-p000"], "p001": ["freed", "of-p001"]}
    assert {name: [one.observation_id for one in seen] for name, seen in found.items()} == own


def test_what_a_product_cost_is_read_from_its_decisions(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    documents, inputs = [], []
    for hour, (cost, organisation_id) in enumerate((("30.00", "org"), ("31.00", "org"), ("99.00", "rival")), 1):
        at = MONDAY + timedelta(hours=hour)
        facts = some_facts(cost=Decimal(cost), organisation_id=organisation_id)
        key = {"_id": f"dec-{hour}", "organisation_id": organisation_id, "product_id": "prd", "decided_at": at}
        documents.append(key)
        inputs.append(key | {"inputs": data_of(Inputs(at=at, facts=facts))})
    run(_insert(mongo, "decisions", documents))
    run(_insert(mongo, "decision_inputs", inputs))

    known = run(MongoPast(mongo).costs("org", "prd", MONDAY))

    assert known == [
        (MONDAY + timedelta(hours=1), Decimal("30.00")),
        (MONDAY + timedelta(hours=2), Decimal("31.00")),
    ]
    assert run(MongoPast(mongo).costs("org", "prd", MONDAY + timedelta(hours=1)))[0][1] == Decimal("31.00")
