"""The budget for looks, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from pricing.domain.scan_budget import Budget
from pricing.usecases.house import Pricing
from pricing.usecases.scan_budget import BudgetReport
from shared.runtime.answers import Body, View, answer, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking

type Hours = Annotated[int, Field(ge=1, le=720)]


class BudgetBody(Body):
    """How many looks a day are paid for, and how often or seldom any page is looked at."""

    looks_per_day: int = Field(ge=1, le=10_000_000)
    min_hours: Hours = 1
    max_hours: Hours = 168


class EffectsView(View):
    """What looks brought. `useful` are those that moved the lowest price on sale of a product."""

    since: str
    looks: int
    billed_ms: int
    cost_microusd: int
    changes: int
    useful: int
    microusd_for_each_useful: int | None


class BudgetView(View):
    """A budget, and what looks brought in thirty days. A scan `by_budget` spends it."""

    looks_per_day: int
    min_hours: int
    max_hours: int
    set_by: str
    set_at: str
    left: int
    effects: EffectsView


def scan_budget_routes(house: Pricing) -> APIRouter:
    """The routes of the budget."""
    router = APIRouter(tags=["scan budget"])

    @router.put("/scan-budget", response_model=BudgetView, summary="Set how many looks a day you pay for")
    async def put_budget(asking: Asking, body: BudgetBody) -> Response:
        """Scans `by_budget` look where a change is likely, would move a decision, and sells: schedule one each hour."""
        asking.must("market:write")
        budget = Budget(**body.model_dump())
        await house.set_budget(asking.organisation_id, budget, asking.user_id)
        return answer(_shown(await house.read_budget(asking.organisation_id)))

    @router.get(
        "/scan-budget",
        response_model=BudgetView,
        responses=described(404),
        summary="Read your budget for looks, and what a useful change costs",
    )
    async def get_budget(asking: Asking) -> Response:
        asking.must("market:read")
        return answer(_shown(await house.read_budget(asking.organisation_id)))

    @router.delete("/scan-budget", status_code=204, summary="Have no budget for looks")
    async def delete_budget(asking: Asking) -> Response:
        """Scans `by_budget` end in a failed job that says so; all others go on."""
        asking.must("market:write")
        await house.stores.budgets.remove(asking.organisation_id)
        return Response(status_code=204)

    return router


def _shown(report: BudgetReport) -> dict[str, Any]:
    kept, effects = report.kept, report.effects
    return {
        "looks_per_day": kept.budget.looks_per_day,
        "min_hours": round(kept.budget.min_hours),
        "max_hours": round(kept.budget.max_hours),
        "set_by": kept.set_by,
        "set_at": timestamp(kept.set_at),
        "left": int(kept.left),
        "effects": {
            "since": timestamp(report.since),
            "looks": effects.looks,
            "billed_ms": effects.billed_ms,
            "cost_microusd": effects.cost_microusd,
            "changes": effects.changes,
            "useful": effects.useful,
            "microusd_for_each_useful": effects.microusd_for_each_useful,
        },
    }
