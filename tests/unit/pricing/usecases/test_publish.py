"""Approving, denying and publishing prices."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.errors import NothingToPublish
from pricing.domain.hold import Hold
from pricing.domain.price_change import LONGEST_REASON, PriceChange, State
from pricing.usecases.publish import CHANGES_IN_A_CALL
from shared.kernel.errors import Invalid, Unavailable
from tests.builders.pricing import MONDAY, a_change
from tests.fakes.pricing import FakeStops
from tests.fakes.publication import FakeChanges
from tests.unit.pricing.usecases.publication_world import APPROVED, COLLEAGUE, World


@pytest.fixture
def world() -> World:
    return World()


def test_a_colleague_approves_and_the_author_may_not(world: World) -> None:
    world.propose(a_change())
    author = replace(COLLEAGUE, user_id="author", manages=True)

    (refused,) = world.approve("chg", approver=author)
    (done,) = world.approve("chg")

    assert refused.state is None
    assert "colleague" in refused.detail
    assert (done.state, world.state(), world.changes.kept["chg"].decided_by) == (
        "APPROVED",
        State.APPROVED,
        "colleague",
    )


def test_each_proposal_stands_alone(world: World) -> None:
    world.propose(
        a_change(change_id="good"),
        a_change(change_id="denied", state=State.DENIED),
        a_change(change_id="moved", before=Decimal(98)),
        a_change(change_id="large", route="manager"),
        a_change(change_id="stranger", product_id="nothing"),
    )

    rulings = world.approve("good", "denied", "moved", "large", "stranger", "nothing")

    assert [ruling.state for ruling in rulings] == ["APPROVED", None, None, None, None, None]
    assert all(ruling.detail for ruling in rulings[1:])


def test_a_large_move_needs_a_manager_who_says_why(world: World) -> None:
    world.propose(a_change(route="manager"))
    manager = replace(COLLEAGUE, manages=True, justification="x" * 49)

    silent = world.approve("chg", approver=manager)
    telling = world.approve("chg", approver=replace(manager, justification="x" * 50))

    assert (silent[0].state, telling[0].state) == (None, "APPROVED")


def test_of_two_approvers_at_once_one_is_told_that_the_other_was_faster(world: World) -> None:
    world.propose(a_change())
    before = dict(world.changes.kept)

    class Overtaken(FakeChanges):
        """Both read the proposal before either moved it."""

        async def some(self, organisation_id: str, change_ids: object) -> list[PriceChange]:
            assert change_ids
            return [one for one in before.values() if one.organisation_id == organisation_id]

    world.changes = Overtaken(world.changes.kept)
    first = world.approve("chg")
    second = world.approve("chg", approver=replace(COLLEAGUE, user_id="another"))

    assert (first[0].state, second[0].state) == ("APPROVED", None)
    assert "faster" in second[0].detail
    assert world.changes.kept["chg"].decided_by == "colleague"


def test_no_organisation_approves_or_denies_for_another(world: World) -> None:
    world.propose(a_change())

    rulings = [*world.approve("chg", organisation_id="rival"), *world.deny("chg", organisation_id="rival")]

    assert [ruling.state for ruling in rulings] == [None, None]
    assert world.state() is State.PROPOSED


def test_a_denial_has_a_reason_and_ends_the_proposal(world: World) -> None:
    world.propose(a_change(), a_change(change_id="approved", state=State.APPROVED))

    rulings = world.deny("chg", "approved")

    assert [ruling.state for ruling in rulings] == ["DENIED", None]
    assert (world.state(), world.changes.kept["chg"].deny_reason) == (State.DENIED, "too early")


@pytest.mark.parametrize("reason", ["", "  ", "x" * (LONGEST_REASON + 1)])
def test_a_denial_without_a_reason_is_refused(reason: str, world: World) -> None:
    world.propose(a_change())

    with pytest.raises(Invalid):
        world.deny("chg", reason=reason)


def test_a_price_is_written_once_however_often_the_batch_is_published(world: World) -> None:
    world.propose(APPROVED)
    batch = world.start()

    done = [world.publish(batch) for _ in range(2)]

    assert (world.state(), world.shop.written) == (State.APPLIED, [("prd", Decimal("95.99"))])
    assert done[0] == done[1]
    assert (done[0].state, done[0].states, done[0].total) == ("FINISHED", {"APPLIED": 1}, 1)


def test_a_price_that_changed_meanwhile_fails_with_the_reason(world: World) -> None:
    world.propose(APPROVED)
    world.shop.prices["prd"] = Decimal("97.00")

    done = world.publish(world.start())

    assert (done.states, world.shop.written) == ({"FAILED": 1}, [])
    assert "97.00" in world.changes.kept["chg"].detail


def test_a_price_that_the_shop_does_not_show_is_unknown(world: World) -> None:
    world.propose(APPROVED)
    world.shop.shows_instead["prd"] = Decimal("99.99")

    done = world.publish(world.start())

    assert done.states == {"UNKNOWN": 1}
    assert "99.99" in world.changes.kept["chg"].detail


def test_a_shop_that_says_yes_and_forgets_is_found_out(world: World) -> None:
    world.propose(APPROVED)
    world.shop.forgets = True

    done = world.publish(world.start())

    assert done.states == {"UNKNOWN": 1}
    assert "the shop shows 99.99" in world.changes.kept["chg"].detail


def test_a_shop_that_writes_and_does_not_answer_in_time_is_asked_again_and_writes_once(world: World) -> None:
    world.propose(APPROVED)
    world.shop.hangs = 1
    batch = world.start()
    with pytest.raises(Unavailable):
        world.publish(batch)

    done = world.publish(batch)

    assert (done.states, world.shop.written) == ({"APPLIED": 1}, [("prd", Decimal("95.99"))])


@pytest.mark.parametrize("killed_before", [State.APPROVED, State.SENT])
def test_a_worker_that_dies_on_the_way_is_followed_by_one_that_ends_the_same(
    killed_before: State, world: World
) -> None:
    world.propose(APPROVED)
    batch = world.start()
    world.changes.killed_before = killed_before
    with pytest.raises(Unavailable):
        world.publish(batch)
    world.changes.killed_before = None

    done = world.publish(batch)

    assert (done.states, world.shop.written) == ({"APPLIED": 1}, [("prd", Decimal("95.99"))])


def a_lock(hold_id: str = "hld_1", **changes: Any) -> Hold:
    """A lock of the product, in force."""
    fields: dict[str, Any] = {
        "hold_id": hold_id,
        "organisation_id": "org",
        "shop_id": "demo-eu",
        "product_id": "prd",
        "sku": "HP-100",
        "kind": "lock",
        "reason": "agreed with the maker",
        "starts_at": MONDAY,
        "ends_at": None,
        "set_by": "usr",
        "set_at": MONDAY,
    }
    return Hold(**(fields | changes))


def test_the_price_of_a_held_product_is_not_approved_unless_the_hold_names_it(world: World) -> None:
    world.holds.kept["hld_1"] = a_lock()
    world.propose(a_change(change_id="decided"), a_change(change_id="named", run_id="hld_1"))

    decided, named = world.approve("decided", "named")

    assert (decided.state, world.state("decided"), named.state) == (None, State.PROPOSED, "APPROVED")
    assert "hld_1" in decided.detail


@pytest.mark.parametrize("lock", [a_lock(organisation_id="rival"), a_lock(ends_at=MONDAY), a_lock(product_id="other")])
def test_a_hold_of_others_or_that_has_ended_keeps_no_price_back(world: World, lock: Hold) -> None:
    world.holds.kept["hld_1"] = lock
    world.propose(a_change())

    world.approve("chg")
    world.publish(world.start())

    assert world.state() is State.APPLIED


def test_the_price_of_a_product_that_was_held_since_is_not_written_and_fails_by_the_name_of_the_hold(
    world: World,
) -> None:
    world.propose(APPROVED, replace(APPROVED, change_id="other", product_id="other"))
    world.shop.prices["other"] = Decimal("99.99")
    world.holds.kept["hld_1"] = a_lock()

    done = world.publish(world.start())

    assert (done.state, done.states) == ("FINISHED", {"FAILED": 1, "APPLIED": 1})
    assert "hld_1" in world.changes.kept["chg"].detail
    assert world.shop.written == [("other", Decimal("95.99"))]


def test_the_price_that_a_hold_names_is_published_whatever_was_decided_after_it(world: World) -> None:
    world.holds.kept["hld_1"] = a_lock()
    decided = replace(APPROVED, change_id="decided", after=Decimal("94.00"), proposed_at=MONDAY + timedelta(hours=1))
    world.propose(replace(APPROVED, run_id="hld_1"), decided)

    world.publish(world.start())

    assert (world.state("chg"), world.state("decided")) == (State.APPLIED, State.FAILED)
    assert world.shop.prices == {"prd": Decimal("95.99")}


def test_a_price_that_was_written_before_its_product_was_held_is_applied(world: World) -> None:
    world.propose(APPROVED)
    batch = world.start()
    world.changes.killed_before = State.SENT
    with pytest.raises(Unavailable):
        world.publish(batch)
    world.changes.killed_before = None
    world.holds.kept["hld_1"] = a_lock()

    world.publish(batch)

    assert world.state() is State.APPLIED


def test_a_batch_larger_than_a_call_is_published_as_a_whole(world: World) -> None:
    many = CHANGES_IN_A_CALL + 1
    world.approve_many(many)

    assert world.publish(world.start()).states == {"APPLIED": many}


def test_nothing_approved_is_nothing_to_publish(world: World) -> None:
    world.propose(a_change(), replace(APPROVED, change_id="rival", organisation_id="rival"))

    with pytest.raises(NothingToPublish):
        world.start()

    assert world.batches.kept == {}


def test_a_batch_takes_the_prices_of_its_run_only(world: World) -> None:
    world.propose(APPROVED, replace(APPROVED, change_id="other", run_id="run-2"))

    batch = world.start("run-2")

    assert batch.total == 1
    assert world.changes.kept["chg"].batch_id is None


def test_a_batch_that_nobody_took_up_leaves_its_prices_to_the_next(world: World) -> None:
    world.propose(APPROVED)
    world.start()

    assert world.publish(world.start()).states == {"APPLIED": 1}


def test_a_batch_that_is_to_stop_frees_what_was_not_sent_and_keeps_what_was_published(world: World) -> None:
    many = CHANGES_IN_A_CALL + 1
    world.approve_many(many)
    batch = world.start()
    world.stops = FakeStops({("org", batch.batch_id)}, after=1)

    done = world.publish(batch)

    free = [one for one in world.changes.kept.values() if one.state is State.APPROVED]
    assert (done.state, done.states, world.publish(batch)) == ("CANCELLED", {"APPLIED": CHANGES_IN_A_CALL}, done)
    assert [one.batch_id for one in free] == [None]
    assert world.start().total == 1


@pytest.mark.parametrize(("shown", "state"), [("95.99", State.APPLIED), ("99.99", State.APPROVED)])
def test_of_prices_that_were_sent_before_a_crash_a_stopped_batch_counts_those_that_the_shop_shows(
    shown: str, state: State, world: World
) -> None:
    world.propose(APPROVED)
    batch = world.start()
    world.changes.killed_before = State.SENT
    with pytest.raises(Unavailable):
        world.publish(batch)
    world.changes.killed_before = None
    world.shop.prices["prd"] = Decimal(shown)
    world.stops = FakeStops({("org", batch.batch_id)})

    done = world.publish(batch)

    assert (done.state, world.state()) == ("CANCELLED", state)
    assert (world.changes.kept["chg"].batch_id is None) == (state is State.APPROVED)
