"""Pages that are to be read later: they wait on a queue of their own, so that their lane goes on without them.

A FIFO queue cannot hold back one message of a group without holding back all that follow.
"""

import math

from pricing.adapters.commands import lane_group
from shared.contracts.discovery import DiscoverPages
from shared.contracts.pricing import PagesToScan
from shared.kernel.clock import Clock
from shared.runtime.queues import Queue


class PagesLater:
    """The queue of waiting pages."""

    def __init__(self, waiting: Queue, clock: Clock) -> None:
        self._waiting = waiting
        self._clock = clock

    async def put_off(self, request: PagesToScan | DiscoverPages) -> None:
        """Have a request wait until its time has come, or for the longest that a queue holds a message back."""
        await self._waiting.send([request], delay_seconds=math.ceil(self.seconds(request)))

    def seconds(self, request: PagesToScan | DiscoverPages) -> float:
        """How long a request is to wait yet."""
        if request.not_before is None:
            return 0.0
        return max(0.0, (request.not_before - self._clock()).total_seconds())


class PagesBack:
    """The way of waiting pages back to their lanes."""

    def __init__(self, later: PagesLater, lanes: Queue) -> None:
        self._later = later
        self._lanes = lanes

    async def give(self, request: PagesToScan | DiscoverPages) -> None:
        """Give a request back to its lane when its time has come, or have it wait on."""
        if self._later.seconds(request) > 0:
            await self._later.put_off(request)
        else:
            await self._lanes.send([request], group=lane_group(request.lane))
