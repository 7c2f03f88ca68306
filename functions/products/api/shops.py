"""Shops and their import mapping, over HTTP."""

from fastapi import APIRouter, Response

from products.api.schemas import ColumnMapping, NewShop, ShopPage, ShopView, shown_shop
from products.domain.shop import Mapping, Shop
from products.usecases.ports import Shops
from products.usecases.shops import MapColumns, OpenShop
from shared.kernel.clock import Clock
from shared.runtime.answers import answer, listing
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


def shop_routes(shops: Shops, open_shop: OpenShop, map_columns: MapColumns, clock: Clock) -> APIRouter:
    """The routes of shops."""
    router = APIRouter(tags=["shops"])

    @router.post("/shops", status_code=201, response_model=ShopView, responses=described(409), summary="Open a shop")
    async def add_shop(asking: Asking, body: NewShop) -> Response:
        asking.must("catalogue:write")
        shop = Shop(
            organisation_id=asking.organisation_id,
            mapping=Mapping(),
            created_at=clock(),
            **(body.model_dump() | {"own_seller_ids": tuple(body.own_seller_ids)}),
        )
        opened = await open_shop(shop)
        return answer(shown_shop(opened), status=201, headers={"Location": f"/products/shops/{opened.shop_id}"})

    @router.get("/shops", response_model=ShopPage, summary="List your shops")
    async def list_shops(asking: Asking, paging: Paging) -> Response:
        asking.must("catalogue:read")
        page = await shops.page(asking.organisation_id, paging)
        return listing([shown_shop(shop) for shop in page.items], page)

    @router.get("/shops/{shop_id}", response_model=ShopView, summary="Read a shop")
    async def get_shop(asking: Asking, shop_id: str) -> Response:
        asking.must("catalogue:read")
        return answer(shown_shop(await shops.get(asking.organisation_id, shop_id)))

    @router.put("/shops/{shop_id}/import-mapping", response_model=ShopView, summary="Map a file's columns once")
    async def map_shop_columns(asking: Asking, shop_id: str, body: ColumnMapping) -> Response:
        asking.must("catalogue:write")
        mapping = Mapping(columns=body.columns, delimiter=body.delimiter)
        return answer(shown_shop(await map_columns(asking.organisation_id, shop_id, mapping)))

    return router
