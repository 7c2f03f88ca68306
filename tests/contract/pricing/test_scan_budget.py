"""Budgets for looks and what looks brought: fake and MongoDB keep the same promises."""

import math
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest

from pricing.domain.market import Observation
from pricing.domain.reading import Availability
from pricing.domain.recording import Known
from pricing.domain.scan_budget import Budget, Volatility
from pricing.domain.scan_effects import Effects
from pricing.usecases.scan_budget import KeptBudget
from tests.builders.pricing import MONDAY, an_observation, an_offer
from tests.fakes.pricing import Kept
from tests.fakes.runs import Run

HOUR = timedelta(hours=1)
NOTHING = Known()


def a_budget(looks: int = 100, **changes: Any) -> KeptBudget:
    fields: dict[str, Any] = {
        "organisation_id": "org",
        "budget": Budget(looks_per_day=looks, min_hours=2, max_hours=50),
        "set_by": "ann",
        "set_at": MONDAY,
    }
    return KeptBudget(**(fields | changes))


def seen(offer: str, price: str, hours: int = 0, job: str = "job1", **changes: Any) -> Observation:
    fields: dict[str, Any] = {"offer_id": offer, "observation_id": f"{offer}/{job}", "job_id": job}
    return an_observation(price, captured_at=MONDAY + hours * HOUR, **(fields | changes))


def recorded(kept: Kept, run: Run, job: str, *looks: Observation) -> None:
    run(kept.log.record(job, f"msg-{job}", looks, MONDAY, NOTHING))


def test_a_budget_is_set_again_without_losing_what_is_left(kept: Kept, run: Run) -> None:
    budgets = kept.stores.budgets
    run(budgets.set(a_budget()))
    first = run(budgets.find("org"))
    assert run(budgets.spend(replace(first, left=7.5, at=MONDAY, granted={"job1": 3})))

    run(budgets.set(a_budget(500, set_by="bob")))

    found = run(budgets.find("org"))
    assert (found.budget.looks_per_day, found.set_by) == (500, "bob")
    assert (found.left, found.at, found.granted) == (7.5, MONDAY, {"job1": 3})


def test_of_two_who_spend_at_the_same_moment_one_is_told_to_look_again(kept: Kept, run: Run) -> None:
    budgets = kept.stores.budgets
    run(budgets.set(a_budget()))
    first = run(budgets.find("org"))

    assert run(budgets.spend(replace(first, left=1, granted={"a": 1})))
    assert not run(budgets.spend(replace(first, left=2, granted={"b": 1})))
    assert run(budgets.find("org")).granted == {"a": 1}


def test_no_organisation_reads_spends_or_removes_the_budget_of_another(kept: Kept, run: Run) -> None:
    budgets = kept.stores.budgets
    run(budgets.set(a_budget()))
    run(budgets.set(a_budget(9, organisation_id="rival")))

    run(budgets.remove("rival"))
    run(budgets.remove("rival"))

    assert run(budgets.find("rival")) is None
    assert run(budgets.find("org")).budget.looks_per_day == 100
    assert not run(budgets.spend(a_budget(organisation_id="rival")))


def test_looks_are_counted_once_with_what_they_saw(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([replace(an_offer("1", offer_id=name), latest=None) for name in "abc"]))
    recorded(kept, run, "job1", seen("a", "50"), seen("b", "60"), seen("c", "70"))
    first = run(kept.stores.budgets.effects("org", MONDAY))
    later = [
        # The lowest moves, and so does the lowest of its product; the dearest moves and matters to nobody.
        seen("a", "49", 1, "job2"),
        seen("b", "60", 1, "job2"),
        seen("c", "71", 1, "job2"),
    ]
    recorded(kept, run, "job2", *later)
    recorded(kept, run, "job2", *later)

    effects = run(kept.stores.budgets.effects("org", MONDAY))

    assert (first.looks, first.changes, first.useful) == (3, 0, 0)
    assert (effects.looks, effects.changes, effects.useful) == (6, 2, 1)
    assert run(kept.stores.budgets.effects("rival", MONDAY)) == Effects()
    assert run(kept.stores.budgets.effects("org", MONDAY + HOUR)) == Effects()


def test_the_cheapest_that_goes_out_of_stock_is_a_useful_change(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([replace(an_offer("1", offer_id=name), latest=None) for name in "ab"]))
    recorded(kept, run, "job1", seen("a", "50"), seen("b", "60"))
    recorded(kept, run, "job2", seen("a", "50", 1, "job2", availability=Availability.OUT_OF_STOCK))

    effects = run(kept.stores.budgets.effects("org", MONDAY))

    assert (effects.changes, effects.useful) == (1, 1)


def test_an_offer_learns_how_often_it_changes(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([replace(an_offer("1", offer_id="a"), latest=None)]))
    for place, price in enumerate(("50", "50", "52", "52")):
        recorded(kept, run, f"job{place}", seen("a", price, 10 * place, f"job{place}"))

    (offer,) = run(kept.stores.offers.some("org", ["a"]))
    learnt = Volatility().after(10, changed=False).after(10, changed=True, move=math.log(1.04))
    expected = learnt.after(10, changed=False)
    assert asdict(offer.volatility) == pytest.approx(asdict(expected))
