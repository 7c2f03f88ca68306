"""Policy runs and their decisions, over HTTP."""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from pricing.api.bodies import NewRun
from pricing.api.views import DecisionPage, DecisionView, RunPage, RunView, shown_decision, shown_run
from pricing.domain.decision import ReasonCode
from pricing.usecases.house import Pricing
from shared.runtime.answers import View, answer, listing
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


def run_routes(house: Pricing) -> APIRouter:
    """The routes of runs."""
    router = APIRouter(tags=["runs"])

    @router.post(
        "/runs", status_code=202, response_model=RunView, responses=described(404), summary="Apply a policy to its shop"
    )
    async def add_run(asking: Asking, body: NewRun) -> Response:
        """The run is decided in the background; read it until its state is FINISHED."""
        asking.must("policies:write")
        run = await house.start_run(asking.organisation_id, body.policy_id, asking.user_id)
        return answer(shown_run(run), status=202, headers={"Location": f"/pricing/runs/{run.run_id}"})

    @router.get("/runs", response_model=RunPage, summary="List runs, newest first")
    async def list_runs(asking: Asking, paging: Paging) -> Response:
        asking.must("prices:read")
        page = await house.stores.runs.page(asking.organisation_id, paging)
        return listing([shown_run(run) for run in page.items], page)

    @router.get("/runs/{run_id}", response_model=RunView, summary="Read a run")
    async def get_run(asking: Asking, run_id: str) -> Response:
        asking.must("prices:read")
        return answer(shown_run(await house.stores.runs.get(asking.organisation_id, run_id)))

    return router


class DifferenceView(View):
    """A field in which the decision, made again, is not what was stored."""

    field: str
    stored: str
    again: str


class CounterfactualView(View):
    """The nearest change of the market that would have changed the price, and to what."""

    kind: Literal["reference", "new_offer", "returning_offer"]
    observation_id: str | None
    competitor_id: str | None
    price_mode: Literal["item", "landed"]
    before: str | None
    at: str
    price: str | None
    reason: str
    together: bool


class WhyView(View):
    """What would have changed a decision, in words too. `differences` are empty when it comes out the same again."""

    replayable: bool
    differences: list[DifferenceView]
    counterfactual: CounterfactualView | None
    words: str | None


def decision_routes(house: Pricing) -> APIRouter:
    """The routes of decisions."""
    router = APIRouter(tags=["decisions"])

    @router.get("/decisions", response_model=DecisionPage, summary="List a run's decisions")
    async def list_decisions(
        asking: Asking,
        paging: Paging,
        run_id: Annotated[str, Query(max_length=64, description="The run")],
        reason: Annotated[ReasonCode | None, Query(description="Only those for this reason")] = None,
    ) -> Response:
        """What could not be decided is found by its reason: BOUNDS_CONFLICT, MISSING_COST, STALE_DATA and others."""
        asking.must("prices:read")
        page = await house.stores.runs.decisions(asking.organisation_id, run_id, paging, reason)
        return listing([shown_decision(one) for one in page.items], page)

    @router.get("/decisions/{decision_id}", response_model=DecisionView, summary="Why this price?")
    async def get_decision(asking: Asking, decision_id: str) -> Response:
        asking.must("prices:read")
        return answer(shown_decision(await house.stores.runs.decision(asking.organisation_id, decision_id)))

    @router.get(
        "/decisions/{decision_id}/why",
        response_model=WhyView,
        responses=described(404),
        summary="What would have changed this price?",
    )
    async def explain_decision(asking: Asking, decision_id: str) -> Response:
        """The decision is made again from what it was made from, and the nearest change of the market that flips it."""
        asking.must("prices:read")
        await house.stores.runs.decision(asking.organisation_id, decision_id)
        return answer(asdict(await house.trials.explain(asking.organisation_id, decision_id)))

    return router
