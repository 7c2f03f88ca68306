"""Publications, their undo, the feed of applied prices and emergency stops, over HTTP."""

from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from pricing.api.bodies import DecimalText
from pricing.api.managers import must_manage
from pricing.api.views import BatchPage, BatchView, shown_batch
from pricing.domain.emergency_stop import LONGEST_REASON, SHORTEST_REASON, EmergencyStop
from pricing.domain.price_change import PriceChange
from pricing.domain.publication import Kpi
from pricing.usecases.house import Pricing
from shared.kernel.errors import Invalid
from shared.kernel.paging import encoded_cursor
from shared.runtime.answers import Body, MoneyView, Slug, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging

# Longer than a transaction that applies prices may take.
SETTLED_AFTER = timedelta(minutes=1)

type Reason = Annotated[str, Field(min_length=SHORTEST_REASON, max_length=LONGEST_REASON)]


class NewBatch(Body):
    """Approved prices to publish: those of one run, or all of a shop that wait."""

    run_id: str | None = Field(default=None, max_length=64)
    shop_id: Slug | None = Field(default=None, description="In place of run_id")


class NewUndo(Body):
    """Why a publication is taken back, and which emergency stop that may pass."""

    reason: Reason
    despite_stop: str | None = Field(default=None, max_length=64, description="The id of a stop that is in force")


class NewKpi(Body):
    """A figure of the shop's own while a canary is out, beside what it was before; more is better."""

    name: str = Field(min_length=1, max_length=60, examples=["conversion rate"])
    value: DecimalText = Field(examples=["2.1"])
    baseline: DecimalText = Field(examples=["2.6"])


class FeedLine(View):
    """A price that stands in the shop since `applied_at`."""

    change_id: str
    product_id: str
    sku: str
    shop_id: str
    price: MoneyView
    applied_at: str
    batch_id: str | None


class FeedPage(View):
    """Applied prices in their order; `next_cursor` is where to go on, now or later."""

    data: list[FeedLine]
    next_cursor: str


class NewStop(Body):
    """What is to be stopped: the prices of one shop, or of all, and why."""

    shop_id: Slug | None = Field(default=None, description="Every shop, when left out")
    reason: Reason


class Lift(Body):
    """Why prices may be written again."""

    reason: Reason


class StopView(View):
    """An emergency stop. It is in force while `lifted_at` is null."""

    stop_id: str
    shop_id: str | None
    reason: str
    set_by: str
    set_at: str
    lifted_by: str | None
    lifted_at: str | None
    lift_reason: str | None


class StopPage(View):
    """Some emergency stops, newest first."""

    data: list[StopView]
    next_cursor: str | None


def batch_routes(house: Pricing) -> APIRouter:
    """The routes of publications."""
    router = APIRouter(tags=["batches"])

    @router.post(
        "/batches",
        status_code=202,
        response_model=BatchView,
        responses=described(404, 409),
        summary="Publish approved prices",
    )
    async def add_batch(asking: Asking, body: NewBatch) -> Response:
        """Prices are written and read back in the background; a line counts as done when it is APPLIED."""
        asking.must("prices:publish")
        if (body.run_id is None) == (body.shop_id is None):
            raise Invalid("name the run whose prices are to go out, or the shop whose prices are: one of the two")
        shop_id = body.shop_id or (await house.stores.runs.get(asking.organisation_id, body.run_id or "")).shop_id
        batch = await house.start_batch(asking.organisation_id, asking.user_id, shop_id, body.run_id)
        return answer(shown_batch(batch), status=202, headers={"Location": f"/pricing/batches/{batch.batch_id}"})

    @router.get("/batches", response_model=BatchPage, summary="List publications, newest first")
    async def list_batches(asking: Asking, paging: Paging) -> Response:
        asking.must("prices:read")
        page = await house.stores.batches.page(asking.organisation_id, paging)
        return listing([shown_batch(one) for one in page.items], page)

    @router.get("/batches/{batch_id}", response_model=BatchView, responses=described(404), summary="Read a batch")
    async def get_batch(asking: Asking, batch_id: str) -> Response:
        """Its lines are `GET /pricing/price-changes?batch_id=`; those that could not be written say why."""
        asking.must("prices:read")
        return answer(shown_batch(await house.stores.batches.get(asking.organisation_id, batch_id)))

    @router.post(
        "/batches/{batch_id}/undos",
        status_code=202,
        response_model=BatchView,
        responses=described(403, 404, 409),
        summary="Take a publication back",
    )
    async def undo(asking: Asking, batch_id: str, body: NewUndo) -> Response:
        """Each price that stands as it was written goes back; what was changed since FAILED as a conflict, untouched.

        Only managers take a publication back. Writing may be stopped meanwhile: name the stop in `despite_stop`.
        """
        asking.must("prices:publish")
        must_manage(asking)
        undone = await house.undo_batch(
            asking.organisation_id, asking.user_id, batch_id, body.reason, body.despite_stop
        )
        return answer(shown_batch(undone), status=202, headers={"Location": f"/pricing/batches/{undone.batch_id}"})

    @router.post(
        "/batches/{batch_id}/kpis",
        response_model=BatchView,
        responses=described(404, 409, 422),
        summary="Tell a figure while the canary is out",
    )
    async def tell_kpi(asking: Asking, batch_id: str, body: NewKpi) -> Response:
        """A figure that fell by more than the shop's `max_kpi_drop_percent` stops the publication before its rest."""
        asking.must("prices:publish")
        kpi = Kpi(name=body.name, value=Decimal(body.value), baseline=Decimal(body.baseline))
        return answer(shown_batch(await house.tell_kpi(asking.organisation_id, asking.user_id, batch_id, kpi)))

    return router


