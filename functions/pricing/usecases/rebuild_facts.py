"""Rebuild pricing's copy of a shop's catalogue: the catalogue is asked to tell every product again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.kernel.clock import Clock
from shared.kernel.identifiers import fresh_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """A job that has a shop's products told again."""

    job_id: str
    organisation_id: str
    shop_id: str
    requested_by: str
    requested_at: datetime


class Rebuilds(Protocol):
    """The wishes for facts."""

    async def start(self, rebuild: Rebuild) -> None:
        """Announce the job and ask the catalogue, in one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildFacts:
    """Have a shop's products told again; the catalogue knows its shops and tells the job of one that is not there."""

    rebuilds: Rebuilds
    clock: Clock

    async def __call__(self, organisation_id: str, shop_id: str, user_id: str) -> Rebuild:
        """Start the job."""
        at = self.clock()
        rebuild = Rebuild(
            job_id=fresh_id("job", at),
            organisation_id=organisation_id,
            shop_id=shop_id,
            requested_by=user_id,
            requested_at=at,
        )
        await self.rebuilds.start(rebuild)
        return rebuild
