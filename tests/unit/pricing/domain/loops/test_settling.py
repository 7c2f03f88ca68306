"""In a loop: one move to its end, or a hold and one question upwards; never more than three moves of ours."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.domain.kernel.codes import ProductFlag
from pricing.domain.loops.patterns import Pattern
from pricing.domain.loops.recognition import Charged, Loop, recognised
from pricing.domain.loops.settling import FOLLOW, Own, answered, own_side
from pricing.domain.plan import Line, LoopPlan, Reference
from tests.builders.kernel import a_rule, decided, euros, goods, seen

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
PLAN = LoopPlan()
TEN_CENTS = Pattern(kind="money", money=10)


def a_loop(*, own_moves: int = 2, floor: int | None = None, pattern: Pattern = TEN_CENTS, rose: bool = False) -> Loop:
    return Loop(
        started_at=START,
        last_move_at=START + timedelta(hours=4),
        own_moves=own_moves,
        rival_moves=2,
        level=1200,
        pattern=pattern,
        floor=floor,
        rival_rose=rose,
    )


def us(price: int = 1160, lower: int = 1000, upper: int = 5000) -> Own:
    line = Line(reference=Reference(kind="lowest"), relation="below", money=10)
    return own_side(line, price=price, lower=lower, upper=upper)


@pytest.mark.parametrize(
    ("lower", "floor", "price"), [(1000, 1050, 1040), (1050, 1000, 1050), (1000, 1000, 1000), (1045, 1050, 1045)]
)
def test_e27_floors_of_10_00_and_10_50_end_at_10_40_and_10_50_in_one_move(lower: int, floor: int, price: int) -> None:
    answer = answered(a_loop(floor=floor), us(lower=lower), PLAN, START + timedelta(hours=5))

    assert (answer.kind, answer.price, answer.flags) == ("settle", price, ProductFlag.LOOPING)


def test_the_kernel_moves_a_looping_product_to_the_end_of_its_loop_at_once() -> None:
    answer = answered(a_loop(floor=1050), us(), PLAN, START + timedelta(hours=5))
    assert answer.price is not None
    marks = frozenset({str(answer.flags.name)})
    settles = Decimal(answer.price).scaleb(-2)

    verdict = decided(goods("11.60", seen("11.50"), min="10.00", settles=settles, marks=marks), a_rule())

    assert (euros(verdict), verdict.reason) == ("10.40", "LOOP_DETECTED")


@pytest.mark.parametrize(
    ("loop", "hours", "kind", "price"),
    [
        (None, 5, "follow", None),
        (a_loop(own_moves=3, floor=1050), 5, "hold", None),
        (a_loop(floor=1170), 5, "hold", None),
        (a_loop(), 5, "hold", None),
        (a_loop(), 11, "test_up", 1200),
        (a_loop(own_moves=3), 11, "hold", None),
        (a_loop(rose=True), 5, "follow", None),
        (a_loop(own_moves=3, rose=True), 5, "hold", None),
    ],
)
def test_what_is_answered(loop: Loop | None, hours: int, kind: str, price: int | None) -> None:
    answer = answered(loop, us(), PLAN, START + timedelta(hours=hours))

    assert (answer.kind, answer.price) == (kind, price)
    assert answer.flags == (ProductFlag(0) if kind == "follow" else ProductFlag.LOOPING)


def test_a_test_upwards_stays_inside_the_bounds() -> None:
    assert answered(a_loop(), us(upper=1180), PLAN, START + timedelta(hours=11)).price == 1180
    assert answered(a_loop(), us(upper=1160), PLAN, START + timedelta(hours=11)).kind == "hold"


def test_without_a_loop_the_policy_decides() -> None:
    assert FOLLOW.flags == ProductFlag(0)


def test_a_rival_whose_answers_nobody_can_foretell_is_not_tested() -> None:
    answer = answered(a_loop(pattern=Pattern(kind="unknown")), us(), PLAN, START + timedelta(hours=11))

    assert (answer.kind, answer.price) == ("hold", None)


@dataclass(slots=True)
class Bot:
    """A rival that answers every price of ours after a while, down to its floor, and follows upwards as well."""

    pattern: Pattern
    floor: int
    delay: int
    due: int | None = None
    path: list[Charged] = field(default_factory=list)

    def looks(self, minute: int, ours: int) -> None:
        wanted = max(self.pattern.answer(ours) or 0, self.floor)
        if wanted == self.path[-1].price:
            self.due = None
        elif self.due is None:
            self.due = minute + self.delay
        elif minute >= self.due:
            self.path.append(Charged(START + timedelta(minutes=minute), wanted))
            self.due = None


BOTS = st.builds(
    Bot,
    pattern=st.one_of(
        st.just(Pattern(kind="match")),
        st.integers(1, 60).map(lambda money: Pattern(kind="money", money=money)),
        st.sampled_from([5_000, 10_000, 30_000]).map(lambda ppm: Pattern(kind="share", ppm=ppm)),
    ),
    floor=st.integers(500, 1150),
    delay=st.sampled_from([5, 20, 60, 180]),
)


@settings(deadline=None, max_examples=150)
@given(BOTS, st.integers(600, 1150), st.sampled_from([15, 60]), st.integers(1, 40), st.sampled_from([1, 2, 3]))
def test_never_more_own_moves_in_a_loop_than_the_policy_allows(
    bot: Bot, lower: int, every: int, step: int, most: int
) -> None:
    plan = LoopPlan(max_moves=most)
    own, bot.path = [Charged(START, 1300)], [Charged(START, 1290)]
    for minute in range(5, 23 * 60, 5):
        now = START + timedelta(minutes=minute)
        bot.looks(minute, own[-1].price)
        if minute % every:
            continue
        loop = recognised(own, bot.path, plan, now)
        side = Own(price=own[-1].price, lower=lower, upper=2000, money=step)
        answer = answered(loop, side, plan, now)
        wanted = side.under(bot.path[-1].price) if answer.kind == "follow" else answer.price
        if wanted is not None and wanted != own[-1].price:
            own.append(Charged(now, wanted))
        assert loop is None or loop.own_moves <= most
        assert lower <= own[-1].price or len(own) == 1
    # All of it lies inside one window.
    assert len(own) - 1 <= most


@settings(deadline=None, max_examples=150)
@given(st.integers(500, 1200), st.integers(500, 1200), st.integers(1, 50), st.integers(1, 50))
def test_the_final_level_is_where_many_small_cuts_would_end(lower: int, floor: int, ours: int, theirs: int) -> None:
    own, rival = 1300, 1300
    side = Own(price=1300, lower=lower, upper=2000, money=ours)
    for _ in range(1000):
        own = side.under(rival)
        rival = max(own - theirs, floor)

    assert side.under(floor) == own
