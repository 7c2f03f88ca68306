"""Canaries, publications that stop by themselves, emergency stops, undo, and what is due by the clock."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from pricing.domain.errors import (
    BatchNotFound,
    BatchUnderWay,
    EmergencyStopNotFound,
    InvalidEmergencyStop,
    InvalidPublicationSettings,
    NoCanaryOut,
    NothingToPublish,
    NothingToUndo,
    ShopInTestMode,
    ShopUnknown,
    WritesStopped,
)
from pricing.domain.price_change import SHARES, State
from pricing.domain.publication import Kpi, PublicationSettings
from pricing.usecases.emergency_stops import LiftStop
from pricing.usecases.publication_settings import SetPublication
from pricing.usecases.publish import CHANGES_IN_A_CALL
from tests.builders.pricing import MONDAY, a_change, some_facts
from tests.fakes.pricing import FakeStops
from tests.fakes.publication import FakeEmergencyStops, FakePublicationSettings, an_open_gate
from tests.fakes.sealer import FakeSealer
from tests.unit.pricing.usecases.publication_world import APPROVED, World


@pytest.fixture
def world() -> World:
    return World()


def test_the_canary_goes_out_first_and_the_rest_after_its_time(world: World) -> None:
    world.approve_many(200)
    world.set_publication(canary_percent=10, canary_minutes=30)
    batch = world.start()

    waiting = world.publish(batch)
    out = world.count(State.APPLIED)
    early = world.keep_time(), world.publish(batch).state
    world.now += timedelta(minutes=30)
    due = world.keep_time()
    done = world.publish(batch)

    canary = [one for one in world.changes.kept.values() if one.share < SHARES // 10]
    assert (waiting.state, waiting.resume_at, out) == ("CANARY", MONDAY + timedelta(minutes=30), len(canary))
    assert 0 < out < 100
    assert (early, due, world.batches.asked) == ((0, "CANARY"), 1, [batch.batch_id])
    assert (done.state, done.states, len(world.shop.written)) == ("FINISHED", {"APPLIED": 200}, 200)


def test_a_canary_has_at_least_one_price(world: World) -> None:
    world.approve_many(3)
    world.set_publication(canary_percent=1, canary_minutes=30)

    assert (world.publish(world.start()).state, world.count(State.APPLIED)) == ("CANARY", 1)


def test_a_canary_that_fails_stops_the_publication_and_frees_the_rest(world: World) -> None:
    world.approve_many(200)
    world.set_publication(canary_percent=10, max_failed_percent=5)
    world.shop.shows_instead = dict.fromkeys(world.shop.prices, Decimal("1.00"))

    done = world.publish(world.start())

    unknown, free = world.count(State.UNKNOWN), world.count(State.APPROVED)
    assert (done.state, unknown + free) == ("STOPPED", 200)
    assert 0 < unknown < 100
    assert f"{unknown} of {unknown} prices failed, more than 5 %" in done.detail


def test_prices_changed_by_hand_and_held_products_stop_nobody_else(world: World) -> None:
    world.approve_many(20)
    world.set_publication(max_failed_percent=0)
    world.shop.prices |= dict.fromkeys(("p1", "p2", "p3"), Decimal("97.00"))

    done = world.publish(world.start())

    assert (done.state, done.states) == ("FINISHED", {"APPLIED": 17, "FAILED": 3})
    assert {one.failure for one in world.changes.kept.values()} == {None, "conflict"}


def test_failures_are_counted_over_the_deaths_of_workers(world: World) -> None:
    world.approve_many(3 * CHANGES_IN_A_CALL)
    world.set_publication(max_failed_percent=40)
    batch = world.start()
    world.shop.shows_instead = {f"p{place}": Decimal("1.00") for place in range(200)}
    world.gate = replace(world.gate, emergency_stops=FakeEmergencyStops())

    done = world.publish(batch)
    again = world.publish(batch)

    assert (done, done.state) == (again, "STOPPED")


def test_in_test_mode_nothing_is_written(world: World) -> None:
    world.gate = an_open_gate(mode="test")
    world.propose(APPROVED)

    with pytest.raises(ShopInTestMode, match="live"):
        world.start()

    assert world.batches.kept == {}


def test_a_shop_that_is_put_into_test_mode_writes_nothing_more(world: World) -> None:
    world.propose(APPROVED)
    batch = world.start()
    world.set_publication(mode="test")

    done = world.publish(batch)

    assert (done.state, done.detail) == ("STOPPED", "the shop was put into test mode")
    assert (world.shop.written, world.changes.kept["chg"].batch_id) == ([], None)


@pytest.mark.parametrize("shop_id", [None, "demo-eu"])
def test_an_emergency_stop_refuses_new_publications(shop_id: str | None, world: World) -> None:
    world.propose(APPROVED)
    stop = world.stop(shop_id)

    with pytest.raises(WritesStopped, match=stop.stop_id):
        world.start()


def test_a_stop_of_another_shop_or_organisation_holds_nothing_here(world: World) -> None:
    world.propose(APPROVED)
    world.facts.kept["other"] = some_facts(product_id="other", shop_id="elsewhere")
    world.stop("elsewhere")
    world.stop(None, organisation_id="rival")

    assert world.publish(world.start()).state == "FINISHED"


def test_an_emergency_stop_holds_before_the_next_write(world: World) -> None:
    world.approve_many(3 * CHANGES_IN_A_CALL)
    batch = world.start()
    stop = world.stop()
    # The engineer stops while the first hundred are on their way: the gate was looked at once.
    stops = FakeEmergencyStops(comes=(1, stop))
    world.gate = replace(world.gate, emergency_stops=stops)

    done = world.publish(batch)

    assert (done.state, len(world.shop.written)) == ("STOPPED", CHANGES_IN_A_CALL)
    assert stop.stop_id in done.detail
    assert "a wrong cost file" in done.detail


def test_a_stop_is_lifted_with_a_reason_and_once(world: World) -> None:
    world.propose(APPROVED)
    stop = world.stop()
    stops = world.gate.emergency_stops
    lifting = LiftStop(emergency_stops=stops, clock=lambda: MONDAY)

    with pytest.raises(InvalidEmergencyStop):
        world.run(lifting("org", "manager", stop.stop_id, " x "))
    with pytest.raises(EmergencyStopNotFound):
        world.run(lifting("rival", "manager", stop.stop_id, "the file is right"))
    lifted = world.run(lifting("org", "manager", stop.stop_id, "the file is right"))
    again = world.run(lifting("org", "another", stop.stop_id, "once more"))

    assert (lifted.lifted_by, lifted.lift_reason, again) == ("manager", "the file is right", lifted)
    assert world.publish(world.start()).state == "FINISHED"


def test_undo_restores_what_stands_and_lists_what_was_changed_by_hand(world: World) -> None:
    world.approve_many(500)
    batch = world.publish(world.start())
    world.shop.prices |= dict.fromkeys(("p1", "p2", "p3"), Decimal("50.00"))

    done = world.publish(world.undo(batch))

    lines = [one for one in world.changes.kept.values() if one.batch_id == done.batch_id]
    conflicts = {one.product_id: one.detail for one in lines if one.state is State.FAILED}
    assert (done.state, done.states) == ("FINISHED", {"APPLIED": 497, "FAILED": 3})
    assert set(conflicts) == {"p1", "p2", "p3"}
    assert all("50.00" in detail for detail in conflicts.values())
    assert set(world.shop.prices.values()) == {Decimal("99.99"), Decimal("50.00")}
    assert world.count(State.REVERTED) == 497
    assert (done.requested_by, done.reason, done.undoes) == ("manager", "a wrong cost file", batch.batch_id)


def test_an_undo_passes_the_one_stop_that_it_names(world: World) -> None:
    world.propose(APPROVED)
    batch = world.publish(world.start())
    stop = world.stop()

    with pytest.raises(WritesStopped):
        world.undo(batch)
    done = world.publish(world.undo(batch, despite_stop=stop.stop_id))
    world.gate = an_open_gate()

    assert (done.states, world.shop.prices["prd"]) == ({"APPLIED": 1}, Decimal("99.99"))
    with pytest.raises(NothingToUndo):
        world.undo(batch)


def test_an_undo_stops_at_any_other_stop(world: World) -> None:
    world.propose(APPROVED)
    batch = world.publish(world.start())
    undo = world.undo(batch, despite_stop=world.stop().stop_id)
    later = world.stop()

    done = world.publish(undo)

    assert (done.state, world.shop.prices["prd"]) == ("STOPPED", APPROVED.after)
    assert later.stop_id in done.detail


@pytest.mark.parametrize("refused_by", ["a stop", "the shop"])
def test_what_a_stopped_undo_left_never_goes_out_with_another_publication(world: World, refused_by: str) -> None:
    world.propose(APPROVED)
    batch = world.publish(world.start())
    undo = world.undo(batch)
    if refused_by == "a stop":
        world.stop()
    else:
        world.shop.shut = "the key is refused"
    stopped = world.publish(undo)
    world.gate, world.shop.shut = an_open_gate(), ""

    assert (stopped.state, stopped.states) == ("STOPPED", {"DENIED": 1})
    with pytest.raises(NothingToPublish):
        world.start()
    assert world.publish(world.undo(batch)).states == {"APPLIED": 1}


def test_what_is_taken_back_while_its_publication_begins_is_not_written(world: World) -> None:
    world.approve_many(2)

    class TakenBack(FakeStops):
        async def stopped(self, organisation_id: str, job_id: str) -> bool:
            world.propose(replace(world.changes.kept["c0"], state=State.DENIED))
            return await super().stopped(organisation_id, job_id)

    world.stops = TakenBack()
    done = world.publish(world.start())

    assert [product_id for product_id, _ in world.shop.written] == ["p1"]
    assert (world.state("c0"), done.states) == (State.DENIED, {"DENIED": 1, "APPLIED": 1})


def test_two_who_change_the_settings_at_once_both_do(world: World) -> None:
    settings = FakePublicationSettings()
    setting = SetPublication(settings=settings, seals=FakeSealer(), clock=lambda: MONDAY)

    def careful(known: PublicationSettings) -> PublicationSettings:
        if known.changed_by is None:
            settings.kept["org", "eu"] = replace(known, mode="test", changed_by="bob", changed_at=MONDAY)
        return replace(known, canary_percent=20)

    settings.kept["org", "eu"] = PublicationSettings(organisation_id="org", shop_id="eu", mode="live")
    changed = world.run(setting("org", "eu", "ann", careful))

    assert (changed.mode, changed.canary_percent, changed.changed_by) == ("test", 20, "ann")


def test_a_price_that_may_stand_is_taken_back_too(world: World) -> None:
    world.propose(APPROVED)
    world.shop.shows_instead["prd"] = Decimal("99.99")
    batch = world.publish(world.start())
    world.shop.shows_instead = {}

    done = world.publish(world.undo(batch))

    assert (done.states, world.state(), world.shop.prices["prd"]) == (
        {"APPLIED": 1},
        State.REVERTED,
        Decimal("99.99"),
    )


def test_a_publication_under_way_is_stopped_before_it_is_undone(world: World) -> None:
    world.propose(APPROVED)

    with pytest.raises(BatchUnderWay, match="PENDING"):
        world.undo(world.start())


def test_what_never_had_a_price_before_cannot_be_taken_back(world: World) -> None:
    world.propose(replace(APPROVED, before=None))
    world.shop.prices["prd"] = None
    batch = world.publish(world.start())

    with pytest.raises(NothingToUndo):
        world.undo(batch)


def test_an_undo_can_be_undone(world: World) -> None:
    world.propose(APPROVED)
    undone = world.publish(world.undo(world.publish(world.start())))

    world.publish(world.undo(undone))

    assert world.shop.prices["prd"] == APPROVED.after


def test_proposals_expire(world: World) -> None:
    world.propose(
        a_change(change_id="old", expires_at=MONDAY),
        a_change(change_id="new", expires_at=MONDAY + timedelta(hours=1)),
        a_change(change_id="kept"),
        replace(APPROVED, change_id="approved", expires_at=MONDAY),
    )

    assert (world.keep_time(), world.keep_time()) == (1, 0)
    states = [world.state(one) for one in ("old", "new", "kept", "approved")]
    assert states == [State.DENIED, State.PROPOSED, State.PROPOSED, State.APPROVED]


@pytest.mark.parametrize(
    "wrong",
    [{"canary_percent": 51}, {"canary_minutes": -1}, {"max_failed_percent": 101}, {"proposal_hours": 0}],
)
def test_settings_that_cannot_be_carried_out_are_refused_by_name(wrong: dict[str, int], world: World) -> None:
    (name,) = wrong

    with pytest.raises(InvalidPublicationSettings, match=name):
        world.set_publication(**wrong)


def test_a_publication_that_is_cancelled_during_its_wait_ends(world: World) -> None:
    world.approve_many(20)
    world.set_publication(canary_percent=10, canary_minutes=30)
    batch = world.publish(world.start())
    world.stops = FakeStops({("org", batch.batch_id)})
    world.close(batch)

    done = world.publish(batch)

    assert (world.batches.asked, done.state) == ([batch.batch_id], "CANCELLED")
    assert world.count(State.APPROVED) == 20 - world.count(State.APPLIED)


@pytest.mark.parametrize(("value", "ends"), [("2.24", "STOPPED"), ("2.25", "FINISHED"), ("3.00", "FINISHED")])
def test_a_figure_that_fell_too_far_while_the_canary_is_out_stops_the_rest(value: str, ends: str, world: World) -> None:
    world.approve_many(20)
    world.set_publication(canary_percent=10, canary_minutes=30, max_kpi_drop_percent=10)
    batch = world.publish(world.start())
    out = world.count(State.APPLIED)

    world.tell_kpi(batch, value)
    world.now += timedelta(minutes=30)
    world.keep_time()
    done = world.publish(batch)

    assert done.state == ends
    assert world.count(State.APPLIED) == (out if ends == "STOPPED" else 20)
    assert ("conversion rate fell by 10.4 %" in done.detail) == (ends == "STOPPED")
    assert world.batches.asked == [batch.batch_id]


def test_figures_are_heard_while_a_canary_is_out_and_by_their_organisation(world: World) -> None:
    world.propose(APPROVED)
    batch = world.start()

    with pytest.raises(NoCanaryOut, match="PENDING"):
        world.tell_kpi(batch, "1.00")
    with pytest.raises(BatchNotFound):
        world.tell_kpi(batch, "1.00", organisation_id="rival")
    with pytest.raises(InvalidPublicationSettings, match="above zero"):
        Kpi(name="orders", value=Decimal(1), baseline=Decimal(0))


def test_a_stop_of_a_shop_that_nobody_knows_is_refused(world: World) -> None:
    with pytest.raises(ShopUnknown, match="demo-ue"):
        world.stop("demo-ue")


def test_what_a_publication_brought_is_looked_at_after_one_two_and_four_weeks(world: World) -> None:
    world.facts.kept["prd"] = some_facts(sold_28d=40, cost=Decimal("60.00"))
    world.propose(replace(APPROVED, sold_28d=40))
    batch = world.publish(world.start())
    world.facts.kept["prd"] = some_facts("95.99", sold_28d=33, cost=Decimal("60.00"))
    looked = []
    for days in (6, 7, 8, 14, 28, 60):
        world.now = MONDAY + timedelta(days=days)
        if world.keep_time():
            looked.append((days, world.publish(batch).outcome))
        world.publish(batch)

    assert [days for days, _ in looked] == [7, 14, 28]
    first, last = looked[0][1], looked[-1][1]
    assert first is not None
    assert last is not None
    assert (first.days, first.revenue_percent, first.exact) == (7, Decimal("-70.00"), False)
    assert (last.days, last.revenue_percent, last.exact) == (28, Decimal("-17.50"), True)
    assert "revenue is 17.50 % below what was projected" in last.alarms
    assert world.shop.written == [("prd", APPROVED.after)]


def test_a_price_that_was_changed_since_says_nothing_of_the_publication(world: World) -> None:
    world.propose(replace(APPROVED, sold_28d=40))
    batch = world.publish(world.start())
    world.facts.kept["prd"] = some_facts("90.00", sold_28d=400)
    world.now += timedelta(days=28)

    outcome = world.publish(batch).outcome

    assert outcome is not None
    assert (outcome.lines, outcome.actual_revenue) == (0, Decimal("0.00"))
