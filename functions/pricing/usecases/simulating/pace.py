"""How a simulation keeps to its time, and ends when somebody wants it to."""

from collections.abc import Callable
from dataclasses import dataclass

from pricing.domain.errors import SimulationTooLarge
from pricing.usecases.ports import Stops

NEEDED_AT_THE_END_SECONDS = 30.0


class Stopped(Exception):
    """Somebody does not want the simulation any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Looks between two parts of a simulation whether it goes on."""

    stops: Stops
    organisation_id: str
    simulation_id: str
    seconds_left: Callable[[], float]

    async def __call__(self) -> None:
        """Go on; or `Stopped`, or `SimulationTooLarge` while there is still time to say so."""
        if self.seconds_left() < NEEDED_AT_THE_END_SECONDS:
            raise SimulationTooLarge("it does not come to its end in the time of one worker: ask for fewer days")
        if await self.stops.stopped(self.organisation_id, self.simulation_id):
            raise Stopped
