"""The catalogue's HTTP API."""

from fastapi import FastAPI

from products.api.imports import import_routes
from products.api.items import item_routes
from products.api.shops import shop_routes
from products.usecases.house import Products
from shared.runtime.http_api import Edge, build_api
from shared.runtime.prometheus import gauge_routes

DESCRIPTION = "Shops, their products with cost and bounds, and the import of catalogue files."


def build_app(house: Products, edge: Edge | None = None) -> FastAPI:
    """The API over the wired house, behind its edge."""
    routers = [
        shop_routes(house.shops, house.open_shop, house.map_columns, house.clock),
        import_routes(house.imports, house.import_catalogue),
        item_routes(house.catalogue),
        gauge_routes(house.gauges),
    ]
    return build_api("products", DESCRIPTION, routers, house.checks, edge=edge)
