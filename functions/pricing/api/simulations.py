"""Simulations, over HTTP: policies tried on what is, on what was, and against each other."""

from fastapi import APIRouter, Response

from pricing.api.simulation_bodies import NewSimulation, asked_of, shown_asked
from pricing.domain.simulation import Simulation
from pricing.usecases.house import Pricing
from shared.kernel.identifiers import fresh_id
from shared.runtime.answers import View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


class SimulationView(View):
    """A simulation. `summary` is the answer in short, null until it is FINISHED; `files` have all of it."""

    simulation_id: str
    kind: str
    asked: dict[str, object]
    state: str
    detail: str
    items: int
    summary: dict[str, object] | None
    files: list[str]
    requested_by: str
    requested_at: str
    started_at: str | None
    finished_at: str | None


class SimulationPage(View):
    """Some simulations, newest first."""

    data: list[SimulationView]
    next_cursor: str | None


class SimulationFileView(View):
    """One of a simulation's files. `url` gives it, without signing in, for fifteen minutes."""

    simulation_id: str
    name: str
    url: str


def _shown(simulation: Simulation) -> dict[str, object]:
    started, finished = simulation.started_at, simulation.finished_at
    return {
        "simulation_id": simulation.simulation_id,
        "kind": simulation.kind,
        "asked": shown_asked(simulation.asked),
        "state": simulation.state,
        "detail": simulation.detail,
        "items": simulation.items,
        "summary": simulation.summary,
        "files": list(simulation.files),
        "requested_by": simulation.requested_by,
        "requested_at": timestamp(simulation.requested_at),
        "started_at": None if started is None else timestamp(started),
        "finished_at": None if finished is None else timestamp(finished),
    }


def simulation_routes(house: Pricing) -> APIRouter:
    """The routes of simulations."""
    router = APIRouter(tags=["simulations"])

    @router.post(
        "/simulations",
        status_code=202,
        response_model=SimulationView,
        responses=described(404, 422),
        summary="Start a simulation",
    )
    async def add_simulation(asking: Asking, body: NewSimulation) -> Response:
        """It is computed in the background and moves no price; read it until its state is FINISHED.

        `difference`: a candidate against a saved policy, for every product as things stand. `backtest`: the same over
        the recorded last days. `replay`: a run made again. `rivals`: where policies settle against each other.
        `convergence`: which rivals' prices rise together with ours. docs/simulations.md says what each needs.
        """
        asking.must("policies:write")
        at = house.clock()
        simulation = Simulation(
            simulation_id=fresh_id("sim", at),
            organisation_id=asking.organisation_id,
            asked=asked_of(body, house.texts.policy_from),
            state="PENDING",
            requested_by=asking.user_id,
            requested_at=at,
        )
        asked = await house.request_simulation(simulation)
        where = f"/pricing/simulations/{asked.simulation_id}"
        return answer(_shown(asked), status=202, headers={"Location": where})

    @router.get("/simulations", response_model=SimulationPage, summary="List simulations, newest first")
    async def list_simulations(asking: Asking, paging: Paging) -> Response:
        asking.must("prices:read")
        page = await house.stores.simulations.page(asking.organisation_id, paging)
        return listing([_shown(one) for one in page.items], page)

    @router.get(
        "/simulations/{simulation_id}",
        response_model=SimulationView,
        responses=described(404),
        summary="Read a simulation",
    )
    async def get_simulation(asking: Asking, simulation_id: str) -> Response:
        asking.must("prices:read")
        return answer(_shown(await house.stores.simulations.get(asking.organisation_id, simulation_id)))

    @router.get(
        "/simulations/{simulation_id}/files/{name}",
        response_model=SimulationFileView,
        responses=described(404),
        summary="Get a link to a file of a simulation",
    )
    async def get_file(asking: Asking, simulation_id: str, name: str) -> Response:
        """`result.json` has everything, `rows.csv` a line for each thing looked at, the others are pictures."""
        asking.must("prices:read")
        url = await house.link_simulation_file(asking.organisation_id, simulation_id, name)
        return answer({"simulation_id": simulation_id, "name": name, "url": url})

    return router
