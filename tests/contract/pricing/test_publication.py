"""What the stores of publication promise, in memory and in MongoDB."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.emergency_stop import EmergencyStop
from pricing.domain.errors import EmergencyStopNotFound
from pricing.domain.outcome import outcome_of
from pricing.domain.price_change import PriceChange, State
from pricing.domain.publication import PublicationSettings
from pricing.domain.shop_connection import ShopConnection
from pricing.usecases.publication_ports import Batch, ChangesWanted, Tally
from shared.kernel.paging import Page, Window
from tests.builders.pricing import MONDAY, a_batch, a_change
from tests.fakes.cloud import FakeCloud
from tests.fakes.pricing import Kept
from tests.fakes.runs import Run

LATER = MONDAY + timedelta(minutes=5)


def approved(*ids: str, **changes: Any) -> list[PriceChange]:
    return [a_change(change_id=one, state=State.APPROVED, **changes) for one in ids]


def ids(changes: Sequence[PriceChange]) -> list[str]:
    return [change.change_id for change in changes]


def begun(kept: Kept, run: Run, canary_share: int = 0, **changes: Any) -> Batch:
    batch = a_batch(**changes)
    run(kept.stores.batches.add(batch))
    taken: Batch = run(kept.stores.batches.begin(batch, canary_share, LATER))
    return taken


def a_stop(stop_id: str = "stp_1", **changes: Any) -> EmergencyStop:
    fields: dict[str, Any] = {
        "stop_id": stop_id,
        "organisation_id": "org",
        "shop_id": None,
        "reason": "a wrong cost file",
        "set_by": "usr",
        "set_at": MONDAY,
    }
    return EmergencyStop(**(fields | changes))


def test_a_shop_without_settings_is_in_test_mode_and_settings_are_its_own(kept: Kept, run: Run) -> None:
    settings = kept.stores.publication
    live = PublicationSettings(organisation_id="org", shop_id="eu", mode="live", changed_by="usr", changed_at=MONDAY)

    run(settings.set(replace(live, canary_percent=3)))
    run(settings.set(live))

    assert run(settings.of("org", "eu")) == live
    for organisation_id, shop_id in (("org", "us"), ("rival", "eu")):
        unset = PublicationSettings(organisation_id=organisation_id, shop_id=shop_id)
        assert (run(settings.of(organisation_id, shop_id)), unset.mode) == (unset, "test")


def test_settings_are_kept_over_those_they_were_made_of_and_no_others(kept: Kept, run: Run) -> None:
    settings = kept.stores.publication
    unset = run(settings.of("org", "eu"))
    live = replace(unset, mode="live", changed_by="ann", changed_at=MONDAY)
    test = replace(live, mode="test", changed_by="bob", changed_at=LATER)

    kept_or_not = [run(settings.set(*some)) for some in ((live, unset), (test, unset), (test, live), (live, live))]

    assert kept_or_not == [True, False, True, False]
    assert run(settings.of("org", "eu")) == test


def test_stops_are_in_force_for_their_shop_until_they_are_lifted_once(kept: Kept, run: Run) -> None:
    stops = kept.stores.emergency_stops
    for stop in (a_stop(), a_stop("stp_2", shop_id="eu"), a_stop("stp_3", organisation_id="rival")):
        run(stops.add(stop))
        run(stops.add(replace(stop, reason="told again")))

    before = {shop: [one.stop_id for one in run(stops.in_force("org", shop))] for shop in ("eu", "us")}
    with pytest.raises(EmergencyStopNotFound):
        run(stops.lift("rival", "stp_1", "usr", "all is well", LATER))
    lifted = run(stops.lift("org", "stp_1", "ann", "all is well", LATER))
    again = run(stops.lift("org", "stp_1", "bob", "once more", LATER + timedelta(hours=1)))

    assert before == {"eu": ["stp_1", "stp_2"], "us": ["stp_1"]}
    assert (lifted.lifted_by, lifted.lifted_at, lifted.lift_reason, lifted.reason) == (
        "ann",
        LATER,
        "all is well",
        "a wrong cost file",
    )
    assert again == lifted
    assert [one.stop_id for one in run(stops.in_force("org", "eu"))] == ["stp_2"]
    page = run(stops.page("org", Window(limit=1)))
    rest = run(stops.page("org", Window(after=page.next_after)))
    assert [one.stop_id for one in (*page.items, *rest.items)] == ["stp_2", "stp_1"]


def test_a_queue_is_read_by_risk_and_money_and_by_what_is_meant(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    some = [
        a_change(change_id="low", route="review", stake=Decimal("9.50"), brand="Acme", size_percent=Decimal(2)),
        a_change(change_id="high", route="review", stake=Decimal("10.00"), shop_id="us", size_percent=Decimal(30)),
        a_change(change_id="large", route="manager", stake=Decimal("0.50"), brand="Acme", product_id="p2"),
        a_change(change_id="rival", organisation_id="rival", route="manager", stake=Decimal(99)),
        a_change(change_id="bound", state=State.SENT, batch_id="bat", reason="HOLD_MAP"),
    ]
    run(changes.propose(some))
    run(changes.propose([replace(some[0], stake=Decimal(1))]))

    def found(**wanted: Any) -> list[str]:
        return ids(run(changes.page("org", Window(), ChangesWanted(**wanted))).items)

    first = run(changes.page("org", Window(limit=2), ChangesWanted(state=State.PROPOSED, order="risk")))
    rest = run(changes.page("org", Window(after=first.next_after), ChangesWanted(state=State.PROPOSED, order="risk")))
    assert (ids(first.items), ids(rest.items)) == (["large", "high"], ["low"])
    assert found(brand="Acme", order="risk") == ["large", "low"]
    assert (found(shop_id="us"), found(batch_id="bat"), found(reason="HOLD_MAP")) == (["high"], ["bound"], ["bound"])
    assert (found(product_id="p2"), found(route="manager")) == (["large"], ["large"])
    assert (found(size_from=Decimal(2), size_to=Decimal(29)), found(size_from=Decimal("2.01"))) == (["low"], ["high"])


def test_changes_of_a_time_are_read_page_by_page(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    days = [a_change(change_id=f"day{day}", proposed_at=MONDAY + timedelta(days=day)) for day in range(5)]
    run(changes.propose([*days, a_change(change_id="rival", organisation_id="rival", proposed_at=MONDAY)]))

    def page(window: Window, **wanted: Any) -> Page[PriceChange]:
        found: Page[PriceChange] = run(changes.page("org", window, ChangesWanted(**wanted)))
        return found

    some = {"since": MONDAY + timedelta(days=1), "until": MONDAY + timedelta(days=4)}
    first = page(Window(limit=2), **some)
    rest = page(Window(limit=2, after=first.next_after), **some)

    assert (ids(first.items), ids(rest.items)) == (["day3", "day2"], ["day1"])
    assert rest.next_after is None
    assert ids(page(Window(), **some, order="risk").items) == ["day3", "day2", "day1"]
    assert ids(page(Window(), until=MONDAY).items) == []


def test_a_canary_is_a_share_of_a_batch_and_never_empty(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    some = approved(*(f"c{place}" for place in range(30)))
    run(changes.propose(some))
    least = min(one.share for one in some)

    batch = begun(kept, run, 1)
    canary = run(changes.unpublished("org", "bat", 100, batch.canary_share))

    assert (batch.total, batch.canary_share) == (30, max(1, least + 1))
    assert {one.change_id for one in canary} == {one.change_id for one in some if one.share <= least}
    assert len(run(changes.unpublished("org", "bat", 100))) == 30


def test_a_batch_takes_the_prices_of_its_shop_only(kept: Kept, run: Run) -> None:
    run(kept.stores.changes.propose([*approved("a"), *approved("b", shop_id="us")]))

    batch = begun(kept, run)

    assert (batch.total, ids(run(kept.stores.changes.unpublished("org", "bat", 10)))) == (1, ["a"])
    assert [run(kept.stores.changes.waiting("org", shop, None)) for shop in ("demo-eu", "us")] == [0, 1]


def test_a_canary_is_passed_once_and_goes_on_when_its_wait_is_over(kept: Kept, run: Run) -> None:
    batches = kept.stores.batches
    run(kept.stores.changes.propose(approved("a")))
    batch = begun(kept, run, 100)

    waiting = run(batches.pass_canary(batch, LATER + timedelta(minutes=30)))
    again = run(batches.pass_canary(batch, LATER + timedelta(minutes=90)))
    resumed = [run(batches.resume(LATER + timedelta(minutes=minutes), 10)) for minutes in (29, 30, 30)]

    assert (waiting.state, waiting.canary_passed, again) == ("CANARY", True, waiting)
    assert resumed == [0, 1, 0]
    assert (run(batches.get("org", "bat")).state, run(batches.get("org", "bat")).resume_at) == ("RUNNING", None)


def test_a_batch_without_a_wait_runs_on(kept: Kept, run: Run) -> None:
    run(kept.stores.changes.propose(approved("a")))
    passed = run(kept.stores.batches.pass_canary(begun(kept, run, 100), None))

    assert (passed.state, passed.canary_passed) == ("RUNNING", True)
    assert run(kept.stores.batches.resume(LATER + timedelta(days=9), 10)) == 0


def test_batches_are_listed_newest_first_for_their_organisation(kept: Kept, run: Run) -> None:
    for batch_id, organisation_id in (("bat_1", "org"), ("bat_2", "org"), ("bat_3", "rival")):
        run(kept.stores.batches.add(a_batch(batch_id=batch_id, organisation_id=organisation_id)))

    page = run(kept.stores.batches.page("org", Window(limit=1)))
    rest = run(kept.stores.batches.page("org", Window(after=page.next_after)))

    assert [one.batch_id for one in (*page.items, *rest.items)] == ["bat_2", "bat_1"]


def test_why_a_batch_ended_early_stays_with_it(kept: Kept, run: Run) -> None:
    ended = run(kept.stores.batches.end(begun(kept, run), "STOPPED", LATER, "3 of 9 prices failed"))

    assert (ended.state, ended.detail, ended.finished_at) == ("STOPPED", "3 of 9 prices failed", LATER)
    assert run(kept.stores.batches.get("org", "bat")) == ended


def test_a_batch_that_never_began_lets_go_of_what_a_dead_worker_bound(kept: Kept, run: Run) -> None:
    run(kept.stores.batches.add(batch := a_batch()))
    run(kept.stores.changes.propose(approved("bound", batch_id="bat")))

    run(kept.stores.batches.end(batch, "CANCELLED", LATER))

    assert run(kept.stores.changes.waiting("org", "demo-eu", None)) == 1


def test_what_an_undo_did_not_send_is_wanted_by_nobody(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    own = approved("back", batch_id="bat", undoes="chg") + approved("other", batch_id="bat_2", undoes="chg_2")
    run(changes.propose(own))

    for _ in range(2):
        run(changes.release("org", "bat"))

    found = {one.change_id: (one.state, one.batch_id) for one in run(changes.some("org", ["back", "other"]))}
    assert found == {"back": (State.DENIED, "bat"), "other": (State.APPROVED, "bat_2")}
    assert run(changes.waiting("org", "demo-eu", None)) == 0


def test_an_undo_takes_nothing_up_and_has_no_canary(kept: Kept, run: Run) -> None:
    run(kept.stores.changes.propose([*approved("waits"), *approved("own", batch_id="bat")]))

    batch = begun(kept, run, 5_000, undoes="bat_0")

    assert (batch.total, batch.canary_share) == (1, 0)


def test_what_was_or_may_have_been_written_can_be_undone(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    of_batch = {"batch_id": "bat"}
    some = [a_change(change_id=state.value, state=state, **of_batch) for state in State]
    first = a_change(change_id="first", state=State.APPLIED, before=None, **of_batch)
    run(changes.propose([*some, first, a_change(change_id="other", state=State.APPLIED, batch_id="bat_2")]))

    assert ids(run(changes.undoable("org", "bat", "", 10))) == ["APPLIED", "UNKNOWN"]
    assert ids(run(changes.undoable("org", "bat", "APPLIED", 10))) == ["UNKNOWN"]
    assert ids(run(changes.undoable("org", "bat", "", 1))) == ["APPLIED"]
    assert run(changes.undoable("rival", "bat", "", 10)) == []


def test_what_an_undo_brings_back_is_reverted_and_what_it_cannot_stays(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    back = {"state": State.SENT, "batch_id": "undo"}
    run(
        changes.propose(
            [
                a_change(change_id="a", state=State.APPLIED, batch_id="bat"),
                a_change(change_id="b", state=State.APPLIED, batch_id="bat"),
                a_change(change_id="a-back", undoes="a", **back),
                a_change(change_id="b-back", undoes="b", **back),
            ]
        )
    )
    ended = [
        a_change(change_id="a-back", undoes="a", state=State.APPLIED, batch_id="undo"),
        a_change(change_id="b-back", undoes="b", state=State.FAILED, failure="conflict", batch_id="undo"),
    ]

    for _ in range(2):
        run(changes.settle("org", "undo", ended, LATER))

    states = {one.change_id: one.state for one in run(changes.some("org", ["a", "b", "a-back", "b-back"]))}
    assert states == {
        "a": State.REVERTED,
        "b": State.APPLIED,
        "a-back": State.APPLIED,
        "b-back": State.FAILED,
    }


def test_a_tally_counts_failures_of_the_shop_alone(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    some = [
        a_change(change_id="1", state=State.APPLIED, batch_id="bat"),
        a_change(change_id="2", state=State.UNKNOWN, batch_id="bat"),
        a_change(change_id="3", state=State.FAILED, failure="conflict", batch_id="bat"),
        a_change(change_id="4", state=State.FAILED, failure="refused", batch_id="bat"),
        a_change(change_id="5", state=State.APPROVED, batch_id="bat"),
        a_change(change_id="6", state=State.UNKNOWN, batch_id="bat_2"),
    ]
    run(changes.propose(some))

    assert (run(changes.tally("org", "bat")), run(changes.tally("rival", "bat"))) == (Tally(4, 2), Tally())


def test_only_proposals_expire_and_so_many_at_once(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes
    over = [a_change(change_id=one, expires_at=MONDAY) for one in ("a", "b", "c")]
    run(changes.propose([*over, a_change(change_id="d", expires_at=LATER), *approved("e", expires_at=MONDAY)]))

    counts = [run(changes.expire(MONDAY, 2)) for _ in range(3)]

    states = {one.change_id: one.state.value for one in run(changes.some("org", ["a", "b", "c", "d", "e"]))}
    assert counts == [2, 1, 0]
    assert states == dict.fromkeys("abc", "DENIED") | {"d": "PROPOSED", "e": "APPROVED"}


def test_applied_prices_are_fed_in_their_order_and_a_reader_goes_on_where_it_ended(kept: Kept, run: Run) -> None:
    changes = kept.stores.changes

    def applied(change_id: str, minutes: int, **other: Any) -> PriceChange:
        at = MONDAY + timedelta(minutes=minutes)
        return a_change(change_id=change_id, state=State.APPLIED, applied_at=at, **other)

    some = [applied("c", 1), applied("a", 2), applied("b", 0), applied("us", 0, shop_id="us"), a_change(change_id="p")]
    run(changes.propose([*some, applied("rival", 0, organisation_id="rival"), applied("late", 9)]))
    until = MONDAY + timedelta(minutes=9)

    first = run(changes.applied("org", "demo-eu", Window(limit=2), until))
    rest = run(changes.applied("org", "demo-eu", Window(after=first.next_after), until))
    idle = run(changes.applied("org", "demo-eu", Window(after=rest.next_after), until))
    run(changes.propose([applied("new", 8)]))
    later = run(changes.applied("org", "demo-eu", Window(after=idle.next_after), until + timedelta(minutes=1)))

    assert (ids(first.items), ids(rest.items), ids(idle.items)) == (["b", "c"], ["a"], [])
    assert ids(later.items) == ["new", "late"]
    assert idle.next_after == rest.next_after


def test_a_batch_is_halted_once_and_one_that_waits_goes_on_at_once(kept: Kept, run: Run) -> None:
    batches = kept.stores.batches
    run(kept.stores.changes.propose(approved("a")))
    waiting = run(batches.pass_canary(begun(kept, run, 100), LATER + timedelta(minutes=30)))

    halted = run(batches.halt(waiting, "orders fell"))
    again = run(batches.halt(waiting, "orders fell further"))

    assert (halted.halted, halted.state, halted.resume_at) == ("orders fell", "RUNNING", None)
    assert again == halted
    ended = run(batches.end(halted, "STOPPED", LATER, "orders fell"))
    assert run(batches.halt(ended, "too late")) == ended


def test_a_batch_is_asked_for_each_of_its_reviews_once_and_keeps_the_newest_outcome(kept: Kept, run: Run) -> None:
    batches = kept.stores.batches
    batch = begun(kept, run)
    run(kept.stores.changes.propose([a_change(change_id="a", state=State.APPLIED, batch_id="bat")]))
    ended = run(batches.end(batch, "FINISHED", LATER))
    first, second = LATER + timedelta(days=7), LATER + timedelta(days=14)

    asked = [run(batches.ask_reviews(at, 10)) for at in (LATER, first, first)]
    outcome = outcome_of([], 7, first)
    reviewed = run(batches.reviewed(ended, outcome, second))
    again = run(batches.reviewed(ended, replace(outcome, days=99), None))
    then = [run(batches.ask_reviews(at, 10)) for at in (first, second, second)]

    assert (ended.review_at, asked, then) == (first, [0, 1, 0], [0, 1, 0])
    assert (reviewed.outcome, reviewed.review_at, again) == (outcome, second, reviewed)
    assert run(batches.get("org", "bat")) == reviewed
    assert ids(run(kept.stores.changes.standing("org", "bat", "", 10))) == ["a"]
    assert run(kept.stores.changes.standing("org", "bat", "a", 10)) == []
    assert run(kept.stores.changes.standing("rival", "bat", "", 10)) == []


def test_a_batch_that_applied_nothing_and_an_undo_are_not_reviewed(kept: Kept, run: Run) -> None:
    run(kept.stores.changes.propose([a_change(change_id="u", state=State.APPLIED, batch_id="undo")]))
    nothing = run(kept.stores.batches.end(begun(kept, run), "FINISHED", LATER))
    undo = run(kept.stores.batches.end(begun(kept, run, batch_id="undo", undoes="bat"), "FINISHED", LATER))

    assert (nothing.review_at, undo.review_at) == (None, None)


def test_a_connected_shop_stays_with_its_shop_and_its_organisation(kept: Kept, run: Run) -> None:
    connection = ShopConnection(kind="WOOCOMMERCE", url="https://shop.example", sealed="c2VhbGVk")
    settings = PublicationSettings(organisation_id="org", shop_id="eu", connection=connection)

    run(kept.stores.publication.set(settings))

    assert run(kept.stores.publication.of("org", "eu")) == settings
    assert [run(kept.stores.publication.of(*key)).connection for key in (("org", "us"), ("rival", "eu"))] == [None] * 2
    run(kept.stores.publication.set(replace(settings, connection=None)))
    assert run(kept.stores.publication.of("org", "eu")).connection is None


def test_the_rest_of_a_slow_batch_is_asked_for_under_a_name_of_its_own(kept: Kept, run: Run, cloud: FakeCloud) -> None:
    run(kept.stores.changes.propose(approved("a")))
    batch = begun(kept, run)

    for written in (100, 100, 200):
        run(kept.stores.batches.ask_on(batch, written))

    asked = cloud.messages("publish")
    assert {one["batch_id"] for one in asked} in ({"bat"}, set())
    # Of the batch itself, and of each rest; in memory nothing is sent.
    assert len({one["id"] for one in asked}) in {3, 0}
