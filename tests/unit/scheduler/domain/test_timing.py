"""When schedules run: calendars, rates, and the two nights a year on which the clocks are moved (R4, number 3)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduler.domain.errors import InvalidExpression
from scheduler.domain.expression import Cron, parsed
from scheduler.domain.timing import Run, Timing, checked_timing
from tests.builders.scheduler import a_timing

MINUTE = timedelta(minutes=1)
# In each: a night that loses an hour (or half of one), and a night that has it twice.
CHANGES = {
    "Europe/Riga": (datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2027, 3, 14, 7, tzinfo=UTC), datetime(2027, 11, 7, 6, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2027, 10, 2, 15, 30, tzinfo=UTC), datetime(2027, 4, 3, 15, tzinfo=UTC)),
}


def wall(timing: Timing, after: datetime, count: int = 3) -> list[str]:
    return [f"{run.local:%m-%d %H:%M%z}" for run in timing.next_runs(after, count)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 6 ? * MON-FRI *)", ["11-23 06:00", "11-24 06:00", "11-25 06:00"]),
        ("cron(0 6 L * ? *)", ["11-30 06:00", "12-31 06:00", "01-31 06:00"]),
        ("cron(0 6 L-2 * ? *)", ["11-28 06:00", "12-29 06:00", "01-29 06:00"]),
        ("cron(0 6 LW * ? *)", ["11-30 06:00", "12-31 06:00", "01-29 06:00"]),
        ("cron(0 6 15W * ? *)", ["12-15 06:00", "01-15 06:00", "02-15 06:00"]),
        # The 1st of May 2027 is a Saturday: the nearest working day of that month is the 3rd.
        ("cron(0 6 1W MAY ? *)", ["05-03 06:00", "05-01 06:00", "05-01 06:00"]),
        ("cron(0 6 31W * ? *)", ["12-31 06:00", "01-29 06:00", "03-31 06:00"]),
        ("cron(0 6 ? * 6L *)", ["11-27 06:00", "12-25 06:00", "01-29 06:00"]),
        ("cron(0 6 ? * L *)", ["11-28 06:00", "12-05 06:00", "12-12 06:00"]),
        ("cron(0 6 ? * MON#5 *)", ["11-30 06:00", "03-29 06:00", "05-31 06:00"]),
        ("cron(0 6 29 2 ? *)", ["02-29 06:00", "02-29 06:00", "02-29 06:00"]),
        ("cron(0 0/6 ? * SUN *)", ["11-22 18:00", "11-29 00:00", "11-29 06:00"]),
    ],
)
def test_the_calendar_is_read_as_eventbridge_reads_it(expression: str, expected: list[str]) -> None:
    timing = a_timing(expression=expression, timezone="UTC")

    found = wall(timing, datetime(2026, 11, 22, 12, tzinfo=UTC))

    assert [text.removesuffix("+0000") for text in found] == expected


def test_a_run_that_the_clocks_leap_over_is_due_at_the_end_of_the_leap_and_none_is_skipped() -> None:
    timing = a_timing(expression="cron(30 3 * * ? *)", timezone="Europe/Riga")

    runs = timing.next_runs(datetime(2027, 3, 27, tzinfo=UTC), 3)

    assert [f"{run.local:%d %H:%M}" for run in runs] == ["27 03:30", "28 04:00", "29 03:30"]
    assert [run.moved for run in runs] == [False, True, False]
    assert runs[1].at == CHANGES["Europe/Riga"][0]


def test_a_run_at_a_time_that_comes_twice_fires_once_at_the_first() -> None:
    timing = a_timing(expression="cron(30 3 * * ? *)", timezone="Europe/Riga")

    runs = timing.next_runs(datetime(2027, 10, 30, tzinfo=UTC), 3)

    assert [f"{run.at:%d %H:%M}" for run in runs] == ["30 00:30", "31 00:30", "01 01:30"]


def test_runs_that_all_fall_into_a_leap_become_one() -> None:
    timing = a_timing(expression="cron(0/15 3,4 * * ? *)", timezone="Europe/Riga")

    runs = timing.next_runs(datetime(2027, 3, 28, tzinfo=UTC), 3)

    assert [f"{run.local:%H:%M}" for run in runs] == ["04:00", "04:15", "04:30"]


def test_a_whole_day_that_a_zone_left_out_does_not_lose_its_run() -> None:
    timing = a_timing(expression="cron(0 9 30 12 ? 2011)", timezone="Pacific/Apia")

    (run,) = timing.next_runs(datetime(2011, 12, 1, tzinfo=UTC))

    assert (f"{run.local:%d %H:%M}", run.moved) == ("31 00:00", True)


def test_a_rate_keeps_its_beat_whatever_the_clocks_do() -> None:
    anchor = datetime(2027, 3, 27, 4, tzinfo=UTC)
    timing = a_timing(expression="rate(1 day)", timezone="Europe/Riga", anchor=anchor)

    assert wall(timing, anchor, 2) == ["03-28 07:00+0300", "03-29 07:00+0300"]
    assert [run.at - anchor for run in timing.next_runs(anchor, 2)] == [timedelta(days=1), timedelta(days=2)]


def test_runs_lie_between_the_start_and_the_end() -> None:
    start, end = datetime(2027, 1, 4, 4, tzinfo=UTC), datetime(2027, 1, 6, 4, tzinfo=UTC)
    timing = a_timing(start=start, end=end)

    assert wall(timing, datetime(2026, 11, 23, tzinfo=UTC), 9) == [
        "01-04 06:00+0200",
        "01-05 06:00+0200",
        "01-06 06:00+0200",
    ]


def test_a_rate_begins_with_its_start() -> None:
    start = datetime(2027, 1, 4, 4, tzinfo=UTC)
    timing = a_timing(expression="rate(2 hours)", start=start)

    assert [run.at for run in timing.next_runs(datetime(2026, 11, 23, tzinfo=UTC), 2)] == [
        start,
        start + timedelta(hours=2),
    ]


def matches(cron: Cron, local: datetime) -> bool:
    return (
        local.minute in cron.minutes
        and local.hour in cron.hours
        and local.month in cron.months
        and local.year in cron.years
        and cron.days.has(local.date())
    )


def walked(cron: Cron, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[Run]:
    """The runs, found by looking at the wall each minute: slow and simple."""
    at = after + MINUTE
    before = after.astimezone(zone)
    while at <= until:
        local = at.astimezone(zone)
        leapt: list[datetime] = []
        wanted = before.replace(tzinfo=None) + MINUTE
        while (local.utcoffset() or timedelta()) > (before.utcoffset() or timedelta()) and wanted < local.replace(
            tzinfo=None
        ):
            leapt.append(wanted)
            wanted += MINUTE
        moved = any(matches(cron, one) for one in leapt)
        if moved or (matches(cron, local.replace(tzinfo=None)) and not local.fold):
            yield Run(at=at, local=local, moved=moved)
        before, at = local, at + MINUTE


fields = st.one_of(
    st.just("*"),
    st.integers(0, 23).map(str),
    st.lists(st.integers(0, 23), min_size=1, max_size=4, unique=True).map(lambda found: ",".join(map(str, found))),
    st.tuples(st.integers(0, 10), st.integers(11, 23)).map(lambda pair: f"{pair[0]}-{pair[1]}"),
    st.tuples(st.integers(0, 23), st.integers(2, 8)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
)
minutes = st.sampled_from(["0", "30", "0,30", "0/15", "7/20", "45", "*/10", "59"])
days = st.sampled_from(["* * ?", "? * MON-FRI", "? * SUN", "? * SUN#2", "L * ?", "28 * ?", "? * 1L", "14W * ?"])
zones = st.sampled_from(sorted(CHANGES))


@settings(max_examples=60, deadline=None)
@given(minute=minutes, hour=fields, day=days, zone=zones, which=st.integers(0, 1), back=st.integers(1, 40))
def test_the_runs_around_a_change_of_the_clocks_are_those_that_a_walk_finds(
    minute: str, hour: str, day: str, zone: str, which: int, back: int
) -> None:
    month_day, month, weekday = day.split()
    text = f"cron({minute} {hour} {month_day} {month} {weekday} *)"
    change = CHANGES[zone][which]
    after, until = change - timedelta(hours=back), change + timedelta(hours=30)
    try:
        timing = checked_timing(a_timing(expression=text, timezone=zone), after)
    except InvalidExpression:
        assume(False)
    cron = parsed(text)
    assert isinstance(cron, Cron)

    found = list(takewhile(lambda run: run.at <= until, timing.runs(after)))

    expected = list(walked(cron, ZoneInfo(zone), after, until))
    assert [(run.at, run.moved) for run in found] == [(run.at, run.moved) for run in expected]
    assert all(first.at < second.at for first, second in pairwise(found))


@settings(max_examples=100, deadline=None)
@given(
    minute=minutes,
    hour=fields,
    day=days,
    zone=zones,
    after=st.datetimes(datetime(2026, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),
)
def test_runs_rise_and_each_matches_the_expression_on_the_wall(
    minute: str, hour: str, day: str, zone: str, after: datetime
) -> None:
    month_day, month, weekday = day.split()
    text = f"cron({minute} {hour} {month_day} {month} {weekday} *)"
    cron = parsed(text)
    assert isinstance(cron, Cron)

    runs = list(islice(a_timing(expression=text, timezone=zone).runs(after), 20))

    assert len(runs) == 20
    assert all(first.at < second.at for first, second in pairwise([Run(at=after, local=after), *runs]))
    assert all(run.moved or matches(cron, run.local.replace(tzinfo=None)) for run in runs)
    # Compared in one zone: a time that comes twice equals nothing in another (PEP 495).
    assert all(run.local.astimezone(UTC) == run.at for run in runs)
