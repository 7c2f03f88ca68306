"""Alternating undercuts are a loop, whatever their rhythm; everything else is a market at work."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.loops.patterns import Pattern, pattern_of
from pricing.domain.loops.recognition import Charged, Loop, recognised, worst
from pricing.domain.plan import LoopPlan

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
PLAN = LoopPlan()


def path(*steps: tuple[float, int]) -> list[Charged]:
    """Prices by the hour since Monday 06:00."""
    return [Charged(START + timedelta(hours=hour), price) for hour, price in steps]


def looked(own: list[Charged], rival: list[Charged], hour: float, plan: LoopPlan = PLAN) -> Loop | None:
    return recognised(own, rival, plan, START + timedelta(hours=hour))


OWN = path((0, 1200), (1, 1180), (3, 1160))
RIVAL = path((0, 1190), (2, 1170), (4, 1150))


def test_two_cuts_of_each_in_turn_are_a_loop() -> None:
    loop = looked(OWN, RIVAL, 5)

    assert loop == Loop(
        started_at=START + timedelta(hours=1),
        last_move_at=START + timedelta(hours=4),
        own_moves=2,
        rival_moves=2,
        level=1200,
        pattern=Pattern(kind="money", money=10),
    )


@pytest.mark.parametrize(
    ("own", "rival", "hour"),
    [
        (OWN, RIVAL, 3.5),
        (OWN, RIVAL, 28.5),
        (OWN, path((0, 1190), (2, 1500), (4, 1600)), 5),
        (path((0, 1200), (1, 1210), (3, 1220)), path((0, 1190), (2, 1195), (4, 1205)), 5),
        (OWN, path((0, 1190), (0.5, 1100), (0.7, 1050)), 5),
        (path((0, 1200)), RIVAL, 5),
        (path((0, 1200), (1, 1180), (2, 1160)), path((0, 1190), (3, 1150), (4, 1140)), 5),
        ([], [], 5),
        (OWN, [], 5),
        (path((0, 1200), (1, 1180), (30, 1160)), path((0, 1190), (2, 1170), (31, 1150)), 32),
    ],
)
def test_what_is_no_loop(own: list[Charged], rival: list[Charged], hour: float) -> None:
    assert looked(own, rival, hour) is None


def test_a_policy_of_one_move_knows_a_loop_by_one_cut_of_each() -> None:
    loop = looked(OWN, RIVAL, 2.5, LoopPlan(max_moves=1))

    assert loop is not None
    assert loop.own_moves == 1


def test_every_own_move_of_a_loop_counts_rises_too() -> None:
    loop = looked([*OWN, *path((6, 1250))], RIVAL, 7)

    assert loop is not None
    assert (loop.own_moves, loop.level) == (3, 1200)


def test_a_slow_loop_lasts_longer_than_its_window() -> None:
    loop = looked(path((0, 1200), (1, 1180), (20, 1160), (40, 1140)), path((0, 1190), (2, 1170), (21, 1150)), 42)

    assert loop is not None
    assert loop.own_moves == 3


def test_a_rival_that_cuts_and_stays_above_us_stands_at_its_floor() -> None:
    loop = looked(path((0, 1200), (1, 1180), (3, 1160), (5, 1140)), [*RIVAL, *path((6, 1145))], 6.5)

    assert loop is not None
    assert loop.floor == 1145


@pytest.mark.parametrize(("hour", "floor"), [(8.5, 1150), (7.9, None)])
def test_a_rival_that_no_longer_answers_stands_at_its_floor(hour: float, floor: int | None) -> None:
    loop = looked([*OWN, *path((5, 1140))], RIVAL, hour)

    assert loop is not None
    assert loop.floor == floor


def test_a_rival_that_goes_up_is_seen() -> None:
    loop = looked(OWN, [*RIVAL, *path((5, 1300))], 6)

    assert loop is not None
    assert loop.rival_rose


def test_of_several_rivals_the_one_that_took_most_of_our_moves_counts() -> None:
    own = [*OWN, *path((5, 1140), (7, 1120))]
    late = path((0, 1100), (4, 1150), (6, 1130), (8, 1110))
    found = worst(own, {"a": late, "b": RIVAL, "c": path((0, 1500))}, PLAN, START + timedelta(hours=9))

    assert found is not None
    assert (found[0], found[1].own_moves) == ("b", 4)
    assert worst(own, {"c": path((0, 1500))}, PLAN, START + timedelta(hours=7)) is None


@pytest.mark.parametrize(
    ("answers", "pattern"),
    [
        ([(1180, 1180), (1160, 1160)], Pattern(kind="match")),
        ([(1180, 1170), (1160, 1150)], Pattern(kind="money", money=10)),
        ([(2000, 1980), (1000, 990)], Pattern(kind="share", ppm=10_000)),
        ([(1999, 1979), (1000, 990)], Pattern(kind="share", ppm=10_000)),
        ([(20_000, 19_700), (10_000, 9_850)], Pattern(kind="share", ppm=15_000)),
        ([(1000, 988), (1001, 988)], Pattern(kind="share", ppm=12_000)),
        ([(2000, 1900), (1000, 999)], Pattern(kind="unknown")),
    ],
)
def test_patterns(answers: list[tuple[int, int]], pattern: Pattern) -> None:
    assert pattern_of(answers) == pattern


@given(
    st.lists(st.integers(5_000, 10**7), min_size=2, max_size=6, unique=True),
    st.sampled_from([5_000, 10_000, 20_000, 25_000, 50_000]),
)
def test_a_share_that_a_rival_keeps_tells_its_next_answer_to_the_cent_or_nearly(prices: list[int], ppm: int) -> None:
    pattern = pattern_of([(price, price * (1_000_000 - ppm) // 1_000_000) for price in prices])

    for price in prices:
        answer = pattern.answer(price)
        assert answer is None or abs(answer - price * (1_000_000 - ppm) // 1_000_000) <= 1
    assert pattern.kind != "unknown"
