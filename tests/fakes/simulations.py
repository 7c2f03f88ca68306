"""Simulations, their files and the recorded past in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from pricing.domain.decisions.stored import inputs_from
from pricing.domain.errors import SimulationNotFound
from pricing.domain.market import Observation
from pricing.domain.simulation import Simulation
from pricing.usecases.ports import Run
from shared.kernel.paging import Page, Window
from tests.fakes.lists import page_of
from tests.fakes.pricing import FakeRuns


@dataclass
class FakeSimulations:
    """Simulations by id; `asked` are those whose results were asked for."""

    kept: dict[str, Simulation] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def request(self, simulation: Simulation) -> Simulation:
        if simulation.simulation_id not in self.kept:
            self.asked.append(simulation.simulation_id)
        return self.kept.setdefault(simulation.simulation_id, simulation)

    async def begin(self, simulation: Simulation) -> Simulation:
        known = await self.get(simulation.organisation_id, simulation.simulation_id)
        if known.started_at is None and known.finished_at is None:
            known = replace(known, state="RUNNING", started_at=simulation.started_at)
        self.kept[simulation.simulation_id] = known
        return known

    async def finish(self, simulation: Simulation) -> Simulation:
        known = await self.get(simulation.organisation_id, simulation.simulation_id)
        if known.finished_at is None:
            self.kept[simulation.simulation_id] = simulation
        return self.kept[simulation.simulation_id]

    async def get(self, organisation_id: str, simulation_id: str) -> Simulation:
        found = self.kept.get(simulation_id)
        if found is None or found.organisation_id != organisation_id:
            raise SimulationNotFound("none")
        return found

    async def page(self, organisation_id: str, window: Window) -> Page[Simulation]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        return page_of(own, lambda one: one.simulation_id, window, newest_first=True)


@dataclass
class FakeSimulationFiles:
    """Files by organisation, simulation and name."""

    kept: dict[tuple[str, str, str], str] = field(default_factory=dict)

    async def write(self, organisation_id: str, simulation_id: str, name: str, text: str) -> None:
        self.kept[organisation_id, simulation_id, name] = text

    async def link(self, organisation_id: str, simulation_id: str, name: str) -> str:
        assert (organisation_id, simulation_id, name) in self.kept
        return f"https://files.example/{simulation_id}/{name}"


@dataclass
class FakePast:
    """The past as runs and looks tell it."""

    runs: FakeRuns = field(default_factory=FakeRuns)
    looks: dict[str, Observation] = field(default_factory=dict)

    async def runs_of(self, organisation_id: str, policy_id: str, since: datetime, until: datetime) -> Sequence[Run]:
        own = [one for one in self.runs.kept.values() if one.organisation_id == organisation_id]
        done = [one for one in own if one.policy_id == policy_id and one.state == "FINISHED"]
        moments = sorted(((one.started_at or one.requested_at, one) for one in done), key=lambda pair: pair[0])
        return [one for at, one in moments if since < at <= until]

    async def seen(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime, until: datetime
    ) -> Sequence[Observation]:
        own = [one for one in self.looks.values() if one.organisation_id == organisation_id and one.is_read]
        meant = [one for one in own if one.product_id in product_ids and since < one.captured_at <= until]
        return sorted(meant, key=lambda one: (one.captured_at, one.observation_id))

    async def observations(self, organisation_id: str, observation_ids: Sequence[str]) -> Mapping[str, Observation]:
        own = [one for one in self.looks.values() if one.organisation_id == organisation_id]
        return {one.observation_id: one for one in own if one.observation_id in observation_ids}

    async def costs(self, organisation_id: str, product_id: str, since: datetime) -> Sequence[tuple[datetime, Decimal]]:
        own = [one for one in self.runs.taken.values() if one.organisation_id == organisation_id]
        known = [inputs_from(one.inputs) for one in own if one.inputs is not None and one.decided_at > since]
        return sorted(
            (one.at, one.facts.cost)
            for one in known
            if one.facts.product_id == product_id and one.facts.cost is not None
        )
