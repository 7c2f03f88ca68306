"""Proposed prices, their approval and their publication, over HTTP."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response

from pricing.api.bodies import Approval, Denial, NewBatch
from pricing.api.views import BatchView, ChangePage, shown_batch, shown_change
from pricing.domain.price_change import Approver, State
from pricing.usecases.approve import Ruling
from pricing.usecases.house import Pricing
from shared.runtime.answers import View, answer, listing
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging

MANAGERS = frozenset({"administrator", "pricing_manager"})


class RulingView(View):
    """What became of one proposal: its new state, or why it stays as it is."""

    change_id: str
    state: str | None
    detail: str


class Rulings(View):
    """What became of each proposal, in the order sent."""

    done: int
    refused: int
    results: list[RulingView]


def _ruled(rulings: Sequence[Ruling]) -> Response:
    done = sum(ruling.state is not None for ruling in rulings)
    results = [{"change_id": one.change_id, "state": one.state, "detail": one.detail} for one in rulings]
    return answer({"done": done, "refused": len(rulings) - done, "results": results}, status=207)


def change_routes(house: Pricing) -> APIRouter:
    """The routes of price changes."""
    router = APIRouter(tags=["price changes"])

    @router.get("/price-changes", response_model=ChangePage, summary="List price changes, newest first")
    async def list_changes(
        asking: Asking,
        paging: Paging,
        state: Annotated[State | None, Query(description="In one state")] = None,
        run_id: Annotated[str | None, Query(max_length=64, description="Of one run")] = None,
    ) -> Response:
        asking.must("prices:read")
        page = await house.stores.changes.page(asking.organisation_id, paging, state, run_id)
        return listing([shown_change(change) for change in page.items], page)

    @router.post("/price-changes/approvals", status_code=207, response_model=Rulings, summary="Approve proposals")
    async def approve(asking: Asking, body: Approval) -> Response:
        """Four eyes: the author of a policy does not approve its prices. Each proposal stands alone."""
        asking.must("prices:approve")
        approver = Approver(
            user_id=asking.user_id,
            manages=bool(asking.roles & MANAGERS),
            justification=body.justification,
        )
        return _ruled(await house.approve_changes(asking.organisation_id, body.change_ids, approver))

    @router.post("/price-changes/denials", status_code=207, response_model=Rulings, summary="Deny proposals")
    async def deny(asking: Asking, body: Denial) -> Response:
        asking.must("prices:approve")
        rulings = await house.deny_changes(asking.organisation_id, body.change_ids, asking.user_id, body.reason)
        return _ruled(rulings)

    return router


def batch_routes(house: Pricing) -> APIRouter:
    """The routes of publication batches."""
    router = APIRouter(tags=["batches"])

    @router.post(
        "/batches",
        status_code=202,
        response_model=BatchView,
        responses=described(409),
        summary="Publish approved prices",
    )
    async def add_batch(asking: Asking, body: NewBatch) -> Response:
        """Prices are written and read back in the background; a line counts as done when it is APPLIED."""
        asking.must("prices:publish")
        batch = await house.start_batch(asking.organisation_id, asking.user_id, body.run_id)
        return answer(shown_batch(batch), status=202, headers={"Location": f"/pricing/batches/{batch.batch_id}"})

    @router.get("/batches/{batch_id}", response_model=BatchView, summary="Read a batch")
    async def get_batch(asking: Asking, batch_id: str) -> Response:
        asking.must("prices:read")
        return answer(shown_batch(await house.stores.batches.get(asking.organisation_id, batch_id)))

    return router
