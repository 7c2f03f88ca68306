"""Products kept out of automatic pricing, over HTTP."""

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from pricing.api.bodies import DecimalText
from pricing.domain.hold import LONGEST_REASON, SHORTEST_REASON, Hold
from pricing.usecases.holds import HoldAsked
from pricing.usecases.house import Pricing
from shared.runtime.answers import Body, Moment, Slug, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


class NewHold(Body):
    """Which product is to be kept out of automatic pricing, why, and for how long."""

    shop_id: Slug
    sku: str = Field(min_length=1, max_length=200)
    kind: Literal["lock", "promotion"] = "lock"
    price: DecimalText | None = Field(
        default=None, description="The price you want, in the shop's currency; a colleague approves it"
    )
    reason: str = Field(min_length=SHORTEST_REASON, max_length=LONGEST_REASON)
    starts_at: Moment | None = Field(default=None, description="Now, when left out")
    ends_at: Moment | None = Field(default=None, description="Until somebody takes it away, when left out")


class HoldView(View):
    """A product's lock or promotion. Automation leaves its price alone from `starts_at` until `ends_at`."""

    hold_id: str
    shop_id: str
    product_id: str
    sku: str
    kind: str
    price: str | None
    reason: str
    starts_at: str
    ends_at: str | None
    set_by: str
    set_at: str
    promotion_id: str | None


class HoldPage(View):
    """Some holds, newest first."""

    data: list[HoldView]
    next_cursor: str | None


def hold_routes(house: Pricing) -> APIRouter:
    """The routes of holds."""
    router = APIRouter(tags=["holds"])

    @router.post(
        "/holds",
        status_code=201,
        response_model=HoldView,
        responses=described(404, 422),
        summary="Keep a product out of automatic pricing",
    )
    async def add_hold(asking: Asking, body: NewHold) -> Response:
        """Decisions go on and say LOCKED or IN_PROMOTION; the price stays until the hold ends."""
        asking.must("prices:approve")
        price = None if body.price is None else Decimal(body.price)
        asked = HoldAsked(**body.model_dump(exclude={"price"}), price=price)
        hold = await house.hold_product(asking.organisation_id, asked, asking.user_id)
        return answer(_shown(hold), status=201)

    @router.get("/holds", response_model=HoldPage, summary="List what is kept out of automatic pricing")
    async def list_holds(
        asking: Asking,
        paging: Paging,
        *,
        ended: Annotated[bool, Query(description="Those that have ended, too")] = False,
    ) -> Response:
        asking.must("prices:read")
        at = None if ended else house.clock()
        page = await house.stores.holds.page(asking.organisation_id, paging, at)
        return listing([_shown(one) for one in page.items], page)

    @router.delete(
        "/holds/{hold_id}",
        response_model=HoldView,
        responses=described(404, 409),
        summary="Let automation have it again",
    )
    async def end_hold(asking: Asking, hold_id: str) -> Response:
        """The hold ends now and stays for reading. Ending it again changes nothing. A promotion's ends with it."""
        asking.must("prices:approve")
        return answer(_shown(await house.stores.holds.end(asking.organisation_id, hold_id, house.clock())))

    return router


def _shown(hold: Hold) -> dict[str, object]:
    fields = {name: value for name, value in asdict(hold).items() if name != "organisation_id"}
    return fields | {
        "price": None if hold.price is None else f"{hold.price:f}",
        "starts_at": timestamp(hold.starts_at),
        "ends_at": None if hold.ends_at is None else timestamp(hold.ends_at),
        "set_at": timestamp(hold.set_at),
    }
