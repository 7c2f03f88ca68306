"""Saved filters, over HTTP."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from pricing.api.bodies import DecimalText
from pricing.domain.product_filter import Criteria, SavedFilter
from pricing.usecases.house import Pricing
from shared.runtime.answers import Body, Slug, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging

type Name = Annotated[str, Field(min_length=1, max_length=200)]


class ScopeBody(Body):
    """Which products of a shop are meant; all that is given holds together, and a category stands for all below it."""

    brands: list[Name] = Field(default=[], max_length=200)
    categories: list[Name] = Field(default=[], max_length=200, examples=[["Home > Lighting"]])
    tags: list[Name] = Field(default=[], max_length=200)
    skus: list[Name] = Field(default=[], max_length=1000)
    price_from: DecimalText | None = None
    price_to: DecimalText | None = None
    exclude: bool = Field(default=False, description="Mean the products that do not fit")


class CriteriaBody(ScopeBody):
    """What products must have, of one shop or of all."""

    shop_id: Slug | None = None


class NewFilter(CriteriaBody):
    """A filter to save."""

    filter_id: Slug = Field(examples=["kvi"])
    name: str = Field(min_length=1, max_length=100)


class ScopeView(View):
    """Which products of a shop are meant."""

    brands: list[str]
    categories: list[str]
    tags: list[str]
    skus: list[str]
    price_from: str | None
    price_to: str | None
    exclude: bool


class FilterView(ScopeView):
    """A saved filter."""

    filter_id: str
    name: str
    shop_id: str | None
    created_by: str
    created_at: str


class FilterPage(View):
    """Some filters."""

    data: list[FilterView]
    next_cursor: str | None


class FilterPreview(View):
    """How many products a filter means, and the first ten of them."""

    products: int
    skus: list[str]


def scope_of(body: ScopeBody) -> Criteria:
    """The criteria in a body that names no shop."""
    return Criteria(
        brands=tuple(body.brands),
        categories=tuple(body.categories),
        tags=tuple(tag.lower() for tag in body.tags),
        skus=tuple(body.skus),
        price_from=None if body.price_from is None else Decimal(body.price_from),
        price_to=None if body.price_to is None else Decimal(body.price_to),
        exclude=body.exclude,
    )


def criteria_of(body: CriteriaBody) -> Criteria:
    """The criteria in a body."""
    return replace(scope_of(body), shop_id=body.shop_id)


def shown_scope(criteria: Criteria) -> dict[str, object]:
    """The fields of a `ScopeView`."""
    return {
        **{name: list(getattr(criteria, name)) for name in ("brands", "categories", "tags", "skus")},
        "price_from": criteria.price_from,
        "price_to": criteria.price_to,
        "exclude": criteria.exclude,
    }


def _shown(saved: SavedFilter) -> dict[str, object]:
    return {
        "filter_id": saved.filter_id,
        "name": saved.name,
        "shop_id": saved.criteria.shop_id,
        **shown_scope(saved.criteria),
        "created_by": saved.created_by,
        "created_at": timestamp(saved.created_at),
    }


def filter_routes(house: Pricing) -> APIRouter:
    """The routes of saved filters."""
    router = APIRouter(tags=["filters"])

    @router.post(
        "/filters", status_code=201, response_model=FilterView, responses=described(409), summary="Save a filter"
    )
    async def add_filter(asking: Asking, body: NewFilter) -> Response:
        asking.must("market:write")
        saved = await house.save_filter(
            SavedFilter(
                filter_id=body.filter_id,
                organisation_id=asking.organisation_id,
                name=body.name,
                criteria=criteria_of(body),
                created_by=asking.user_id,
                created_at=house.clock(),
            )
        )
        return answer(_shown(saved), status=201, headers={"Location": f"/pricing/filters/{saved.filter_id}"})

    @router.post("/filters/preview", response_model=FilterPreview, summary="See what a filter means, before saving it")
    async def preview_filter(asking: Asking, body: CriteriaBody) -> Response:
        asking.must("market:read")
        found = await house.preview_filter(asking.organisation_id, criteria_of(body))
        return answer({"products": found.products, "skus": list(found.skus)})

    @router.get("/filters", response_model=FilterPage, summary="List your filters")
    async def list_filters(asking: Asking, paging: Paging) -> Response:
        asking.must("market:read")
        page = await house.stores.filters.page(asking.organisation_id, paging)
        return listing([_shown(saved) for saved in page.items], page)

    @router.get("/filters/{filter_id}", response_model=FilterView, responses=described(404), summary="Read a filter")
    async def get_filter(asking: Asking, filter_id: str) -> Response:
        asking.must("market:read")
        return answer(_shown(await house.stores.filters.get(asking.organisation_id, filter_id)))

    @router.delete("/filters/{filter_id}", status_code=204, summary="Remove a filter")
    async def delete_filter(asking: Asking, filter_id: str) -> Response:
        """What was scheduled with the filter ends in a failed job that names it."""
        asking.must("market:write")
        await house.stores.filters.remove(asking.organisation_id, filter_id)
        return Response(status_code=204)

    return router
