"""What a scanner owes the hosts of its lane, beyond what it remembers itself: scanners take turns, and forget."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pricing.usecases.looks import LaneMemory, Pages
from shared.kernel.clock import Clock

SAME_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneManners:
    """Leave those alone who asked another scanner of this lane for it, and tell the next one who asked this."""

    pages: Pages
    memory: LaneMemory
    clock: Clock

    async def recall(self, lane: int) -> Mapping[str, datetime]:
        """Heed what earlier scanners of the lane were told; returns until when each host is to be left alone."""
        now = self.clock()
        known = {host: until for host, until in (await self.memory.recall(lane)).items() if until > now}
        for host, until in known.items():
            self.pages.silence(host, (until - now).total_seconds())
        return known

    async def remember(self, lane: int, known: Mapping[str, datetime]) -> None:
        """Tell later scanners of the lane what this one was told, where that is news beside `known`."""
        now = self.clock()
        until = {host: now + timedelta(seconds=seconds) for host, seconds in self.pages.silences().items()}
        if any(moment > known.get(host, now) + SAME_MOMENT for host, moment in until.items()):
            await self.memory.keep(lane, {**known, **until})
