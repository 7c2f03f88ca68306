"""Ask for simulations and read what came of them; the computing is done by a function of its own."""

from dataclasses import dataclass
from typing import Protocol

from pricing.domain.errors import SimulationFileNotFound
from pricing.domain.simulation import Simulation, checked
from pricing.usecases.ports import Policies, Runs
from shared.kernel.paging import Page, Window

RESULT = "result.json"
ROWS = "rows.csv"
PRICES = "prices.svg"
LADDER = "ladder.svg"
MOVES = "moves.svg"


class Simulations(Protocol):
    """The simulations of every organisation."""

    async def request(self, simulation: Simulation) -> Simulation:
        """Keep a simulation with the request for its result; asking twice with one id is asking once."""

    async def begin(self, simulation: Simulation) -> Simulation:
        """Note that it was taken up; returns it as it is kept, which may be further."""

    async def finish(self, simulation: Simulation) -> Simulation:
        """Keep how it ended and tell its job; one that has ended stays as it ended, and is returned."""

    async def get(self, organisation_id: str, simulation_id: str) -> Simulation:
        """Return one simulation; `SimulationNotFound` when there is none."""

    async def page(self, organisation_id: str, window: Window) -> Page[Simulation]:
        """Return some simulations, newest first."""


class SimulationFiles(Protocol):
    """The files of simulations."""

    async def write(self, organisation_id: str, simulation_id: str, name: str, text: str) -> None:
        """Keep a file; writing it twice keeps the second."""

    async def link(self, organisation_id: str, simulation_id: str, name: str) -> str:
        """Return an address that gives the file to whoever has it, for some minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSimulation:
    """Ask for a simulation of policies and runs that there are."""

    policies: Policies
    runs: Runs
    simulations: Simulations

    async def __call__(self, simulation: Simulation) -> Simulation:
        """Keep the simulation as PENDING with the request for its result, in one."""
        asked = checked(simulation.asked)
        named = [asked.policy_id, asked.against, *(one.policy_id for one in asked.sellers)]
        for policy_id in sorted({one for one in named if one is not None}):
            await self.policies.latest(simulation.organisation_id, policy_id)
        if asked.run_id is not None:
            await self.runs.get(simulation.organisation_id, asked.run_id)
        return await self.simulations.request(simulation)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSimulationFile:
    """Give a link to one of a simulation's files."""

    simulations: Simulations
    files: SimulationFiles

    async def __call__(self, organisation_id: str, simulation_id: str, name: str) -> str:
        """Return the address of the file; `SimulationFileNotFound` says which files there are."""
        simulation = await self.simulations.get(organisation_id, simulation_id)
        if name not in simulation.files:
            there = ", ".join(simulation.files) or f"none, it is {simulation.state}"
            raise SimulationFileNotFound(f"«{simulation_id}» has no file «{name}»; it has: {there}")
        return await self.files.link(organisation_id, simulation_id, name)