def feed_routes(house: Pricing) -> APIRouter:
    """The route of the feed of applied prices."""
    router = APIRouter(tags=["price feed"])

    @router.get("/price-feed", response_model=FeedPage, summary="Read applied prices in their order")
    async def price_feed(asking: Asking, paging: Paging, shop_id: Annotated[str, Query(max_length=64)]) -> Response:
        """Keep `next_cursor`, which is always there: the next call brings only what came since.

        A price is told a minute after it was applied; by then none can come before it any more.
        """
        asking.must("prices:read")
        settled = house.clock() - SETTLED_AFTER
        page = await house.stores.changes.applied(asking.organisation_id, shop_id, paging, settled)
        lines = [_line(change) for change in page.items]
        return answer({"data": lines, "next_cursor": encoded_cursor(page.next_after)})

    return router


def _line(change: PriceChange) -> dict[str, Any]:
    return {
        "change_id": change.change_id,
        "product_id": change.product_id,
        "sku": change.sku,
        "shop_id": change.shop_id,
        "price": {"amount": f"{change.after:f}", "currency": change.currency},
        "applied_at": None if change.applied_at is None else timestamp(change.applied_at),
        "batch_id": change.batch_id,
    }


def emergency_stop_routes(house: Pricing) -> APIRouter:
    """The routes of emergency stops."""
    router = APIRouter(tags=["emergency stops"])

    @router.post("/emergency-stops", status_code=201, response_model=StopView, summary="Stop all writing of prices")
    async def add_stop(asking: Asking, body: NewStop) -> Response:
        """No price of the shop, or of any, is written from the next write on; publications under way end as STOPPED."""
        asking.must("prices:publish")
        stop = await house.stop_writing(asking.organisation_id, asking.user_id, body.shop_id, body.reason)
        return answer(_stop(stop), status=201)

    @router.get("/emergency-stops", response_model=StopPage, summary="List emergency stops, newest first")
    async def list_stops(asking: Asking, paging: Paging) -> Response:
        asking.must("prices:read")
        page = await house.stores.emergency_stops.page(asking.organisation_id, paging)
        return listing([_stop(one) for one in page.items], page)

    @router.post(
        "/emergency-stops/{stop_id}/lifts",
        response_model=StopView,
        responses=described(403, 404),
        summary="Let prices be written again",
    )
    async def lift(asking: Asking, stop_id: str, body: Lift) -> Response:
        """Anybody who publishes may stop; only managers let it go on. Nothing is published again by itself."""
        asking.must("prices:publish")
        must_manage(asking)
        return answer(_stop(await house.lift_stop(asking.organisation_id, asking.user_id, stop_id, body.reason)))

    return router


def _stop(stop: EmergencyStop) -> dict[str, Any]:
    fields = {name: value for name, value in asdict(stop).items() if name != "organisation_id"}
    lifted = None if stop.lifted_at is None else timestamp(stop.lifted_at)
    return fields | {"set_at": timestamp(stop.set_at), "lifted_at": lifted}
