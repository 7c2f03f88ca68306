"""What keeps a sick dependency from being asked too often: a budget of retries, a breaker, a limit of calls at once.

Each is the state of one process. A shared one would need a store, which may itself be the sick dependency; and a
Lambda instance learns within its own few calls what is wrong.
"""

import time
from collections.abc import Callable

type Monotonic = Callable[[], float]

SHARE_OF_RETRIES = 0.1
MOST_SAVED = 10.0
# A young process may retry at once: the first retries are an advance that its first calls pay back.
ADVANCE = 2.0


class Refused(Exception):
    """The dependency was not asked: it is known to be sick, too many ask already, or no time is left."""


class Budget:
    """Retries, at most one for ten calls: a dependency that always fails sees 1.1 times its load, not three times."""

    def __init__(self, share: float = SHARE_OF_RETRIES) -> None:
        self._share = share
        self._tokens = ADVANCE
        self._owed = ADVANCE

    def called(self) -> None:
        """Count a first attempt."""
        if self._owed > 0:
            self._owed -= self._share
        else:
            self._tokens = min(MOST_SAVED, self._tokens + self._share)

    def spend(self) -> bool:
        """Whether a retry may be made; it is counted when it may."""
        # Ten tenths are a little less than one.
        if self._tokens < 1 - 1e-9:
            return False
        self._tokens -= 1
        return True


class Breaker:
    """Opens after so many failures in a row, answers at once while it is open, then lets one probe through."""

    def __init__(self, failures: int, cool_seconds: float, monotonic: Monotonic = time.monotonic) -> None:
        self._most = failures
        self._cool = cool_seconds
        self._monotonic = monotonic
        self._failures = 0
        self._opened: float | None = None
        self._probing: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether calls are refused, but for the probe."""
        return self._opened is not None

    @property
    def probes_in_seconds(self) -> float:
        """How long until the next call is let through."""
        return 0.0 if self._opened is None else max(0.0, self._opened + self._cool - self._monotonic())

    def admit(self) -> bool:
        """Whether a call may be made now. The one after the cooling time is the probe."""
        if self._opened is None:
            return True
        now = self._monotonic()
        # A probe that was never heard of again (a frozen instance, a cancelled call) must not shut the door for good.
        busy = self._probing is not None and now < self._probing + self._cool
        if busy or now < self._opened + self._cool:
            return False
        self._probing = now
        return True

    def succeeded(self) -> None:
        """The dependency answered."""
        self._failures = 0
        self._opened = self._probing = None

    def failed(self) -> None:
        """The dependency failed."""
        self._failures += 1
        if self._opened is not None or self._failures >= self._most:
            self._opened = self._monotonic()
            self._probing = None
