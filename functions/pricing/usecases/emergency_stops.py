"""Stop the writing of prices at once, and let it go on."""

from dataclasses import dataclass

from pricing.domain.emergency_stop import EmergencyStop, reasoned
from pricing.domain.errors import ShopUnknown
from pricing.usecases.ports import Facts
from pricing.usecases.publication_ports import EmergencyStops
from shared.kernel.clock import Clock
from shared.kernel.identifiers import fresh_id


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWriting:
    """Let no price of a shop, or of any shop, be written from the next write on."""

    emergency_stops: EmergencyStops
    facts: Facts
    clock: Clock

    async def __call__(self, organisation_id: str, user_id: str, shop_id: str | None, reason: str) -> EmergencyStop:
        """Keep the stop, which holds at once; `ShopUnknown` for a name that would stop nothing."""
        at = self.clock()
        if shop_id is not None and not (await self.facts.part_after(organisation_id, shop_id, "", 1))[0].products:
            raise ShopUnknown(f"no product of shop «{shop_id}» is known: nothing would stop; leave it out for all")
        stop = EmergencyStop(
            stop_id=fresh_id("stp", at),
            organisation_id=organisation_id,
            shop_id=shop_id,
            reason=reasoned(reason),
            set_by=user_id,
            set_at=at,
        )
        await self.emergency_stops.add(stop)
        return stop


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftStop:
    """Let prices be written again."""

    emergency_stops: EmergencyStops
    clock: Clock

    async def __call__(self, organisation_id: str, user_id: str, stop_id: str, reason: str) -> EmergencyStop:
        """End the stop; one that was lifted stays as it was lifted."""
        return await self.emergency_stops.lift(organisation_id, stop_id, user_id, reasoned(reason), self.clock())
