"""Schedules through fakes: the store is the truth, and the clockwork follows."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.errors import (
    InvalidExpression,
    InvalidScope,
    NeverFires,
    NotServed,
    ScheduleChanged,
    ScheduleNotFound,
    TooManySchedules,
)
from scheduler.domain.schedule import SCHEDULES_OF_AN_ORGANISATION, Schedule
from scheduler.domain.work import Kind, Scope
from scheduler.usecases.schedules import (
    ArmSchedule,
    ChangeSchedule,
    CreateSchedule,
    PreviewTiming,
    RemoveOwner,
    RemoveSchedule,
)
from tests.builders.scheduler import MONDAY, a_schedule, a_timing
from tests.fakes.scheduler import FakeClockwork, FakeSchedules

LATER = MONDAY + timedelta(minutes=3)


class Picky(FakeClockwork):
    """A clockwork that takes nothing."""

    async def put(self, schedule: Schedule, _: datetime) -> None:
        raise InvalidExpression(f"not {schedule.timing.expression}")


@dataclass
class House:
    """The use cases of schedules over fakes."""

    clockwork: FakeClockwork = field(default_factory=FakeClockwork)
    schedules: FakeSchedules = field(default_factory=FakeSchedules)

    @property
    def arm(self) -> ArmSchedule:
        return ArmSchedule(schedules=self.schedules, clockwork=self.clockwork, clock=lambda: LATER)

    def create(self, schedule: Schedule) -> Schedule:
        def serves(kind: Kind) -> None:
            if kind is Kind.REPORT:
                raise NotServed("no")

        create = CreateSchedule(schedules=self.schedules, arm=self.arm, serves=serves, clock=lambda: MONDAY)
        return asyncio.run(create(schedule))

    def change(self, organisation_id: str = "org", **changes: object) -> Schedule:
        change = ChangeSchedule(schedules=self.schedules, arm=self.arm, clock=lambda: LATER)
        return asyncio.run(change(organisation_id, "sch_1", lambda one: replace(one, **changes)))  # type: ignore[arg-type]

    def remove(self, organisation_id: str = "org") -> None:
        asyncio.run(RemoveSchedule(schedules=self.schedules, arm=self.arm)(organisation_id, "sch_1"))


@pytest.fixture
def house() -> House:
    return House()


def test_a_schedule_fires_and_is_listed(house: House) -> None:
    made = house.create(a_schedule(expression="cron(0  6 ? * MON-FRI *)"))

    assert made == a_schedule()
    assert house.schedules.kept == house.clockwork.firing == {"sch_1": made}
    assert house.schedules.unarmed_since == {}


@pytest.mark.parametrize("change", [{"expression": "cron(0 6 * * * *)"}, {"timezone": "Mars/Olympus"}])
def test_a_schedule_that_never_fires_is_refused(change: dict[str, str], house: House) -> None:
    with pytest.raises(InvalidExpression):
        house.create(a_schedule(**change))

    assert house.schedules.kept == house.clockwork.firing == {}


def test_a_schedule_of_work_that_is_not_served_or_does_not_fit_is_refused(house: House) -> None:
    with pytest.raises(NotServed):
        house.create(a_schedule(kind=Kind.REPORT, scope=Scope(report="margins")))
    with pytest.raises(InvalidScope):
        house.create(a_schedule(kind=Kind.POLICY_RUN))


def test_a_schedule_that_the_clockwork_cannot_take_now_is_kept_for_the_sweeper(house: House) -> None:
    house.clockwork.down = True

    made = house.create(a_schedule())

    assert house.schedules.kept == {"sch_1": made}
    assert list(house.schedules.unarmed_since) == ["sch_1"]


def test_a_schedule_that_the_clockwork_refuses_is_not_kept() -> None:
    house = House(clockwork=Picky())

    with pytest.raises(InvalidExpression):
        house.create(a_schedule())

    assert house.schedules.kept == house.schedules.unarmed_since == {}


def test_an_organisation_has_so_many_schedules_and_no_more(house: House) -> None:
    for number in range(SCHEDULES_OF_AN_ORGANISATION):
        house.create(a_schedule(schedule_id=f"sch_{number}"))

    with pytest.raises(TooManySchedules):
        house.create(a_schedule(schedule_id="sch_one_more"))
    house.create(a_schedule(schedule_id="sch_theirs", organisation_id="rival"))

    assert "sch_theirs" in house.schedules.kept


def test_pausing_and_resuming_is_a_change_that_the_clockwork_follows(house: House) -> None:
    house.create(a_schedule())

    paused = house.change(paused=True)
    resumed = house.change(paused=False)

    assert (paused.paused, paused.revision, resumed.paused, resumed.revision) == (True, 2, False, 3)
    assert house.clockwork.firing["sch_1"] == resumed


def test_what_came_due_while_a_schedule_was_paused_is_not_made_up(house: House) -> None:
    house.create(a_schedule(paused=True))

    assert house.change(paused=False).checked_until == LATER


def test_a_change_of_nothing_is_no_revision(house: House) -> None:
    house.create(a_schedule())

    assert house.change(name="Each morning").revision == 1


def test_a_changed_expression_is_checked_and_a_changed_rate_counts_anew(house: House) -> None:
    house.create(a_schedule())

    with pytest.raises(NeverFires):
        house.change(timing=a_timing(expression="cron(0 6 30 2 ? *)"))
    changed = house.change(timing=a_timing(expression="rate(1  hour)"))

    assert (changed.timing.expression, changed.timing.anchor) == ("rate(1 hour)", LATER)


def test_a_changed_scope_is_checked(house: House) -> None:
    house.create(a_schedule())

    with pytest.raises(InvalidScope):
        house.change(scope=Scope(policy_id="p"))


def test_a_change_that_the_clockwork_refuses_leaves_the_schedule_as_it_was(house: House) -> None:
    house.create(a_schedule())
    house.clockwork = Picky()

    with pytest.raises(InvalidExpression):
        house.change(timing=a_timing(expression="rate(1 hour)"))

    kept = house.schedules.kept["sch_1"]
    assert (kept.timing, kept.revision) == (a_timing(), 3)


def test_of_two_changes_at_once_one_wins_and_the_other_is_told(house: House) -> None:
    house.create(a_schedule())

    def meanwhile(schedule: Schedule) -> Schedule:
        house.schedules.kept["sch_1"] = replace(schedule, name="Theirs", revision=2)
        return replace(schedule, name="Ours")

    with pytest.raises(ScheduleChanged):
        asyncio.run(
            ChangeSchedule(schedules=house.schedules, arm=house.arm, clock=lambda: LATER)("org", "sch_1", meanwhile)
        )

    assert house.schedules.kept["sch_1"].name == "Theirs"


def test_a_schedule_is_changed_and_removed_by_its_organisation_only(house: House) -> None:
    house.create(a_schedule())

    with pytest.raises(ScheduleNotFound):
        house.change("rival", paused=True)
    with pytest.raises(ScheduleNotFound):
        house.remove("rival")
    left = dict(house.clockwork.firing)
    house.remove()

    assert left == {"sch_1": a_schedule()}
    assert house.schedules.kept == house.schedules.withdrawn == house.clockwork.firing == {}


def test_a_schedule_that_cannot_be_stopped_now_is_removed_all_the_same(house: House) -> None:
    house.create(a_schedule())
    house.clockwork.down = True

    house.remove()

    assert (house.schedules.kept, list(house.schedules.withdrawn)) == ({}, ["sch_1"])


def test_r4_6_a_schedule_goes_with_its_owner_and_nobody_elses_does(house: House) -> None:
    house.create(a_schedule())
    house.create(a_schedule(schedule_id="sch_2", created_by="bob"))
    house.create(a_schedule(schedule_id="sch_3", organisation_id="rival"))

    for _ in range(2):
        asyncio.run(RemoveOwner(schedules=house.schedules)("org", "usr"))

    assert sorted(house.schedules.kept) == ["sch_2", "sch_3"]


def test_a_preview_says_the_words_and_the_next_five_runs() -> None:
    said, runs = PreviewTiming(clock=lambda: MONDAY)(a_timing())

    assert said == "At 06:00, Monday to Friday, Europe/Riga"
    assert [f"{run.local:%a %H:%M}" for run in runs] == [f"{day} 06:00" for day in ["Tue", "Wed", "Thu", "Fri", "Mon"]]
