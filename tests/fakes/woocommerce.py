"""A WooCommerce shop with whatever may be wrong with one, served on this machine."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Thread

from aiohttp import web

from local.market.woocommerce import API, KEY, SECRET, Item, WooCommerceShop, problem, refused, told
from local.market.woocommerce import an_item as a_product

__all__ = ["AGENT", "API", "KEY", "SECRET", "FakeWooCommerce", "a_product", "served", "served_aside"]

AGENT = "OmniPriceX/0.1 (+https://example.org/scanner)"


@dataclass
class FakeWooCommerce(WooCommerceShop):
    """The shop; `asked` is what was asked of it.

    `statuses` are answered in place of the next requests of a method, with `retry_after`; `body` in place of anything.
    """

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

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path_qs))
        failing = self.statuses.get(request.method, [])
        if failing:
            headers = self.headers | ({} if self.retry_after is None else {"Retry-After": self.retry_after})
            return web.Response(status=failing.pop(0), headers=headers, body=self.body or b"busy")
        answered = await super().answer(request)
        if self.body is not None and answered.status != 401:
            return web.Response(body=self.body, headers=self.headers)
        return answered

    async def batch(self, parent: int, updates: Sequence[Item]) -> web.StreamResponse:
        if not self.writes:
            return problem(403, "woocommerce_rest_cannot_batch")
        answered = await super().batch(parent, [one for one in updates if one["id"] not in self.refuses])
        await asyncio.sleep(self.hangs_after_write)
        if not self.refuses:
            return answered
        return told({"update": [refused(one["id"]) for one in updates if one["id"] in self.refuses]})

    def store(self, item: Item, price: str) -> None:
        if not self.forgets:
            super().store(item, f"{Decimal(price).to_integral_value()}" if self.rounds else price)


@asynccontextmanager
async def served(shop: WooCommerceShop) -> AsyncIterator[tuple[str, int]]:
    """Serve a shop on this machine."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", shop.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][:2]
    finally:
        await runner.cleanup()


@contextmanager
def served_aside(shop: WooCommerceShop) -> Iterator[tuple[str, int]]:
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
