"""Parallel rises beyond cost and market are said, with their days; shocks that all share and chance are not."""

from collections.abc import Callable
from random import Random

import pytest

from pricing.domain.loops.convergence import Finding, Rise, converging

DAYS = 90
RUNS = 300
MISSED, INVENTED = 0.05, 0.01
"""At most so many parallel rises may go unsaid, and so many of all other markets be called one."""

type Market = tuple[list[float], list[float], list[float], list[float] | None]
"""Our prices, the rival's, our costs, and the middle of all others."""


def walk(random: Random, start: float, drift: float = 0.0, sigma: float = 0.01, often: float = 0.2) -> list[float]:
    """A price that moves by itself on some days."""
    path = [start]
    for _ in range(DAYS - 1):
        step = random.gauss(drift, sigma) if random.random() < often else 0.0
        path.append(path[-1] * (1 + step))
    return path


def noisy(random: Random, path: list[float], sigma: float = 0.001) -> list[float]:
    return [round(price * (1 + random.gauss(0, sigma)), 2) for price in path]


def flat(random: Random, start: float) -> list[float]:
    return walk(random, start, often=0.05, sigma=0.003)


def colluding(random: Random) -> Market:
    """One raises every week or two, the other goes along within a day; sometimes both fall back a little."""
    ours, theirs, late = [100.0], [100.5], 0.0
    for _ in range(DAYS - 1):
        ours_step = theirs_step = 0.0
        theirs_step, late = late, 0.0
        if random.random() < 0.11:
            step = random.uniform(0.01, 0.03)
            if random.random() < 0.5:
                ours_step, late = step, step * random.uniform(0.8, 1.2)
            else:
                ours_step = step
                theirs_step += step * random.uniform(0.8, 1.2)
        elif random.random() < 0.03:
            ours_step = theirs_step = -0.01
        ours.append(ours[-1] * (1 + ours_step))
        theirs.append(theirs[-1] * (1 + theirs_step))
    return noisy(random, ours), noisy(random, theirs), flat(random, 60), flat(random, 102)


def cost_shock(random: Random) -> Market:
    """Both pass on what they pay, one of them a day later."""
    costs = [60.0]
    for _ in range(DAYS - 1):
        costs.append(costs[-1] * (1 + (random.uniform(0.01, 0.03) if random.random() < 0.1 else 0)))
    later = [costs[0], *costs[:-1]]
    market = flat(random, 105) if random.random() < 0.5 else None
    ours, theirs = [one / 0.6 for one in costs], [one / 0.6 for one in later]
    return noisy(random, ours), noisy(random, theirs), costs, market


def market_rise(random: Random) -> Market:
    """All sellers follow a season."""
    season = walk(random, 100, drift=0.015, often=0.3)
    return noisy(random, season), noisy(random, season), flat(random, 60), noisy(random, [one * 1.02 for one in season])


def independent(random: Random) -> Market:
    """Each moves on days of its own."""
    return walk(random, 100), walk(random, 101), flat(random, 60), flat(random, 102)


def both_dearer(random: Random) -> Market:
    """Each rises over the months, on days of its own."""
    ours, theirs = walk(random, 100, drift=0.012, often=0.15), walk(random, 100, drift=0.012, often=0.15)
    return ours, theirs, flat(random, 60), flat(random, 102)


def matching(random: Random) -> Market:
    """A rival that copies every price of ours the day after, up and down, while ours go nowhere."""
    ours = walk(random, 100, sigma=0.015, often=0.3)
    return ours, noisy(random, [ours[0], *ours[:-1]]), flat(random, 60), flat(random, 102)


def said(make: Callable[[Random], Market]) -> float:
    """How often the monitor calls such a market a parallel rise."""
    found = 0
    for seed in range(RUNS):
        own, rival, costs, market = make(Random(seed))
        found += converging(own, rival, costs=costs, market=market).parallel
    return found / RUNS


