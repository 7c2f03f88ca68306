"""A WooCommerce shop as a server: products and variations by id, and whatever may be wrong with such a shop."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Thread
from typing import Any

from aiohttp import web

KEY, SECRET = "ck_0123456789abcdef", "cs_fedcba9876543210"
AGENT = "OmniPriceX/0.1 (+https://example.org/scanner)"
API = "/wp-json/wc/v3"


def a_product(item_id: int, sku: str, price: str = "99.99", **more: Any) -> dict[str, Any]:
    """A product as WooCommerce keeps it."""
    made = {"id": item_id, "sku": sku, "type": "simple", "parent_id": 0, "regular_price": price, "sale_price": ""}
    return made | {"description": "long"} | more


@dataclass
class FakeWooCommerce:
    """The shop; `asked` and `written` are what was asked of it and what it really changed.

    `statuses` are answered in place of the next requests of a method, with `retry_after`; `body` in place of anything.
    """

    products: list[dict[str, Any]] = field(default_factory=list)
    currency: str | None = "EUR"
    key: str = KEY
    secret: str = SECRET
    writes: bool = True
    forgets: bool = False
    rounds: bool = False
    refuses: set[int] = field(default_factory=set)
    hangs_after_write: float = 0
    statuses: dict[str, list[int]] = field(default_factory=dict)
    retry_after: str | None = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    written: list[tuple[int, str]] = field(default_factory=list)

    @property
    def shown(self) -> dict[str, str]:
        """The price that the shop shows, by SKU."""
        return {one["sku"]: self._told(one)["price"] for one in self.products}

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path_qs))
        failing = self.statuses.get(request.method, [])
        if failing:
            headers = self.headers | ({} if self.retry_after is None else {"Retry-After": self.retry_after})
            return web.Response(status=failing.pop(0), headers=headers, body=self.body or b"busy")
        if request.headers.get("Authorization") != _basic(self.key, self.secret):
            return _problem(401, "woocommerce_rest_cannot_view")
        if self.body is not None:
            return web.Response(body=self.body, headers=self.headers)
        path = request.path.removeprefix("/shop").removeprefix(API)
        if path == "/settings/general/woocommerce_currency":
            return _json({"value": self.currency}) if self.currency else _problem(403, "woocommerce_rest_cannot_view")
        if request.method == "GET" and path == "/products":
            return _json([self._told(one) for one in self._listed(request)])
        if request.method == "POST" and path.endswith("/batch"):
            return await self._batch(path, await request.json())
        return _problem(404, "rest_no_route")

    def _listed(self, request: web.Request) -> list[dict[str, Any]]:
        if "sku" not in request.query:
            return self.products[: int(request.query["per_page"])]
        told = request.query["sku"]
        skus = {one.casefold() for one in (*told.split(","), told)}
        return [one for one in self.products if one["sku"].casefold() in skus][: int(request.query["per_page"])]

    async def _batch(self, path: str, asked: dict[str, Any]) -> web.StreamResponse:
        if not self.writes:
            return _problem(403, "woocommerce_rest_cannot_batch")
        if len(asked["update"]) > 100:
            return _problem(413, "woocommerce_rest_request_entity_too_large")
        parent = 0 if path == "/products/batch" else int(path.split("/")[2])
        answered = [self._update(parent, one) for one in asked["update"]]
        if self.hangs_after_write:
            await asyncio.sleep(self.hangs_after_write)
        return _json({"update": answered})

    def _update(self, parent: int, asked: dict[str, Any]) -> dict[str, Any]:
        known = next((one for one in self.products if (one["id"], one["parent_id"]) == (asked["id"], parent)), None)
        if known is None or asked["id"] in self.refuses:
            error = {"code": "woocommerce_rest_product_invalid_id", "message": "no", "data": {"status": 400}}
            return {"id": asked["id"], "error": error}
        wanted = asked["regular_price"]
        if self.rounds:
            wanted = f"{Decimal(wanted).to_integral_value()}"
        if not self.forgets:
            known["regular_price"] = wanted
            self.written.append((known["id"], wanted))
        return self._told(known) | {"regular_price": wanted}

    def _told(self, one: dict[str, Any]) -> dict[str, Any]:
        on_sale = bool(one["sale_price"])
        return one | {"price": one["sale_price"] if on_sale else one["regular_price"], "on_sale": on_sale}


@asynccontextmanager
async def served(shop: FakeWooCommerce) -> AsyncIterator[tuple[str, int]]:
    """Serve a shop on this machine."""
    runner = web.AppRunner(shop.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][:2]
    finally:
        await runner.cleanup()


@contextmanager
def served_aside(shop: FakeWooCommerce) -> Iterator[tuple[str, int]]:
    """Serve a shop on a thread of its own, for doors that run on the test's."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    serving = served(shop)
    try:
        yield asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _basic(key: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


def _json(document: object) -> web.Response:
    return web.Response(body=json.dumps(document).encode(), content_type="application/json")


def _problem(status: int, code: str) -> web.Response:
    document = {"code": code, "message": "Sorry.", "data": {"status": status}}
    return web.Response(status=status, body=json.dumps(document).encode(), content_type="application/json")
