"""Schedules and what their runs change: fake and MongoDB keep the same promises."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from scheduler.adapters import mongo_schedules
from scheduler.adapters.mongo_firings import MongoFirings
from scheduler.adapters.mongo_jobs import MongoJobs
from scheduler.adapters.mongo_schedules import MongoSchedules
from scheduler.adapters.mongo_swept_jobs import MarkedStops
from scheduler.adapters.mongo_swept_schedules import MongoSweptSchedules
from scheduler.domain.errors import ScheduleChanged, ScheduleNotFound, TooManySchedules
from scheduler.domain.job import State
from scheduler.domain.schedule import Missed, Overlap
from scheduler.domain.work import Kind, Scope
from scheduler.usecases.fire import FireSchedule, run_id
from scheduler.usecases.ports import Firings, Jobs, Schedules, Stopper, SweptSchedules, Wanted
from shared.kernel.errors import Unavailable
from shared.kernel.paging import Window
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from shared.runtime.stops import Stops
from tests.builders.scheduler import MONDAY, a_job, a_schedule
from tests.fakes.cloud import FakeCloud
from tests.fakes.runs import Run
from tests.fakes.scheduler import FakeJobs, FakeSchedules

SIX = MONDAY + timedelta(hours=22)  # Tuesday, 06:00 in Riga
HOUR = timedelta(hours=1)


@dataclass
class Stores:
    """The stores under test."""

    schedules: Schedules
    swept: SweptSchedules
    firings: Firings
    jobs: Jobs
    stopper: Stopper


@pytest.fixture(params=["fake", "mongodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """The stores under test."""
    if request.param == "fake":
        schedules = FakeSchedules()
        jobs = FakeJobs(schedules=schedules)
        return Stores(schedules, schedules, jobs, jobs, jobs)
    request.getfixturevalue("cloud")
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    mongo = store("scheduler")
    outbox = Outbox(mongo, "scheduler", bus="bus", queues={"pricing-scan-requests": Queue("scans")})
    return Stores(
        MongoSchedules(mongo, lambda: MONDAY),
        MongoSweptSchedules(mongo),
        MongoFirings(mongo, outbox),
        MongoJobs(mongo, outbox),
        MarkedStops(mongo, Stops("work")),
    )


async def at_once(*works: Coroutine[Any, Any, Any]) -> list[Any]:
    return await asyncio.gather(*works, return_exceptions=True)


def test_a_schedule_is_kept_with_all_that_it_says(stores: Stores, run: Run) -> None:
    schedule = a_schedule(
        kind=Kind.IMPORT_PULL,
        scope=Scope(shop_id="main", source_url="https://a.example/f.csv"),
        start=MONDAY,
        end=MONDAY + timedelta(days=9),
        flexible_minutes=15,
        paused=True,
        overlap=Overlap.QUEUE,
        missed=Missed.CATCH_UP,
        tolerance_minutes=90,
    )

    run(stores.schedules.add(schedule))
    run(stores.schedules.add(replace(schedule, name="The same request again")))

    assert run(stores.schedules.get("org", "sch_1")) == schedule


def test_a_schedule_is_read_listed_changed_and_withdrawn_by_its_organisation_only(stores: Stores, run: Run) -> None:
    run(stores.schedules.add(a_schedule(scope=Scope(competitor_ids=("c1",)))))
    run(stores.schedules.add(a_schedule(schedule_id="theirs", organisation_id="rival")))

    for ask in (stores.schedules.get("rival", "sch_1"), stores.schedules.withdraw("rival", "sch_1")):
        with pytest.raises(ScheduleNotFound):
            run(ask)
    with pytest.raises(ScheduleChanged):
        run(stores.schedules.change(a_schedule(organisation_id="rival", revision=2)))
    listed = [one.schedule_id for one in run(stores.schedules.page("org", Window())).items]
    run(stores.schedules.withdraw("org", "sch_1"))

    assert listed == ["sch_1"]
    assert run(stores.schedules.page("org", Window())).items == ()
    for ask in (stores.schedules.get("org", "sch_1"), stores.schedules.withdraw("org", "sch_1")):
        with pytest.raises(ScheduleNotFound):
            run(ask)


def test_of_two_changes_at_once_one_wins(stores: Stores, run: Run) -> None:
    run(stores.schedules.add(a_schedule()))

    answers = run(
        at_once(*(stores.schedules.change(a_schedule(name=name, revision=2)) for name in ("one", "two", "three")))
    )

    assert sorted(type(one).__name__ for one in answers) == ["NoneType", "ScheduleChanged", "ScheduleChanged"]


def test_a_change_leaves_what_firing_counts_as_it_is(stores: Stores, run: Run) -> None:
    run(stores.schedules.add(a_schedule()))
    run(stores.firings.start(a_schedule(), a_job(schedule_id="sch_1", scheduled_for=SIX), (), SIX))

    run(stores.schedules.change(a_schedule(name="New", revision=2)))

    kept = run(stores.schedules.get("org", "sch_1"))
    assert (kept.name, kept.firings, kept.fired_for, kept.last_job_id) == ("New", 1, SIX, "job")


def test_an_organisation_has_so_many_schedules_also_by_many_at_once(
    stores: Stores, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_schedules, "LIMIT", 3)
    monkeypatch.setattr("tests.fakes.scheduler.SCHEDULES_OF_AN_ORGANISATION", 3)
    run(stores.schedules.add(a_schedule(schedule_id="theirs", organisation_id="rival")))
    if isinstance(stores.schedules, MongoSchedules):
        over = a_schedule(schedule_id="over", expression="at(2026-01-01T06:00:00)")
        run(stores.schedules.add(over))

    answers = run(at_once(*(stores.schedules.add(a_schedule(schedule_id=f"s{n}")) for n in range(6))))
    for place in range(6):
        if isinstance(answers[place], Unavailable):
            answers[place] = run(at_once(stores.schedules.add(a_schedule(schedule_id=f"s{place}"))))[0]

    assert sum(one is None for one in answers) == 3
    assert sum(isinstance(one, TooManySchedules) for one in answers) == 3


def test_what_was_changed_is_unarmed_until_that_revision_is_armed(stores: Stores, run: Run) -> None:
    run(stores.schedules.add(a_schedule()))
    run(stores.schedules.add(a_schedule(schedule_id="sch_2")))
    run(stores.schedules.armed(a_schedule()))
    run(stores.schedules.change(a_schedule(revision=2)))
    run(stores.schedules.armed(a_schedule()))
    run(stores.schedules.withdraw("org", "sch_2"))

    unarmed = run(stores.swept.unarmed(MONDAY, 9))
    run(stores.schedules.armed(a_schedule(revision=2)))
    run(stores.schedules.forget("sch_2"))
    run(stores.schedules.forget("sch_1"))

    assert sorted((one.schedule_id, gone) for one, gone in unarmed) == [("sch_1", False), ("sch_2", True)]
    assert run(stores.swept.unarmed(MONDAY, 9)) == []
    assert run(stores.schedules.get("org", "sch_1")).revision == 2


def test_a_persons_schedules_are_withdrawn_and_nobody_elses(stores: Stores, run: Run) -> None:
    run(stores.schedules.add(a_schedule()))
    run(stores.schedules.add(a_schedule(schedule_id="sch_2", created_by="bob")))
    run(stores.schedules.add(a_schedule(schedule_id="sch_3", organisation_id="rival")))

    for _ in range(2):
        run(stores.schedules.withdraw_all_of("org", "usr"))

    assert [one.schedule_id for one in run(stores.schedules.page("org", Window())).items] == ["sch_2"]
    assert run(stores.schedules.get("rival", "sch_3"))


def test_a_schedule_is_looked_at_when_its_run_should_have_fired_and_again_after_the_next(
    stores: Stores, run: Run
) -> None:
    run(stores.schedules.add(a_schedule()))
    run(stores.schedules.add(a_schedule(schedule_id="sch_2", paused=True)))
    look = SIX + timedelta(minutes=10)

    early = run(stores.swept.due_for_a_look(look - timedelta(seconds=1), 9))
    found = run(stores.swept.due_for_a_look(look, 9))
    run(stores.swept.looked_at(found[0], SIX))

    assert (early, [one.schedule_id for one in found]) == ([], ["sch_1"])
    assert run(stores.swept.due_for_a_look(look, 9)) == []
    assert [one.checked_until for one in run(stores.swept.due_for_a_look(look + timedelta(days=1), 9))] == [SIX]


def test_a_look_that_was_overtaken_by_a_change_notes_nothing(stores: Stores, run: Run) -> None:
    run(stores.schedules.add(a_schedule()))
    run(stores.schedules.change(a_schedule(revision=2, checked_until=MONDAY)))

    run(stores.swept.looked_at(a_schedule(), SIX))

    assert run(stores.schedules.get("org", "sch_1")).checked_until == MONDAY


def test_the_walk_through_all_schedules_starts_again_at_its_end(stores: Stores, run: Run) -> None:
    for name, organisation in (("a", "org"), ("b", "rival"), ("c", "org")):
        run(stores.schedules.add(a_schedule(schedule_id=name, organisation_id=organisation)))

    walked = [[one.schedule_id for one in run(stores.swept.kept_page(2))] for _ in range(3)]

    assert walked == [["a", "b"], ["c"], ["a", "b"]]


def test_strangers_are_those_that_nobody_has_nor_is_withdrawing(stores: Stores, run: Run) -> None:
    run(stores.schedules.add(a_schedule()))
    run(stores.schedules.add(a_schedule(schedule_id="sch_2")))
    run(stores.schedules.withdraw("org", "sch_2"))

    assert run(stores.swept.strangers(["sch_0", "sch_1", "sch_2"])) == ["sch_0"]
    assert run(stores.swept.strangers([])) == []


def test_the_place_in_the_clockwork_is_kept(stores: Stores, run: Run) -> None:
    places = [run(stores.swept.token())]
    for token in ("x", None):
        run(stores.swept.go_on_at(token))
        places.append(run(stores.swept.token()))

    assert places == [None, "x", None]


def fire_of(stores: Stores) -> FireSchedule:
    return FireSchedule(
        schedules=stores.schedules, firings=stores.firings, stopper=stores.stopper, clock=lambda: SIX + HOUR / 2
    )


def states(stores: Stores, run: Run) -> dict[str, State]:
    page = run(stores.jobs.page("org", Wanted(schedule_id="sch_1"), Window()))
    return {one.job_id: one.state for one in page.items}


def test_r4_1_a_run_that_fires_many_times_at_once_starts_one_job(stores: Stores, cloud: FakeCloud, run: Run) -> None:
    run(stores.schedules.add(a_schedule(overlap=Overlap.CANCEL_PREVIOUS)))
    fire = fire_of(stores)

    answers = run(at_once(*(fire("org", "sch_1", SIX) for _ in range(5))))
    run(fire("org", "sch_1", SIX))

    assert all(one is None or isinstance(one, Unavailable) for one in answers)
    assert states(stores, run) == {run_id("sch_1", SIX): State.QUEUED}
    assert len({one["id"] for one in cloud.messages("scans")}) == (0 if isinstance(stores.jobs, FakeJobs) else 1)


def test_two_runs_at_once_do_not_overlap(stores: Stores, run: Run) -> None:
    run(stores.schedules.add(a_schedule()))
    fire = fire_of(stores)
    moments = (SIX, SIX + timedelta(minutes=5))

    run(at_once(*(fire("org", "sch_1", moment) for moment in moments)))
    for moment in moments:
        run(fire("org", "sch_1", moment))

    assert len(states(stores, run)) == 1


def test_a_newer_run_replaces_the_one_before_in_one_change(stores: Stores, cloud: FakeCloud, run: Run) -> None:
    run(stores.schedules.add(a_schedule(overlap=Overlap.CANCEL_PREVIOUS)))
    fire = fire_of(stores)
    later = SIX + timedelta(minutes=5)

    for moment in (SIX, later, SIX):
        run(fire("org", "sch_1", moment))

    assert states(stores, run) == {run_id("sch_1", SIX): State.CANCELLED, run_id("sch_1", later): State.QUEUED}
    if not isinstance(stores.jobs, FakeJobs):
        assert [one["outcome"] for one in cloud.facts("jobs.job-ended")] == ["cancelled"]
        assert list(cloud.objects) == [f"stopped/org/{run_id('sch_1', SIX)}"]


def test_a_waiting_run_asks_for_nothing_yet(stores: Stores, cloud: FakeCloud, run: Run) -> None:
    run(stores.schedules.add(a_schedule(overlap=Overlap.QUEUE)))
    fire = fire_of(stores)

    for minutes in (0, 5, 10):
        run(fire("org", "sch_1", SIX + timedelta(minutes=minutes)))

    first, second = sorted(states(stores, run))
    assert run(stores.jobs.get("org", second)).waits_for == first
    assert [one["job_id"] for one in cloud.messages("scans")] == ([] if isinstance(stores.jobs, FakeJobs) else [first])


def test_a_skipped_run_is_noted_and_an_older_one_does_not_take_it_back(stores: Stores, run: Run) -> None:
    run(stores.schedules.add(a_schedule()))

    for moment in (SIX, SIX - HOUR):
        run(stores.firings.skip(a_schedule(), moment))

    assert run(stores.schedules.get("org", "sch_1")).fired_for == SIX