def test_parallel_rises_are_found(record_property: Callable[[str, object], None]) -> None:
    rate = said(colluding)

    record_property("parallel rises said", f"{rate:.1%} of {RUNS}")
    assert rate >= 1 - MISSED


@pytest.mark.parametrize("make", [cost_shock, market_rise, independent, both_dearer])
def test_what_costs_the_market_or_chance_explain_is_not_called_one(
    make: Callable[[Random], Market], record_property: Callable[[str, object], None]
) -> None:
    rate = said(make)

    record_property(f"{make.__name__} called a parallel rise", f"{rate:.1%} of {RUNS}")
    assert rate <= INVENTED


def test_a_rival_that_copies_us_is_one_only_where_both_rise() -> None:
    for seed in range(RUNS):
        own, rival, costs, market = matching(Random(seed))
        made = converging(own, rival, costs=costs, market=market)
        assert not made.parallel or min(made.own, made.rival) >= 0.05


def steps(*days: int, share: float = 0.02, start: float = 100.0) -> list[float]:
    """A price that rises on these days."""
    path = [start]
    for day in range(1, DAYS):
        path.append(path[-1] * (1 + share * (day in days)))
    return path


LEVEL = [60.0] * DAYS
OWN, RIVAL = steps(10, 25, 40, 55, 70), steps(11, 25, 41, 56, 71)


def looked(own: list[float] = OWN, rival: list[float] = RIVAL, **known: list[float] | None) -> Finding:
    return converging(own, rival, costs=known.get("costs", LEVEL), market=known.get("market", LEVEL))


def test_what_is_said_names_the_days() -> None:
    made = looked()

    assert made.parallel
    assert made.why_not is None
    assert isinstance(made.rises[0], Rise)
    assert [made.rises[0].share, made.rises[0].rival_share] == pytest.approx([0.02, 0.02])
    assert [(one.day, one.rival_day) for one in made.rises] == [(10, 11), (25, 25), (40, 41), (55, 56), (70, 71)]
    assert made.own_rises == 5
    assert made.by_chance == pytest.approx((1 - (1 - 5 / 89) ** 3) ** 5)


def test_a_rise_of_the_rival_goes_with_one_of_ours_only() -> None:
    made = looked(own=steps(10, 11, 30), rival=steps(11, 50))

    assert [(one.day, one.rival_day) for one in made.rises] == [(10, 11)]


@pytest.mark.parametrize(
    ("made", "why_not"),
    [
        (looked(costs=None), "our costs are not known"),
        (looked(costs=steps(10, 25, 40, 55, 70)), "our costs rose as well"),
        (looked(market=RIVAL), "the whole market rose"),
        (looked(rival=[one * 1.2 for one in RIVAL]), "the prices stand too far apart"),
        (looked(rival=LEVEL), "the prices have not both risen"),
        (looked(own=steps(20, share=0.06), rival=steps(21, share=0.06)), "too few rises go together"),
        (looked(rival=steps(15, 30, 45, 60, 75)), "too few rises go together"),
        (converging([1.0] * 10, [1.0] * 10, costs=None, market=None), "fewer than 28 days are known"),
        (converging([], [], costs=None, market=None), "fewer than 28 days are known"),
    ],
)
def test_what_speaks_against_it_is_named(made: Finding, why_not: str) -> None:
    assert (made.parallel, made.why_not) == (False, why_not)


def test_two_alone_on_a_market_are_said_too() -> None:
    assert looked(market=None).parallel


def test_rises_on_most_days_meet_by_chance() -> None:
    many = looked(own=steps(*range(1, 90, 2), share=0.006), rival=steps(*range(2, 90, 2), share=0.006))

    assert (many.parallel, many.why_not) == (False, "the rises may go together by chance")


def test_series_of_other_days_are_refused() -> None:
    with pytest.raises(ValueError, match="same days"):
        converging([1.0], [1.0, 2.0], costs=None, market=None)
