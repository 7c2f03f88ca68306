"""How much time is left: what Lambda gives an invocation caps the timeout of every call that is made in it.

Without Lambda (a server of one's own, a test) there is no end, and each call keeps its own timeout.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Protocol

# What is left for telling the caller, writing the log line and handing messages back.
MARGIN_SECONDS = 0.5

_ends: ContextVar[float | None] = ContextVar("_ends", default=None)

HEEDED: list[Callable[[float], AbstractContextManager[None]]] = []
"""Drivers with a deadline of their own: each is told how many seconds a unit of work has."""


class Timed(Protocol):
    """What Lambda tells of an invocation's time."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""


def remaining() -> float | None:
    """Seconds that are left, never less than none; None where nothing ends the work."""
    ends = _ends.get()
    return None if ends is None else max(0.0, ends - time.monotonic())


def capped(seconds: float) -> float:
    """A timeout, no longer than what is left."""
    left = remaining()
    return seconds if left is None else min(seconds, left)


class within:  # noqa: N801 - reads as what it does; a generator would cost three times as much for each request
    """Everything in here ends within so many seconds; an end that was set further out counts as well."""

    __slots__ = ("_seconds", "_token", "_told")

    def __init__(self, seconds: float) -> None:
        self._seconds = capped(max(0.001, seconds))

    def __enter__(self) -> None:
        self._token = _ends.set(time.monotonic() + self._seconds)
        self._told = [heeding(self._seconds) for heeding in HEEDED]
        for told in self._told:
            told.__enter__()

    def __exit__(self, *failure: object) -> None:
        for told in reversed(self._told):
            told.__exit__(None, None, None)
        _ends.reset(self._token)


def before_the_end_of(context: Timed) -> within:
    """Everything in here ends half a second before Lambda ends the invocation."""
    return within(context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS)
