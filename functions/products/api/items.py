"""Products, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from products.api.schemas import ItemPage, ItemView, shown_item
from products.usecases.ports import Catalogue
from shared.runtime.answers import answer, listing
from shared.runtime.http_api import Asking, Paging


def item_routes(catalogue: Catalogue) -> APIRouter:
    """The routes of products."""
    router = APIRouter(tags=["items"])

    @router.get("/items", response_model=ItemPage, summary="List a shop's products by SKU")
    async def list_items(
        asking: Asking,
        paging: Paging,
        shop_id: Annotated[str, Query(max_length=40, description="The shop")],
    ) -> Response:
        asking.must("catalogue:read")
        page = await catalogue.page(asking.organisation_id, shop_id, paging)
        return listing([shown_item(product) for product in page.items], page)

    @router.get("/items/{product_id}", response_model=ItemView, summary="Read a product")
    async def get_item(asking: Asking, product_id: str) -> Response:
        asking.must("catalogue:read")
        return answer(shown_item(await catalogue.get(asking.organisation_id, product_id)))

    return router
