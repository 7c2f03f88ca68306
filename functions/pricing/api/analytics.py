"""The market by days, over HTTP: history, matrix, index, positions, volatility, breaches and slices."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from pricing.api.analytics_asked import MEDIA, Common, Format, Percent, Questions, question
from pricing.api.analytics_views import (
    BelowCostView,
    BreachesView,
    HistoryView,
    IndexView,
    MatrixView,
    OutliersView,
    PositionsView,
    SlicesView,
    SummaryView,
    VolatilityView,
)
from pricing.domain.analysis import Analysis, Answer
from pricing.domain.errors import InvalidWindow
from pricing.usecases.house import Pricing
from pricing.usecases.tables import checked_format
from shared.kernel.identity import Caller
from shared.kernel.paging import encoded_cursor
from shared.runtime.answers import answer
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging

type Group = Literal["brand", "category", "tag", "supplier", "competitor", "product", "none"]
type OverTime = Literal["brand", "category", "tag", "supplier", "competitor", "day", "week", "none"]
type Slice = Literal["brand", "category", "competitor", "shop", "supplier", "tag", "day", "week", "product"]
type Mover = Literal["product", "brand", "category", "tag", "supplier", "competitor", "day", "week"]
type Lines = Annotated[int, Query(ge=1, le=1000, description="Lines at most")]
SCOPE = "market:read"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
FILES: dict[str, Any] = {MEDIA[kind].split(";")[0]: _BINARY for kind in ("csv", "xlsx")}
PICTURE: dict[str, Any] = {MEDIA[kind]: _BINARY for kind in ("svg", "png")}


def _dimensions(*names: str) -> tuple[str, ...]:
    return tuple(one for one in names if one != "none")


def shown(house: Pricing, found: Answer, wanted: Format) -> Response:
    """An answer in the form that is wanted."""
    if wanted == "json":
        told = found.heading | {"data": list(found.rows), "next_cursor": encoded_cursor(found.next_after)}
        return answer(told, headers={"Vary": "Accept"})
    checked_format(found.asked.analysis, found.asked.by, wanted)
    name = f"{found.asked.analysis}-{found.asked.first}-{found.asked.last}.{wanted}"
    content = house.table_files.write(found, wanted)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept"}
    return Response(content, media_type=MEDIA[wanted], headers=headers)


def analytics_routes(house: Pricing) -> APIRouter:  # noqa: C901 - one function for each route
    """The routes of the market by days."""
    router = APIRouter(tags=["analytics"], prefix="/analytics")
    said: dict[int | str, dict[str, Any]] = described(404, 422) | {200: {"content": FILES}}
    drawn: dict[int | str, dict[str, Any]] = described(404, 422) | {200: {"content": FILES | PICTURE}}

    async def told(asking: Caller, analysis: Analysis, common: Common, **more: Any) -> Response:  # noqa: ANN401 - fields of a question
        asking.must(SCOPE)
        asked = await question(house, asking.organisation_id, analysis, common, **more)
        return shown(house, await house.read_analysis(asked), common.wanted)

    @router.get("/history", response_model=HistoryView, responses=drawn, summary="Read a product's price history")
    async def read_history(
        asking: Asking, common: Questions, sku: Annotated[str, Query(min_length=1, max_length=500)]
    ) -> Response:
        """Our price and each rival's, day by day, our own changes marked; a picture with `format=svg` or `png`."""
        return await told(asking, "history", common, sku=sku)

    @router.get("/matrix", response_model=MatrixView, responses=said, summary="Read our prices beside the rivals'")
    async def read_matrix(
        asking: Asking,
        common: Questions,
        paging: Paging,
        only: Annotated[Literal["all", "violating"], Query(description="Only under MAP or MSRP")] = "all",
    ) -> Response:
        """A cell for each product and rival at the end of a day, or at a moment with `as_of`."""
        more = {"only_violating": only == "violating", "limit": paging.limit, "after": paging.after}
        return await told(asking, "matrix", common, days=1, **more)

    @router.get("/index", response_model=IndexView, responses=said, summary="Read the price index by group")
    async def read_index(asking: Asking, common: Questions, by: Group = "category") -> Response:
        """Beside that of as many days before. A product's index is the mean of its days, a group's of its products."""
        return await told(asking, "index", common, days=7, by=_dimensions(by))

    @router.get("/positions", response_model=PositionsView, responses=said, summary="Count where we stand")
    async def read_positions(asking: Asking, common: Questions, by: OverTime = "none") -> Response:
        """Cheaper, same within the tolerance, dearer, first; on the last day, or on each with `by=day`."""
        return await told(asking, "positions", common, by=_dimensions(by))

    @router.get("/volatility", response_model=VolatilityView, responses=said, summary="Count rivals' price changes")
    async def read_volatility(
        asking: Asking, common: Questions, by: Mover = "product", smallest: Percent = "0", limit: Lines = 100
    ) -> Response:
        """Changes of at least `smallest` per cent of the price before."""
        return await told(asking, "volatility", common, by=(by,), smallest=Decimal(smallest), limit=limit)

    @router.get("/breaches", response_model=BreachesView, responses=said, summary="List who is under MAP or MSRP")
    async def read_breaches(
        asking: Asking, common: Questions, kind: Literal["map", "msrp"] = "map", limit: Lines = 100
    ) -> Response:
        """Item prices under the maker's, with when each was first and last seen, and the look that says so."""
        return await told(asking, "breaches", common, limit_kind=kind, limit=limit)

    @router.get("/below-cost", response_model=BelowCostView, responses=said, summary="List markets under our cost")
    async def read_below_cost(asking: Asking, common: Questions, limit: Lines = 100) -> Response:
        return await told(asking, "below-cost", common, limit=limit)

    @router.get("/outliers", response_model=OutliersView, responses=said, summary="List prices far from ours")
    async def read_outliers(
        asking: Asking, common: Questions, divergence: Percent = "50", limit: Lines = 100
    ) -> Response:
        """High price divergence: |ours - theirs| / ours x 100, of at least `divergence`."""
        if Decimal(divergence) < 10:  # noqa: PLR2004 - days are found by it from there on
            raise InvalidWindow(f"divergence {divergence} is below 10, which is no outlier")
        return await told(asking, "outliers", common, divergence=Decimal(divergence), limit=limit)

    @router.get("/summary", response_model=SummaryView, responses=said, summary="Read the main figures")
    async def read_summary(asking: Asking, common: Questions) -> Response:
        """At the end of the last day, beside those before the first; the main one is `diff_retailer_percent`."""
        return await told(asking, "summary", common, days=7)

    @router.get("/slices", response_model=SlicesView, responses=drawn, summary="Read any slice of two dimensions")
    async def read_slices(
        asking: Asking, common: Questions, by: Slice = "category", second: Slice | Literal["none"] = "none"
    ) -> Response:
        """Also as a picture of indexes over time: by day or week, `format=svg` or `png`."""
        if by == second:
            raise InvalidWindow(f"by and second are both {by}; name two, or one")
        return await told(asking, "slices", common, days=7, by=_dimensions(by, second))

    return router
