"""The one policy of remote calls: attempts, backoff, budget, breaker, bulkhead, deadline."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.runtime.breaker import Breaker, Budget, Refused
from shared.runtime.deadline import HEEDED, before_the_end_of, capped, remaining, within
from shared.runtime.metrics import written
from shared.runtime.resilience import (
    FINAL,
    LONGEST_RETRY_AFTER_SECONDS,
    SICK,
    Policy,
    Remote,
    Verdict,
    retry_after,
)

POLICY = Policy(timeout_seconds=1.0, attempts=3, failures_to_open=1_000_000)
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


class Hands:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Dependency:
    """Answers with what it is given, one after the other; counts how often it was asked."""

    def __init__(self, *answers: Any, otherwise: Any = None) -> None:
        self.answers = list(answers)
        self.otherwise = otherwise or OSError("down")
        self.asked = 0
        self.given: list[float] = []

    async def __call__(self, seconds: float) -> Any:
        self.asked += 1
        self.given.append(seconds)
        answer = self.answers.pop(0) if self.answers else self.otherwise
        if isinstance(answer, Exception):
            raise answer
        return answer


def sick(_: Exception) -> Verdict:
    return SICK


def final(_: Exception) -> Verdict:
    return FINAL


def remote(policy: Policy = POLICY, hands: Hands | None = None) -> Remote:
    hands = hands or Hands()
    return Remote("it", policy, monotonic=hands, sleep=hands.sleep)


def ask(it: Remote, work: Callable[[float], Awaitable[Any]], judge: Any = sick, **how: Any) -> Any:
    return asyncio.run(it.call(work, judge, **how))


def test_a_call_that_fails_once_is_made_again() -> None:
    dependency = Dependency(OSError("once"), "well")

    assert ask(remote(), dependency) == "well"
    assert dependency.asked == 2


def test_no_more_attempts_are_made_than_the_policy_has() -> None:
    dependency = Dependency()

    with pytest.raises(OSError, match="down"):
        ask(remote(), dependency)
    assert dependency.asked == 3


def test_what_no_second_attempt_mends_is_not_tried_again() -> None:
    dependency = Dependency(ValueError("no such queue"))

    with pytest.raises(ValueError, match="queue"):
        ask(remote(), dependency, final)
    assert dependency.asked == 1


def test_a_call_that_may_not_be_repeated_is_made_once() -> None:
    dependency = Dependency()

    with pytest.raises(OSError, match="down"):
        ask(remote(), dependency, repeatable=False)
    assert dependency.asked == 1


def test_a_call_that_hangs_ends_with_its_timeout() -> None:
    async def hang(_: float) -> None:
        await asyncio.sleep(60)

    started = time.monotonic()
    with pytest.raises(TimeoutError):
        ask(Remote("it", replace(POLICY, timeout_seconds=0.1, attempts=1)), hang)
    assert time.monotonic() - started < 1


def test_jitter_takes_the_full_range_evenly() -> None:
    it = Remote("it", replace(POLICY, base_seconds=1.0))

    drawn = sorted(it.pause(1) for _ in range(1000))

    # Kolmogorov and Smirnov: beyond 1.95 / √n an even spread is a thing of one in a thousand.
    farthest = max(abs(value - place / 1000) for place, value in enumerate(drawn))
    assert farthest < 1.95 / 1000**0.5


@given(st.integers(1, 60))
def test_no_pause_is_longer_than_the_cap(attempt: int) -> None:
    assert 0 <= remote().pause(attempt) <= POLICY.cap_seconds


def test_bounds_of_pauses_double() -> None:
    it = Remote("it", POLICY, uniform=lambda _, most: most)

    assert [it.pause(attempt) for attempt in (1, 2, 3, 6)] == [0.1, 0.2, 0.4, 2.0]


@pytest.mark.parametrize(("told", "wanted"), [(1.5, 1.5), (3600.0, LONGEST_RETRY_AFTER_SECONDS)])
def test_what_the_server_asks_is_waited_for_up_to_a_bound(told: float, wanted: float) -> None:
    hands = Hands()
    dependency = Dependency(OSError("busy"), "well")

    ask(remote(hands=hands), dependency, lambda _: Verdict(retry=True, sick=False, after=told))

    assert hands.slept == [wanted]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Mon, 23 Nov 2026 06:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 05:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-3", None),
        ("٣", None),
        ("9" * 400, 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 23 Nov 2026 06:00:30 +99999999999999999999", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": header}, lambda: NOW) == seconds


def test_a_dependency_that_always_fails_sees_a_tenth_more_than_its_load() -> None:
    dependency = Dependency()
    it = remote()
    for _ in range(1000):
        with pytest.raises(OSError, match="down"):
            ask(it, dependency)

    assert dependency.asked <= 1100


@settings(max_examples=30)
@given(st.lists(st.booleans(), min_size=20, max_size=400))
def test_retries_never_outgrow_a_tenth_of_the_calls(wishes: list[bool]) -> None:
    budget = Budget()
    spent = 0
    for place, wish in enumerate(wishes, start=1):
        budget.called()
        spent += wish and budget.spend()
        assert spent <= max(2, place / 10)


def test_the_breaker_opens_at_its_threshold_and_then_answers_at_once() -> None:
    dependency = Dependency()
    it = remote(replace(POLICY, failures_to_open=5, attempts=1))
    for _ in range(5):
        with pytest.raises(OSError, match="down"):
            ask(it, dependency)

    started = time.perf_counter()
    with pytest.raises(Refused):
        ask(it, dependency)

    assert time.perf_counter() - started < 0.05
    assert dependency.asked == 5


def test_half_open_lets_one_probe_through_and_its_success_closes() -> None:
    hands = Hands()
    breaker = Breaker(2, 10.0, hands)
    breaker.failed()
    breaker.failed()
    before = breaker.admit()
    hands.now += 10

    admitted = [breaker.admit() for _ in range(5)]
    breaker.succeeded()

    assert (before, admitted) == (False, [True, False, False, False, False])
    assert breaker.admit()


def test_a_failed_probe_shuts_the_breaker_again() -> None:
    hands = Hands()
    breaker = Breaker(1, 10.0, hands)
    breaker.failed()
    hands.now += 10
    breaker.admit()
    breaker.failed()

    assert not breaker.admit()
    assert breaker.probes_in_seconds == 10.0


def test_a_probe_that_is_never_heard_of_again_does_not_shut_the_door_for_good() -> None:
    hands = Hands()
    breaker = Breaker(1, 10.0, hands)
    breaker.failed()
    hands.now += 10
    assert breaker.admit()
    hands.now += 10

    assert breaker.admit()


def test_refusals_of_the_caller_do_not_open_the_breaker() -> None:
    dependency = Dependency(otherwise=ValueError("no such thing"))
    it = remote(replace(POLICY, failures_to_open=3))
    for _ in range(10):
        with pytest.raises(ValueError, match="thing"):
            ask(it, dependency, final)

    assert dependency.asked == 10


def test_failures_and_calls_that_were_not_made_are_counted_and_refusals_of_the_caller_are_not() -> None:
    written("before")
    it = remote(replace(POLICY, failures_to_open=2, attempts=1))
    for dependency, judge in [(Dependency(ValueError("no")), final), *[(Dependency(), sick)] * 2]:
        with pytest.raises((OSError, ValueError)):
            ask(it, dependency, judge)
    for _ in range(3):
        with pytest.raises(Refused):
            ask(it, Dependency("well"))

    (line,) = [json.loads(one) for one in written("test")]
    assert line["dependency"] == "it"
    assert (line["DependencyFailures"], line["DependencyRefusals"]) == ([1, 1], [1, 1, 1])


def test_so_many_may_wait_and_the_next_is_answered_at_once() -> None:
    async def story() -> None:
        it = Remote("it", replace(POLICY, at_once=2))
        release = asyncio.Event()

        async def wait(_: float) -> None:
            await release.wait()

        waiting = [asyncio.create_task(it.call(wait, sick)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Refused):
            await it.call(wait, sick)
        release.set()
        await asyncio.gather(*waiting)
        await it.call(wait, sick)

    asyncio.run(story())


def test_a_hung_dependency_leaves_the_others_their_threads() -> None:
    async def story() -> list[float]:
        hung = Remote("gemini", replace(POLICY, timeout_seconds=0.3, attempts=1, at_once=4, failures_to_open=1000))
        prices = Remote("prices", POLICY)

        async def quietly() -> None:
            with pytest.raises((TimeoutError, Refused)):
                await hung.blocking(lambda: time.sleep(0.5), sick)

        asking = [asyncio.create_task(quietly()) for _ in range(20)]
        await asyncio.sleep(0)
        took: list[float] = []
        for _ in range(50):
            started = time.perf_counter()
            await prices.blocking(lambda: 1, sick)
            took.append(time.perf_counter() - started)
        await asyncio.gather(*asking)
        return sorted(took)

    took = asyncio.run(story())

    assert took[47] < 0.05


def test_every_timeout_is_cut_to_what_is_left_of_the_invocation() -> None:
    dependency = Dependency("well")

    with within(0.4):
        ask(remote(), dependency)

    assert dependency.given[0] <= 0.4


def test_all_attempts_together_stay_within_what_is_left() -> None:
    async def hang(_: float) -> None:
        await asyncio.sleep(60)

    started = time.monotonic()
    with within(0.5), pytest.raises((TimeoutError, Refused)):
        ask(Remote("it", replace(POLICY, timeout_seconds=0.3, attempts=10)), hang)

    assert time.monotonic() - started < 0.9


def test_an_invocation_with_no_time_left_asks_nobody() -> None:
    dependency = Dependency("well")

    with within(0.01), pytest.raises(Refused):
        ask(remote(), dependency)

    assert dependency.asked == 0


def test_the_end_of_the_invocation_comes_half_a_second_early() -> None:
    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return 3_000

    with before_the_end_of(Context()):
        left = remaining()

    assert left is not None
    assert 2.3 < left <= 2.5
    assert remaining() is None


def test_an_end_within_an_end_is_never_later() -> None:
    with within(1.0), within(60.0):
        assert capped(100.0) <= 1.0


def test_drivers_with_a_deadline_of_their_own_are_told() -> None:
    from pymongo import _csot  # noqa: PLC0415

    import shared.runtime.mongo  # noqa: F401, PLC0415 - tells the driver

    assert HEEDED
    with within(2.0):
        assert (_csot.remaining() or 99) <= 2.0
    assert _csot.remaining() is None


def test_outside_of_lambda_there_is_no_end() -> None:
    assert remaining() is None
    assert capped(7.0) == 7.0
