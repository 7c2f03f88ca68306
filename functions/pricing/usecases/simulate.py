"""Compute a simulation, write its files and say how it ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from pricing.domain.charts import Ladder, Moves, Paths
from pricing.domain.simulation import Asked, Simulation, checked
from pricing.usecases.ports import Stops
from pricing.usecases.simulating.pace import Pace, Stopped
from pricing.usecases.simulating.results import Made, csv_text, json_text, plain_data
from pricing.usecases.simulations import LADDER, MOVES, PRICES, RESULT, ROWS, SimulationFiles, Simulations
from shared.kernel.clock import Clock
from shared.kernel.errors import Rejected

LONGEST_DETAIL = 300


class Simulates(Protocol):
    """Computes simulations of one kind."""

    async def __call__(self, organisation_id: str, asked: Asked, pace: Pace) -> Made:
        """Return what came of it."""


class Draws(Protocol):
    """Draws pictures as SVG."""

    def paths(self, chart: Paths) -> str:
        """Price paths, a panel for each product."""

    def ladder(self, chart: Ladder) -> str:
        """Changes in the order of their size."""

    def moves(self, chart: Moves) -> str:
        """A histogram of moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulate:
    """Compute what a simulation asks. Computed twice, it writes the same files under the same names."""

    simulations: Simulations
    files: SimulationFiles
    kinds: Mapping[str, Simulates]
    draw: Draws
    stops: Stops
    clock: Clock

    async def __call__(self, organisation_id: str, simulation_id: str, seconds_left: Callable[[], float]) -> Simulation:
        """Compute it and close it; one that cannot be computed ends as FAILED and says why."""
        kept = await self.simulations.get(organisation_id, simulation_id)
        if kept.finished_at is not None:
            return kept
        kept = await self.simulations.begin(replace(kept, started_at=self.clock()))
        if kept.finished_at is not None:
            return kept
        pace = Pace(
            stops=self.stops,
            organisation_id=organisation_id,
            simulation_id=simulation_id,
            seconds_left=seconds_left,
        )
        try:
            await pace()
            asked = checked(kept.asked)
            made = await self.kinds[asked.kind](organisation_id, asked, pace)
        except Stopped:
            return await self._end(kept, "CANCELLED")
        except Rejected as error:
            return await self._end(kept, "FAILED", error.detail)
        except (ArithmeticError, ValueError) as error:
            # Computed again it would fail again.
            return await self._end(kept, "FAILED", f"it cannot be computed: {error!r}"[:LONGEST_DETAIL])
        names = await self._write(kept, made)
        done = replace(kept, items=made.items, summary=plain_data(made.summary), files=names)
        return await self._end(done, "FINISHED")

    async def _end(self, simulation: Simulation, state: str, detail: str = "") -> Simulation:
        at: datetime = self.clock()
        return await self.simulations.finish(replace(simulation, state=state, finished_at=at, detail=detail))

    async def _write(self, simulation: Simulation, made: Made) -> tuple[str, ...]:
        texts = {RESULT: json_text(made.result), ROWS: csv_text(made.columns, made.rows)}
        if made.paths is not None and made.paths.panels:
            texts[PRICES] = self.draw.paths(made.paths)
        if made.ladder is not None:
            texts[LADDER] = self.draw.ladder(made.ladder)
        if made.moves is not None:
            texts[MOVES] = self.draw.moves(made.moves)
        for name, text in texts.items():
            await self.files.write(simulation.organisation_id, simulation.simulation_id, name, text)
        return tuple(texts)
