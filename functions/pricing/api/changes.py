"""Price changes on their way from decision to shop, and their approval, over HTTP."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AfterValidator, AwareDatetime, Field

from pricing.api.bodies import DecimalText
from pricing.api.managers import manages
from pricing.api.views import ChangePage, shown_change
from pricing.domain.price_change import LONGEST_REASON, Approver, State
from pricing.usecases.approve import Ruling
from pricing.usecases.house import Pricing
from pricing.usecases.publication_ports import ChangesWanted, Order
from shared.kernel.errors import Invalid
from shared.kernel.paging import Window, decoded_cursor, encoded_cursor
from shared.runtime.answers import Body, Slug, View, answer, in_reach, listing
from shared.runtime.http_api import Asking, Paging

MOST_AT_ONCE = 500

type RouteName = Literal["auto", "review", "manager"]
type Proposed = Annotated[AwareDatetime, AfterValidator(in_reach)] | None


@dataclass(frozen=True)
class ChangeQuery:
    """Which price changes are listed, and in what order."""

    state: Annotated[State | None, Query(description="In one state")] = None
    shop_id: Annotated[str | None, Query(max_length=64, description="Of one shop")] = None
    run_id: Annotated[str | None, Query(max_length=64, description="Of one run")] = None
    batch_id: Annotated[str | None, Query(max_length=64, description="Of one publication")] = None
    product_id: Annotated[str | None, Query(max_length=64, description="Of one product")] = None
    brand: Annotated[str | None, Query(max_length=200, description="Of one brand")] = None
    reason: Annotated[str | None, Query(max_length=40, description="For one reason")] = None
    route: Annotated[RouteName | None, Query(description="On one route")] = None
    size_from: Annotated[DecimalText | None, Query(description="Moves of at least so many percent")] = None
    size_to: Annotated[DecimalText | None, Query(description="Moves of at most so many percent")] = None
    since: Annotated[Proposed, Query(description="Proposed from this moment on")] = None
    until: Annotated[Proposed, Query(description="Proposed before this moment")] = None
    order: Annotated[Order, Query(description="Newest first, or most risk and money first")] = "newest"


class Meant(Body):
    """Proposals by what they are, in place of their ids: those that have all that is said here."""

    shop_id: Slug | None = None
    run_id: str | None = Field(default=None, max_length=64)
    brand: str | None = Field(default=None, max_length=200)
    reason: str | None = Field(default=None, max_length=40)
    route: RouteName | None = None
    size_to: DecimalText | None = Field(default=None, description="Moves of at most so many percent")
    cursor: str | None = Field(default=None, max_length=500, description="`next_cursor` of the answer before")


class Ruled(Body):
    """Which proposals are ruled on: those named, or those meant, the most risky first."""

    change_ids: list[str] = Field(default=[], max_length=1000)
    meant: Meant | None = Field(default=None, description="In place of change_ids")


class Approval(Ruled):
    """Proposals to approve."""

    justification: str = Field(default="", max_length=2000)


class Denial(Ruled):
    """Proposals to deny, with the reason."""

    reason: str = Field(min_length=1, max_length=LONGEST_REASON)


class RulingView(View):
    """What became of one proposal: its new state, or why it stays as it is."""

    change_id: str
    state: str | None
    detail: str


class Rulings(View):
    """What became of each proposal, in the order sent. With `next_cursor` there are more that were meant."""

    done: int
    refused: int
    results: list[RulingView]
    next_cursor: str | None


def _ruled(rulings: Sequence[Ruling], next_after: str | None) -> Response:
    done = sum(ruling.state is not None for ruling in rulings)
    results = [{"change_id": one.change_id, "state": one.state, "detail": one.detail} for one in rulings]
    body = {"done": done, "refused": len(rulings) - done, "results": results, "next_cursor": encoded_cursor(next_after)}
    return answer(body, status=207)


def _percent(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def change_routes(house: Pricing) -> APIRouter:
    """The routes of price changes."""
    router = APIRouter(tags=["price changes"])

    async def asked_for(organisation_id: str, body: Ruled) -> tuple[Sequence[str], str | None]:
        if bool(body.change_ids) == (body.meant is not None):
            raise Invalid("name the proposals in change_ids, or say in meant which ones: one of the two")
        if body.meant is None:
            return body.change_ids, None
        fields = body.meant.model_dump(exclude={"cursor", "size_to"})
        wanted = ChangesWanted(**fields, size_to=_percent(body.meant.size_to), state=State.PROPOSED, order="risk")
        window = Window(limit=MOST_AT_ONCE, after=decoded_cursor(body.meant.cursor))
        page = await house.stores.changes.page(organisation_id, window, wanted)
        return [one.change_id for one in page.items], page.next_after

    @router.get("/price-changes", response_model=ChangePage, summary="List price changes")
    async def list_changes(asking: Asking, paging: Paging, asked: Annotated[ChangeQuery, Depends()]) -> Response:
        """The queue of a morning is `state=PROPOSED&order=risk`: manager before review, then by money a week."""
        asking.must("prices:read")
        sizes = {"size_from": _percent(asked.size_from), "size_to": _percent(asked.size_to)}
        wanted = ChangesWanted(**(asdict(asked) | sizes))
        page = await house.stores.changes.page(asking.organisation_id, paging, wanted)
        return listing([shown_change(change) for change in page.items], page)

    @router.post("/price-changes/approvals", status_code=207, response_model=Rulings, summary="Approve proposals")
    async def approve(asking: Asking, body: Approval) -> Response:
        """Four eyes: the author of a policy does not approve its prices. Each proposal stands alone.

        With `meant`, up to 500 are ruled on; go on with `next_cursor` in its `cursor` while there is one.
        """
        asking.must("prices:approve")
        approver = Approver(
            user_id=asking.user_id,
            manages=manages(asking),
            justification=body.justification,
        )
        change_ids, following = await asked_for(asking.organisation_id, body)
        return _ruled(await house.approve_changes(asking.organisation_id, change_ids, approver), following)

    @router.post("/price-changes/denials", status_code=207, response_model=Rulings, summary="Deny proposals")
    async def deny(asking: Asking, body: Denial) -> Response:
        """The shop's prices stay. With `meant`, up to 500 are ruled on; go on with `next_cursor` as for approvals."""
        asking.must("prices:approve")
        change_ids, following = await asked_for(asking.organisation_id, body)
        rulings = await house.deny_changes(asking.organisation_id, change_ids, asking.user_id, body.reason)
        return _ruled(rulings, following)

    return router
