"""A publication at a shop that lets nobody in, loses its voice, or was written to by a worker that died."""

from dataclasses import replace
from decimal import Decimal

import pytest

from pricing.domain.price_change import State
from shared.kernel.errors import Unavailable
from tests.unit.pricing.usecases.publication_world import APPROVED, World

SHUT = "the shop refuses the key (401)"


def test_a_shop_that_lets_nobody_in_stops_the_publication_and_nothing_is_lost() -> None:
    world = World()
    world.approve_many(3)
    world.shop.shut = SHUT

    batch = world.publish(world.start())

    assert (batch.state, batch.detail, batch.states) == ("STOPPED", SHUT, {})
    assert (world.count(State.APPROVED), world.shop.written, world.shop.noted) == (3, [], [])
    assert {one.batch_id for one in world.changes.kept.values()} == {None}
    world.shop.shut = ""
    assert world.publish(world.start()).states == {"APPLIED": 3}


def test_what_a_worker_that_died_may_have_written_is_unknown_at_a_shop_that_cannot_be_read() -> None:
    world = World()
    world.approve_many(2)
    world.changes.kept["c0"] = replace(world.changes.kept["c0"], state=State.SENT, batch_id="x")
    batch = world.start()
    world.changes.kept["c0"] = replace(world.changes.kept["c0"], batch_id=batch.batch_id)
    world.shop.shut = SHUT

    ended = world.publish(batch)

    assert (ended.state, world.state("c0"), world.state("c1")) == ("STOPPED", State.UNKNOWN, State.APPROVED)
    assert SHUT in world.changes.kept["c0"].detail


def test_what_a_worker_that_died_wrote_is_applied_although_the_shop_takes_no_more() -> None:
    world = World()
    world.propose(APPROVED)
    world.changes.killed_before = State.SENT
    batch = world.start()
    with pytest.raises(Unavailable):
        world.publish(batch)
    world.changes.killed_before = None
    world.stop()

    ended = world.publish(batch)

    assert (ended.state, world.state()) == ("STOPPED", State.APPLIED)
    # Before its death, and after: the catalogue is told at least once, and of nothing else.
    assert set(world.shop.noted) == {("prd", APPROVED.after)}


def test_a_shop_that_cannot_be_read_back_leaves_prices_unknown_and_says_why() -> None:
    world = World()
    world.propose(APPROVED)
    world.shop.mute = "the shop did not answer within 18 seconds"

    batch = world.publish(world.start())

    assert (batch.states, world.shop.noted) == ({"UNKNOWN": 1}, [])
    assert world.changes.kept["chg"].detail.count(world.shop.mute) == 2


def test_the_catalogue_is_told_of_what_the_shop_was_seen_to_show_and_of_nothing_else() -> None:
    world = World()
    world.approve_many(3)
    world.shop.prices["p1"] = Decimal("97.00")
    world.shop.shows_instead = {"p2": Decimal("99.00")}

    world.publish(world.start())

    assert (world.state("c0"), world.state("c1"), world.state("c2")) == (State.APPLIED, State.FAILED, State.UNKNOWN)
    assert world.shop.noted == [("p0", APPROVED.after)]


def test_what_a_slow_shop_leaves_no_time_for_is_asked_for_again() -> None:
    world = World(seconds_left=30)
    world.set_publication(canary_percent=0)
    world.approve_many(250)
    batch = world.start()

    written = []
    for _ in range(3):
        batch = world.publish(batch)
        written.append((len(world.shop.written), batch.state))

    assert written == [(100, "RUNNING"), (200, "RUNNING"), (250, "FINISHED")]
    assert world.batches.asked == [batch.batch_id] * 2


def test_a_canary_that_takes_all_the_time_is_followed_by_the_rest() -> None:
    world = World(seconds_left=30)
    world.set_publication(canary_percent=50)
    world.approve_many(120)
    batch = world.start()

    batch = world.publish(batch)
    ahead = len(world.shop.written)
    batch = world.publish(batch)

    assert (batch.states, len(world.shop.written)) == ({"APPLIED": 120}, 120)
    assert (0 < ahead < 100, world.batches.asked) == (True, [batch.batch_id])
