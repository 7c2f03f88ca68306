"""Work on many things: one that fails keeps back none of the others, and is not forgotten."""

import asyncio

import pytest

from shared.kernel.each import for_each
from shared.kernel.errors import Conflict, Unavailable


def test_what_each_gives_is_added_up() -> None:
    async def work(number: int) -> int:
        return number

    assert asyncio.run(for_each([1, 2, 3], work)) == 6


def test_one_that_fails_is_raised_after_the_last() -> None:
    done: list[str] = []

    async def work(name: str) -> int:
        if name == "second":
            raise Conflict("the second")
        if name == "third":
            raise Unavailable("the third")
        done.append(name)
        return 1

    with pytest.raises(Conflict, match="the second"):
        asyncio.run(for_each(["first", "second", "third", "fourth"], work))
    assert done == ["first", "fourth"]


def test_a_fault_of_ours_ends_the_work_at_once() -> None:
    done: list[str] = []

    async def work(name: str) -> int:
        done.append(name)
        raise KeyError(name)

    with pytest.raises(KeyError):
        asyncio.run(for_each(["first", "second"], work))
    assert done == ["first"]
