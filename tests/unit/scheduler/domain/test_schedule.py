"""What becomes of a schedule's runs: due or not, missed or made up, beside or after the one before."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.domain.schedule import GRACE, Firing, Missed, Overlap, firing_of
from tests.builders.scheduler import MONDAY, a_schedule

SIX = datetime(2026, 11, 24, 4, tzinfo=UTC)  # Tuesday, 06:00 in Riga
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("overlap", "under_way", "waiting", "expected"),
    [
        (Overlap.SKIP, False, False, Firing.START),
        (Overlap.QUEUE, False, False, Firing.START),
        (Overlap.CANCEL_PREVIOUS, False, False, Firing.START),
        (Overlap.SKIP, True, False, Firing.SKIP),
        (Overlap.QUEUE, True, False, Firing.WAIT),
        (Overlap.QUEUE, True, True, Firing.SKIP),
        (Overlap.CANCEL_PREVIOUS, True, False, Firing.REPLACE),
    ],
)
def test_what_a_run_comes_to_beside_another(
    overlap: Overlap, expected: Firing, *, under_way: bool, waiting: bool
) -> None:
    assert firing_of(overlap, under_way=under_way, waiting=waiting) is expected


def test_a_run_counts_until_its_tolerance_is_over() -> None:
    schedule = a_schedule(tolerance_minutes=30, flexible_minutes=15)

    assert schedule.is_due(SIX, SIX + 45 * MINUTE + GRACE)
    assert not schedule.is_due(SIX, SIX + 46 * MINUTE + GRACE)


def test_a_paused_schedule_and_one_that_is_over_fire_nothing() -> None:
    assert not a_schedule(paused=True).is_due(SIX, SIX)
    assert not a_schedule(end=SIX - HOUR).is_due(SIX, SIX)
    assert not a_schedule(start=SIX + HOUR).is_due(SIX, SIX)
    assert a_schedule(start=SIX, end=SIX).is_due(SIX, SIX)


def test_a_missed_run_is_made_up_only_where_it_is_wanted() -> None:
    for missed, expected in ((Missed.CATCH_UP, SIX), (Missed.SKIP, None)):
        run, judged = a_schedule(missed=missed).to_make_up(MONDAY, SIX + 20 * MINUTE)

        assert (None if run is None else run.at, judged) == (expected, SIX)


def test_of_many_missed_runs_the_newest_is_made_up() -> None:
    schedule = a_schedule(expression="rate(10 minutes)", missed=Missed.CATCH_UP)

    run, judged = schedule.to_make_up(MONDAY, MONDAY + 5 * HOUR)

    assert run is not None
    assert run.at == judged == MONDAY + 4 * HOUR + 50 * MINUTE


def test_a_run_that_was_missed_too_long_ago_is_not_made_up() -> None:
    schedule = a_schedule(missed=Missed.CATCH_UP, tolerance_minutes=60)

    assert schedule.to_make_up(MONDAY, SIX + 61 * MINUTE)[0] is None


def test_a_run_that_fired_is_not_made_up() -> None:
    schedule = a_schedule(missed=Missed.CATCH_UP, fired_for=SIX)

    assert schedule.to_make_up(MONDAY, SIX + 20 * MINUTE) == (None, SIX)


def test_nothing_is_judged_before_its_window_is_over() -> None:
    schedule = a_schedule(missed=Missed.CATCH_UP, flexible_minutes=30)

    assert schedule.check_at(MONDAY) == SIX + 40 * MINUTE
    assert schedule.to_make_up(SIX - HOUR, SIX + 39 * MINUTE)[0] is None


def test_a_run_in_the_leap_of_the_clocks_starts_at_its_end_whatever_the_schedule_says_of_missed_runs() -> None:
    leap = datetime(2027, 3, 28, 1, tzinfo=UTC)
    schedule = a_schedule(expression="cron(30 3 * * ? *)", missed=Missed.SKIP)

    run, _ = schedule.to_make_up(leap - HOUR, leap)

    assert run is not None
    assert (run.at, schedule.check_at(leap - HOUR)) == (leap, leap)


def test_a_paused_schedule_is_not_looked_at() -> None:
    assert a_schedule(paused=True).check_at(MONDAY) is None


def test_r4_5_a_flexible_window_spreads_a_thousand_organisations_over_it() -> None:
    """The clockwork spreads its own firings; those that we make spread by the schedule's own place in the window."""
    leap = datetime(2027, 3, 28, 1, tzinfo=UTC)
    schedules = [
        a_schedule(schedule_id=f"sch_{n}", expression="cron(30 3 * * ? *)", flexible_minutes=20) for n in range(1000)
    ]

    looks = [schedule.check_at(leap - HOUR) for schedule in schedules]

    minutes = Counter((at - leap) // MINUTE for at in looks if at is not None)
    assert sorted(minutes) == list(range(20))
    assert max(minutes.values()) <= 2 * 1000 / 20


def test_a_schedule_that_ends_is_forgotten_some_time_later_and_another_is_not() -> None:
    assert a_schedule().gone_at is None
    assert a_schedule(end=SIX).gone_at == SIX + timedelta(days=90)
    assert a_schedule(expression="at(2026-11-24T06:00:00)").gone_at == SIX + timedelta(days=90)
