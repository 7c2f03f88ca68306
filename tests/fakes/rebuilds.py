"""Wishes for the catalogue's facts, in memory."""

from dataclasses import dataclass, field

from pricing.usecases.rebuild_facts import Rebuild


@dataclass
class FakeRebuilds:
    """What was asked for, in order."""

    asked: list[Rebuild] = field(default_factory=list)

    async def start(self, rebuild: Rebuild) -> None:
        self.asked.append(rebuild)
