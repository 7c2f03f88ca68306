"""Policies, runs, price changes and batches: fake and MongoDB keep the same promises."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pricing.adapters.mongo_changes import change_document
from pricing.adapters.mongo_decisions import MongoDecisions
from pricing.adapters.mongo_runs import queries_of_others
from pricing.domain.decision import ReasonCode
from pricing.domain.errors import BatchNotFound, DecisionNotFound, PolicyChanged, PolicyNotFound, RunNotFound
from pricing.domain.price_change import PriceChange, State
from pricing.usecases.ports import ShopPart
from pricing.usecases.publication_ports import Batch, ChangesWanted
from shared.kernel.paging import Window
from shared.runtime.mongo import Document, Mongo
from tests.builders.pricing import MONDAY, a_batch, a_change, a_policy, a_run, a_stored_decision
from tests.fakes.plans import explained, stages
from tests.fakes.pricing import Kept
from tests.fakes.runs import Run

LATER = MONDAY + timedelta(hours=1)
BY_POLICY: dict[str, Any] = {"state": State.APPROVED, "decided_by": "policy"}


def propose(kept: Kept, run: Run, *changes: PriceChange) -> None:
    run(kept.stores.runs.decided([], changes, MONDAY))


def approved(*ids: str, **changes: Any) -> list[PriceChange]:
    return [a_change(change_id=one, state=State.APPROVED, **changes) for one in ids]


def ids(changes: Sequence[PriceChange]) -> list[str]:
    return [change.change_id for change in changes]


def test_every_version_of_a_policy_stays_and_the_newest_is_at_hand(kept: Kept, run: Run) -> None:
    policies = kept.stores.policies
    for version in (1, 2):
        run(policies.add(a_policy({"name": f"v{version}"}, version=version)))

    assert run(policies.latest("org", "match")) == a_policy({"name": "v2"}, version=2)
    assert run(policies.version("org", "match", 1)).name == "v1"
    assert [one.version for one in run(policies.page("org", Window())).items] == [2]


def test_a_version_is_written_once(kept: Kept, run: Run) -> None:
    run(kept.stores.policies.add(a_policy()))

    with pytest.raises(PolicyChanged):
        run(kept.stores.policies.add(a_policy({"name": "another"})))

    assert run(kept.stores.policies.latest("org", "match")).name == a_policy().name


def test_no_organisation_reads_the_policies_of_another(kept: Kept, run: Run) -> None:
    run(kept.stores.policies.add(a_policy()))
    run(kept.stores.policies.add(a_policy({"name": "theirs"}, organisation_id="rival")))

    assert [one.name for one in run(kept.stores.policies.page("org", Window())).items] == [a_policy().name]
    for ask in (kept.stores.policies.latest("nobody", "match"), kept.stores.policies.version("nobody", "match", 1)):
        with pytest.raises(PolicyNotFound):
            run(ask)


def test_no_organisation_reads_the_runs_of_another(kept: Kept, run: Run) -> None:
    runs = kept.stores.runs
    run(runs.add(a_run()))
    run(runs.decided([a_stored_decision()], [], MONDAY))

    assert run(runs.get("org", "run")) == a_run()
    assert run(runs.page("rival", Window())).items == ()
    assert run(runs.decisions("rival", "run", Window())).items == ()
    assert run(runs.newest_decisions("rival", ["prd"])) == {}
    with pytest.raises(RunNotFound):
        run(runs.get("rival", "run"))
    with pytest.raises(DecisionNotFound):
        run(runs.decision("rival", "dec-prd"))


PARTS = [ShopPart(until="m", products=2), ShopPart(after="m", until="z", products=1)]


def test_a_run_keeps_the_time_at_which_it_was_first_taken_up(kept: Kept, run: Run) -> None:
    run(kept.stores.runs.add(a_run()))

    begun = [run(kept.stores.runs.begin(a_run(), PARTS, at)) for at in (LATER, LATER + timedelta(hours=1))]

    assert [one.started_at for one in begun] == [LATER, LATER]
    assert run(kept.stores.runs.get("org", "run")) == replace(a_run(), state="RUNNING", started_at=LATER, parts=2)
    with pytest.raises(RunNotFound):
        run(kept.stores.runs.begin(a_run(organisation_id="rival"), PARTS, LATER))


def test_a_run_is_over_with_the_last_of_its_parts(kept: Kept, run: Run) -> None:
    run(kept.stores.runs.add(a_run()))
    begun = run(kept.stores.runs.begin(a_run(), PARTS, LATER))

    done = [run(kept.stores.runs.part_done(begun, place, LATER, LATER)) for place in (1, 1, 0, 1)]

    assert done == [False, False, True, True]


def test_what_is_kept_in_steps_is_counted_once_however_often_a_step_comes(kept: Kept, run: Run) -> None:
    run(kept.stores.runs.add(a_run()))
    made = [a_stored_decision(one) for one in ("a", "b", "c")]
    made[2] = replace(made[2], decision=replace(made[2].decision, reason=ReasonCode.NO_COMPETITION))
    changes = [a_change(change_id=f"chg-{one}", product_id=one, decision_id=f"dec-{one}") for one in ("a", "b")]
    theirs = a_stored_decision("a", decision_id="theirs", run_id="theirs", organisation_id="rival")

    for step, proposed in ((made[:1], changes[:1]), (made[:2], changes), (made[:2], changes), (made[2:], [])):
        run(kept.stores.runs.decided(step, proposed, LATER))
    run(kept.stores.runs.decided([theirs], [], LATER))
    done = run(kept.stores.runs.finish(a_run(), LATER))

    assert (done.decisions, done.proposed) == (3, 2)
    assert done.reasons == {"MATCH_LOWEST": 2, "NO_COMPETITION": 1}


def test_a_run_because_of_new_prices_withdraws_what_waits_for_its_own_products(kept: Kept, run: Run) -> None:
    new = a_run(trigger="new_prices", requested_at=LATER)
    run(kept.stores.runs.add(new))
    older = {"run_id": "older"}
    propose(
        kept, run, a_change(change_id="its own", **older), a_change(change_id="another", product_id="other", **older)
    )
    run(kept.stores.runs.decided([a_stored_decision(run_id="run", decided_at=LATER)], [], LATER))

    run(kept.stores.runs.finish(run(kept.stores.runs.begin(new, PARTS, LATER)), LATER))

    found = run(kept.stores.changes.some("org", ["its own", "another"]))
    assert {one.change_id: one.state for one in found} == {"its own": State.DENIED, "another": State.PROPOSED}


def test_an_approval_stays_with_its_version(kept: Kept, run: Run) -> None:
    for version in (1, 2):
        run(kept.stores.policies.add(a_policy(version=version)))

    approved = [run(kept.stores.policies.approve("org", "match", 2, who, LATER)) for who in ("bob", "eve")]

    assert [(one.approved_by, one.approved_at) for one in approved] == [("bob", LATER)] * 2
    assert run(kept.stores.policies.latest("org", "match")) == approved[0]
    assert run(kept.stores.policies.version("org", "match", 1)).approved_by is None
    with pytest.raises(PolicyNotFound):
        run(kept.stores.policies.approve("rival", "match", 2, "bob", LATER))


def test_a_cancelled_run_withdraws_its_own_proposals_that_nobody_approved(kept: Kept, run: Run) -> None:
    run(kept.stores.runs.add(a_run()))
    free = {"state": State.APPROVED, "decided_by": "policy"}
    propose(
        kept,
        run,
        a_change(change_id="open"),
        a_change(change_id="auto", **free),
        a_change(change_id="auto bound", batch_id="bat", **free),
        a_change(change_id="by hand", state=State.APPROVED, decided_by="ann"),
        a_change(change_id="another run", run_id="run-2"),
    )

    done = run(kept.stores.runs.cancel(a_run(), LATER))
    again = run(kept.stores.runs.finish(a_run(), LATER + timedelta(hours=1)))

    every = ["open", "auto", "auto bound", "by hand", "another run"]
    after = {one.change_id: one.state.value for one in run(kept.stores.changes.some("org", every))}
    assert (done.state, done.finished_at, again) == ("CANCELLED", LATER, done)
    assert after == {
        "open": "DENIED",
        "auto": "DENIED",
        "auto bound": "APPROVED",
        "by hand": "APPROVED",
        "another run": "PROPOSED",
    }


def test_a_closed_run_keeps_nothing_more_and_cancelled_again_withdraws_what_was_left(kept: Kept, run: Run) -> None:
    runs = kept.stores.runs
    run(runs.add(a_run()))
    run(runs.cancel(a_run(), LATER))

    run(runs.decided([a_stored_decision()], [a_change(decision_id="dec-prd")], LATER))
    late = run(kept.stores.changes.some("org", ["chg"]))
    propose(kept, run, a_change(change_id="left"))
    run(runs.cancel(a_run(), LATER))

    assert (late, run(runs.decisions("org", "run", Window())).items) == ([], ())
    assert [one.state for one in run(kept.stores.changes.some("org", ["left"]))] == [State.DENIED]


def test_a_run_that_has_finished_is_not_cancelled(kept: Kept, run: Run) -> None:
    run(kept.stores.runs.add(a_run()))
    propose(kept, run, a_change())
    done = run(kept.stores.runs.finish(a_run(), LATER))

    assert run(kept.stores.runs.cancel(a_run(), LATER)) == done
    assert [one.state for one in run(kept.stores.changes.some("org", ["chg"]))] == [State.PROPOSED]


@pytest.mark.parametrize("kept", ["mongodb"], indirect=True)
def test_proposals_that_were_being_kept_while_the_run_was_cancelled_are_withdrawn(
    kept: Kept, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = kept.stores.runs
    run(runs.add(a_run()))
    keep = MongoDecisions.keep

    async def overtaken(self: MongoDecisions, *given: Any) -> Any:
        kept_now = await keep(self, *given)
        await runs.cancel(a_run(), LATER)
        return kept_now

    monkeypatch.setattr(MongoDecisions, "keep", overtaken)

    run(runs.decided([a_stored_decision()], [a_change(decision_id="dec-prd")], LATER))

    (change,) = run(kept.stores.changes.some("org", ["chg"]))
    assert (change.state, change.deny_reason) == (State.DENIED, "run was cancelled")


def test_what_waits_for_a_product_is_withdrawn_by_its_organisation_only(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    propose(
        kept,
        run,
        a_change(change_id="open"),
        *approved("approved"),
        *approved("bound", batch_id="bat"),
        a_change(change_id="sent", state=State.SENT),
        a_change(change_id="other", product_id="other"),
    )

    run(changes.withdraw("rival", "prd", "held", LATER))
    untouched = run(changes.waiting("org", "demo-eu", None))
    run(changes.withdraw("org", "prd", "held", LATER))

    every = ["open", "approved", "bound", "sent", "other"]
    after = {one.change_id: one for one in run(changes.some("org", every))}
    assert untouched == 1
    assert {name: one.state.value for name, one in after.items()} == {
        "open": "DENIED",
        "approved": "DENIED",
        "bound": "APPROVED",
        "sent": "SENT",
        "other": "PROPOSED",
    }
    assert (after["open"].deny_reason, after["open"].decided_at) == ("held", LATER)


def test_runs_are_read_newest_first(kept: Kept, run: Run) -> None:
    for name in ("run_1", "run_3", "run_2"):
        run(kept.stores.runs.add(a_run(run_id=name)))

    first = run(kept.stores.runs.page("org", Window(limit=2)))
    second = run(kept.stores.runs.page("org", Window(limit=2, after=first.next_after)))

    assert [one.run_id for one in (*first.items, *second.items)] == ["run_3", "run_2", "run_1"]


def test_what_was_decided_first_stays(kept: Kept, run: Run) -> None:
    runs = kept.stores.runs
    run(runs.decided([a_stored_decision(price="95.99")], [a_change()], MONDAY))
    run(kept.stores.changes.move(State.PROPOSED, [a_change(state=State.DENIED)]))

    run(runs.decided([a_stored_decision(price="1.00")], [a_change()], MONDAY))

    assert run(runs.decision("org", "dec-prd")) == a_stored_decision(price="95.99")
    assert [one.state for one in run(kept.stores.changes.some("org", ["chg"]))] == [State.DENIED]


def test_decisions_are_read_by_product_and_the_newest_by_time(kept: Kept, run: Run) -> None:
    runs = kept.stores.runs
    run(runs.decided([a_stored_decision(one) for one in ("p3", "p1", "p2")], [], MONDAY))
    run(runs.decided([a_stored_decision("p1", "90", decision_id="new", run_id="run-2", decided_at=LATER)], [], MONDAY))

    first = run(runs.decisions("org", "run", Window(limit=2)))
    second = run(runs.decisions("org", "run", Window(limit=2, after=first.next_after)))
    newest = run(runs.newest_decisions("org", ["p1", "p2", "nothing"]))

    assert [one.decision.product_id for one in (*first.items, *second.items)] == ["p1", "p2", "p3"]
    by_reason = {reason: run(runs.decisions("org", "run", Window(), reason)).items for reason in ReasonCode}
    assert {reason: len(items) for reason, items in by_reason.items() if items} == {first.items[0].decision.reason: 3}
    assert {product: one.decision_id for product, one in newest.items()} == {"p1": "new", "p2": "dec-p2"}


def test_a_finished_run_counts_its_reasons_and_withdraws_older_proposals_of_its_shop_only(kept: Kept, run: Run) -> None:
    new = a_run(run_id="new", requested_at=LATER)
    run(kept.stores.runs.add(new))
    others = [
        a_change(change_id="old", product_id="a"),
        a_change(change_id="auto", product_id="b", **BY_POLICY),
        a_change(change_id="of a lower id", product_id="a", run_id="a run"),
        a_change(change_id="auto of a lower id", product_id="b", run_id="a run", **BY_POLICY),
        a_change(change_id="bound", product_id="b", state=State.APPROVED, decided_by="policy", batch_id="bat"),
        a_change(change_id="approved", product_id="a", state=State.APPROVED, decided_by="ann"),
        a_change(change_id="named by a lock", product_id="a", run_id="hld_1"),
        a_change(change_id="no rule took it", product_id="c"),
        a_change(change_id="not decided", product_id="d"),
        a_change(change_id="as new", product_id="b", run_id="another", proposed_at=LATER),
        a_change(change_id="other shop", product_id="a", shop_id="other"),
        a_change(change_id="rival", product_id="a", organisation_id="rival"),
    ]
    own = a_change(change_id="own", product_id="a", run_id="new", decision_id="d-a", proposed_at=MONDAY)
    propose(kept, run, *others)
    made = [a_stored_decision(one, decision_id=f"d-{one}", run_id="new", decided_at=LATER) for one in "abc"]
    made[2] = replace(made[2], decision=replace(made[2].decision, rule=None))
    run(kept.stores.runs.decided(made, [own], MONDAY))

    done = run(kept.stores.runs.finish(new, LATER))

    after = {
        one.change_id: one for one in run(kept.stores.changes.some("org", [one.change_id for one in [*others, own]]))
    }
    assert run(kept.stores.runs.get("org", "new")) == done
    assert (done.state, done.decisions, done.proposed, done.reasons) == ("FINISHED", 3, 1, {"MATCH_LOWEST": 3})
    assert {name: one.state for name, one in after.items()} == {
        "old": State.DENIED,
        "auto": State.DENIED,
        "of a lower id": State.DENIED,
        "auto of a lower id": State.DENIED,
        "bound": State.APPROVED,
        "approved": State.APPROVED,
        "named by a lock": State.PROPOSED,
        "no rule took it": State.PROPOSED,
        "not decided": State.PROPOSED,
        "as new": State.PROPOSED,
        "other shop": State.PROPOSED,
        "own": State.PROPOSED,
    }
    assert after["old"].deny_reason == "superseded by new"
    assert run(kept.stores.changes.some("rival", ["rival"]))[0].state is State.PROPOSED


def test_what_others_left_open_is_found_by_an_index_around_the_run(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    others = [a_change(change_id=f"c{number}", run_id=f"run-{number}") for number in range(5)]
    run(mongo.collection("price_changes").insert_many([change_document(one) for one in others]))

    for query in queries_of_others(a_run(run_id="run-2")):
        plan = run(explained(mongo, "price_changes", query))
        assert "'of_shop'" in str(plan), plan
        assert {"IXSCAN"} <= set(stages(plan)) <= {"IXSCAN", "FETCH"}, plan
    found = [one["_id"] for query in queries_of_others(a_run(run_id="run-2")) for one in run(read(mongo, query))]
    assert sorted(found) == ["c0", "c1", "c3", "c4"]


async def read(mongo: Mongo, query: Document) -> list[Document]:
    return [one async for one in mongo.collection("price_changes").find(query)]


def test_a_change_moves_only_while_it_is_in_the_expected_state(kept: Kept, run: Run) -> None:
    propose(kept, run, a_change(change_id="a"), a_change(change_id="b", state=State.DENIED))

    moved = run(kept.stores.changes.move(State.PROPOSED, approved("a", "b", "nothing")))

    assert moved == ["a"]
    assert run(kept.stores.changes.move(State.PROPOSED, approved("a"))) == []
    assert run(kept.stores.changes.move(State.PROPOSED, [])) == []
    after = {one.change_id: one.state for one in run(kept.stores.changes.some("org", ["a", "b"]))}
    assert after == {"a": State.APPROVED, "b": State.DENIED}


def test_of_two_who_move_at_once_one_does(kept: Kept, run: Run) -> None:
    propose(kept, run, *(a_change(change_id=str(place)) for place in range(10)))
    every = [str(place) for place in range(10)]

    async def both() -> tuple[Sequence[str], Sequence[str]]:
        ann = kept.stores.changes.move(State.PROPOSED, approved(*every, decided_by="ann"))
        bob = kept.stores.changes.move(State.PROPOSED, approved(*every, decided_by="bob"))
        return await asyncio.gather(ann, bob)

    ann, bob = run(both())

    kept_by = {one.change_id: one.decided_by for one in run(kept.stores.changes.some("org", every))}
    assert sorted([*ann, *bob]) == every
    assert kept_by == dict.fromkeys(ann, "ann") | dict.fromkeys(bob, "bob")


def test_no_organisation_reads_moves_or_gathers_the_changes_of_another(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    propose(kept, run, a_change(), *approved("app"))

    moved = run(changes.move(State.PROPOSED, [a_change(organisation_id="rival", state=State.APPROVED)]))
    run(kept.stores.batches.add(a_batch(organisation_id="rival")))
    gathered = run(kept.stores.batches.begin(a_batch(organisation_id="rival"), 0, LATER)).total

    assert (moved, gathered) == ([], 0)
    assert run(changes.some("rival", ["chg", "app"])) == []
    assert run(changes.page("rival", Window(), ChangesWanted())).items == ()
    assert run(changes.some("org", ["chg"])) == [a_change()]


def test_changes_are_read_newest_first_by_state_and_by_run(kept: Kept, run: Run) -> None:
    propose(
        kept,
        run,
        a_change(change_id="a"),
        a_change(change_id="b", proposed_at=LATER),
        a_change(change_id="c", run_id="run-2", state=State.DENIED),
    )
    page = kept.stores.changes.page

    assert ids(run(page("org", Window(), ChangesWanted())).items) == ["b", "c", "a"]
    assert ids(run(page("org", Window(), ChangesWanted(state=State.PROPOSED))).items) == ["b", "a"]
    assert ids(run(page("org", Window(), ChangesWanted(run_id="run-2"))).items) == ["c"]
    both = ChangesWanted(state=State.PROPOSED, run_id="run")
    first = run(page("org", Window(limit=1), both))
    assert ids(
        run(
            page("org", Window(limit=1, after=first.next_after), ChangesWanted(state=State.PROPOSED, run_id="run"))
        ).items
    ) == ["a"]


def begun(kept: Kept, run: Run, batch_id: str, run_id: str | None = None) -> int:
    """How many prices a new batch takes."""
    batch = a_batch(batch_id=batch_id, run_id=run_id)
    run(kept.stores.batches.add(batch))
    taken: int = run(kept.stores.batches.begin(batch, 0, LATER)).total
    return taken


def test_an_approved_price_is_in_one_batch_only(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    propose(kept, run, *approved("a", "b"), *approved("c", run_id="run-2"), a_change(change_id="p"))

    counts = [begun(kept, run, "b1", "run-2"), begun(kept, run, "b2")]

    assert (counts, begun(kept, run, "b3")) == ([1, 2], 0)
    assert sorted(ids(run(changes.unpublished("org", "b2", 10)))) == ["a", "b"]
    assert len(run(changes.unpublished("org", "b2", 1))) == 1
    assert run(changes.unpublished("rival", "b2", 10)) == []


def test_of_two_batches_that_begin_at_once_each_price_goes_to_one(kept: Kept, run: Run) -> None:
    propose(kept, run, *approved(*map(str, range(10))))
    both = [a_batch(batch_id="b1"), a_batch(batch_id="b2")]
    for batch in both:
        run(kept.stores.batches.add(batch))

    async def at_once() -> list[Batch]:
        return await asyncio.gather(*(kept.stores.batches.begin(batch, 0, LATER) for batch in both))

    taken = run(at_once())

    kept_by = {one.batch_id for one in run(kept.stores.changes.some("org", [str(place) for place in range(10)]))}
    assert sum(batch.total for batch in taken) == 10
    assert kept_by <= {"b1", "b2"}


def test_a_batch_that_was_taken_up_takes_nothing_more(kept: Kept, run: Run) -> None:
    propose(kept, run, *approved("a"))
    first = begun(kept, run, "b1")
    propose(kept, run, *approved("b"))

    again = run(kept.stores.batches.begin(a_batch(batch_id="b1"), 0, LATER + timedelta(hours=1)))

    assert (first, again.total, again.started_at) == (1, 1, LATER)


def test_a_change_ends_once_and_only_in_its_batch(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    sent = {"state": State.SENT, "batch_id": "bat"}
    propose(kept, run, a_change(change_id="a", **sent), a_change(change_id="b", state=State.SENT, batch_id="other"))
    applied = [a_change(change_id=one, state=State.APPLIED, batch_id="bat") for one in ("a", "b")]

    run(changes.settle("org", "bat", applied, LATER))
    run(changes.settle("org", "bat", [replace(applied[0], state=State.FAILED)], LATER))

    after = {one.change_id: one.state for one in run(changes.some("org", ["a", "b"]))}
    assert after == {"a": State.APPLIED, "b": State.SENT}


def test_what_was_not_sent_is_released_and_waits_again(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    bound = {"batch_id": "bat"}
    propose(kept, run, *approved("a", **bound), a_change(change_id="s", state=State.SENT, **bound))

    run(changes.release("rival", "bat"))
    before = run(changes.waiting("org", "demo-eu", None))
    run(changes.release("org", "bat"))

    assert (before, run(changes.waiting("org", "demo-eu", None))) == (0, 1)
    assert ids(run(changes.unpublished("org", "bat", 10))) == ["s"]


def test_what_waits_is_counted_for_its_organisation_and_run(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    propose(kept, run, *approved("a", "b"), *approved("c", run_id="run-2"), a_change(change_id="p"))
    begun(kept, run, "b1", "run-2")

    counts = [
        run(changes.waiting(*asked))
        for asked in (("org", "demo-eu", None), ("org", "demo-eu", "run-2"), ("rival", "demo-eu", None))
    ]

    assert counts == [2, 0, 0]


def test_a_batch_is_kept_and_ended_once_by_its_organisation_only(kept: Kept, run: Run) -> None:
    batches = kept.stores.batches
    run(batches.add(a_batch()))
    propose(kept, run, a_change(state=State.APPLIED, batch_id="bat"))

    for work in (batches.get("rival", "bat"), batches.end(a_batch(organisation_id="rival"), "FINISHED", LATER)):
        with pytest.raises(BatchNotFound):
            run(work)
    untouched = run(batches.get("org", "bat"))
    done = run(batches.end(a_batch(), "FINISHED", LATER))
    again = run(batches.end(a_batch(), "CANCELLED", LATER + timedelta(hours=1)))

    assert untouched == a_batch()
    assert (done.state, done.states, done.total, done.finished_at) == ("FINISHED", {"APPLIED": 1}, 1, LATER)
    assert again == done == run(batches.get("org", "bat"))
