"""A WooCommerce shop of the market, as far as prices go: its REST API v3 over products that somebody puts there."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

API = "/wp-json/wc/v3"
# What every simulated shop lets in; it opens nothing else.
KEY, SECRET = "ck_0123456789abcdef", "cs_fedcba9876543210"
MOST_AT_ONCE = 100

type Item = dict[str, Any]


def an_item(item_id: int, sku: str, price: str = "99.99", **more: object) -> Item:
    """A product as WooCommerce keeps it; a variation names its parent."""
    made = {"id": item_id, "sku": sku, "type": "simple", "parent_id": 0, "regular_price": price, "sale_price": ""}
    return made | {"description": "long"} | more


@dataclass
class WooCommerceShop:
    """The shop. `written` is every price that was really changed, by item."""

    products: list[Item] = field(default_factory=list)
    currency: str | None = "EUR"
    key: str = KEY
    secret: str = SECRET
    written: list[tuple[int, str]] = field(default_factory=list)

    @property
    def shown(self) -> dict[str, str]:
        """The price that the shop shows, by SKU."""
        return {one["sku"]: self._told(one)["price"] for one in self.products}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request to the API; the shop may stand beneath a path."""
        if request.headers.get("Authorization") != _basic(self.key, self.secret):
            return problem(401, "woocommerce_rest_cannot_view")
        path = request.path.partition(API)[2]
        if path == "/settings/general/woocommerce_currency":
            return told({"value": self.currency}) if self.currency else problem(403, "woocommerce_rest_cannot_view")
        if request.method == "GET" and path == "/products":
            return told([self._told(one) for one in self._listed(request)])
        if request.method == "POST" and path.endswith("/batch"):
            parent = 0 if path == "/products/batch" else int(path.split("/")[2])
            return await self.batch(parent, (await request.json())["update"])
        return problem(404, "rest_no_route")

    async def batch(self, parent: int, updates: Sequence[Item]) -> web.StreamResponse:
        """Change prices of products, or of the variations of one."""
        if len(updates) > MOST_AT_ONCE:
            return problem(413, "woocommerce_rest_request_entity_too_large")
        return told({"update": [self._update(parent, one) for one in updates]})

    def store(self, item: Item, price: str) -> None:
        """Change one price."""
        item["regular_price"] = price
        self.written.append((item["id"], price))

    def _update(self, parent: int, asked: Item) -> Item:
        known = next((one for one in self.products if (one["id"], one["parent_id"]) == (asked["id"], parent)), None)
        if known is None:
            return refused(asked["id"])
        self.store(known, asked["regular_price"])
        return self._told(known) | {"regular_price": asked["regular_price"]}

    def _listed(self, request: web.Request) -> list[Item]:
        most = int(request.query["per_page"])
        if "sku" not in request.query:
            return self.products[:most]
        asked = request.query["sku"]
        skus = {one.casefold() for one in (*asked.split(","), asked)}
        return [one for one in self.products if one["sku"].casefold() in skus][:most]

    def _told(self, one: Item) -> Item:
        on_sale = bool(one["sale_price"])
        return one | {"price": one["sale_price"] if on_sale else one["regular_price"], "on_sale": on_sale}


def told(document: object) -> web.Response:
    """A document, as JSON."""
    return web.Response(body=json.dumps(document).encode(), content_type="application/json")


def problem(status: int, code: str) -> web.Response:
    """WooCommerce's way to say no."""
    document = {"code": code, "message": "Sorry.", "data": {"status": status}}
    return web.Response(status=status, body=json.dumps(document).encode(), content_type="application/json")


def refused(item_id: int) -> Item:
    """What is said of one product among others that cannot be changed."""
    error = {"code": "woocommerce_rest_product_invalid_id", "message": "Invalid ID.", "data": {"status": 400}}
    return {"id": item_id, "error": error}


def _basic(key: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
