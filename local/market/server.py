"""Serve the market on loopback: one process, every shop told apart by its Host header."""

import asyncio
import gzip
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import cast

from aiohttp import web

from local.market.misbehaviour import CAPTCHA_PAGE, How, Misbehaviour
from local.market.model import Market, Shop, address_of
from local.market.pages import feed, product_page
from local.market.rates import HOST as BANK
from local.market.rates import rates_file
from local.market.recorded import RecordedPages
from local.market.state import MarketState, Traffic

CONTROL_HOST = "market.control"
_HUGE_BYTES = 40_000_000
_BOMB_BYTES = 200_000_000
_SHOP_PARTS = 3


@dataclass(slots=True)
class MarketServer:
    """Answers for every host of the market."""

    market: Market
    recorded: RecordedPages = field(default_factory=lambda: RecordedPages({}))
    state: MarketState = field(default_factory=MarketState)
    now: Callable[[], float] = time.monotonic

    def app(self) -> web.Application:
        """Return the application; every path belongs to it."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        host = request.host.rsplit(":", 1)[0].lower()
        if request.path == "/_control" and host in {CONTROL_HOST, "127.0.0.1", "localhost"}:
            return await self._control(request)
        traffic = self.state.traffic.setdefault(host, Traffic())
        traffic.begin(self.now())
        try:
            return await self._shop_answer(request, host)
        finally:
            traffic.end(self.now())

    async def _control(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            try:
                self.state.control(json.loads(await request.text() or "{}"))
            except (ValueError, TypeError, AttributeError) as error:
                return web.json_response({"error": str(error)}, status=400)
        return web.json_response(self.state.report() | {"hosts": [shop.host for shop in self.market.shops]})

    async def _shop_answer(self, request: web.Request, host: str) -> web.StreamResponse:
        told = self.state.misbehaviour(host) if request.path != "/robots.txt" else self.state.misbehaviours.get(host)
        if request.path == "/robots.txt":
            return _robots(told)
        if told and (answer := await _misbehave(request, told)):
            return answer
        if host in self.state.woocommerce:
            return await self.state.woocommerce[host].answer(request)
        if host == BANK and (rates := rates_file(request.path)):
            return web.Response(text=rates, content_type="text/xml")
        recorded = self.recorded.page(host, request.raw_path)
        if recorded is not None:
            return _page(request, recorded)
        shop = self.market.shop(host)
        return self._page_of(request, shop, told) if shop else web.Response(status=404, text="no such shop")

    def _page_of(self, request: web.Request, shop: Shop, told: Misbehaviour | None) -> web.Response:
        if request.path == "/":
            links = "".join(f'<li><a href="{address_of(shop, item)}">{item.title}</a></li>' for item in shop.items)
            return _page(request, f"<!doctype html><title>{shop.host}</title><ul>{links}</ul>".encode())
        if request.path == "/sitemap.xml":
            places = "".join(f"<url><loc>{address_of(shop, item)}</loc></url>" for item in shop.items)
            xml = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'
            return web.Response(text=xml, content_type="application/xml")
        if request.path == "/feed.csv":
            return web.Response(text=feed(shop), content_type="text/csv")
        parts = request.path.split("/")
        item = shop.item(parts[2]) if len(parts) >= _SHOP_PARTS and parts[1] == "p" else None
        if item is None:
            return web.Response(status=404, text="<h1>Not found</h1>", content_type="text/html")
        quote = self.market.quote(shop, item, self.state.day)
        html = product_page(shop, item, quote, changed_markup=bool(told and told.how is How.CHANGED_MARKUP))
        if told and told.how is How.WRONG_CHARSET:
            return web.Response(
                body=html.encode("cp1252", "replace"), headers={"Content-Type": "text/html; charset=utf-8"}
            )
        return _page(request, html.encode())


def _robots(told: Misbehaviour | None) -> web.Response:
    if told and told.how is How.ROBOTS_BROKEN:
        return web.Response(status=503)
    rule = "Disallow: /" if told and told.how is How.ROBOTS_CLOSED else "Disallow: /private/"
    pause = f"Crawl-delay: {told.seconds:g}\n" if told and told.how is How.CRAWL_DELAY else ""
    return web.Response(text=f"User-agent: *\n{pause}{rule}\n")


def _page(request: web.Request, body: bytes) -> web.Response:
    etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers={"ETag": etag})
    headers = {"ETag": etag, "Content-Type": "text/html"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return web.Response(body=gzip.compress(body, 1, mtime=0), headers=headers | {"Content-Encoding": "gzip"})
    return web.Response(body=body, headers=headers)


async def _misbehave(request: web.Request, told: Misbehaviour) -> web.StreamResponse | None:
    action = _ACTIONS.get(told.how)
    return await action(request, told) if action else None


async def _slow(_request: web.Request, told: Misbehaviour) -> None:
    await asyncio.sleep(told.seconds)


async def _status(_request: web.Request, told: Misbehaviour) -> web.Response:
    headers = {"Retry-After": str(int(told.seconds))} if told.how is How.BUSY else {}
    return web.Response(status=int(told.how.value), text="<h1>No</h1>", content_type="text/html", headers=headers)


async def _redirect(request: web.Request, told: Misbehaviour) -> web.Response:
    to = "http://169.254.169.254/latest/meta-data/" if told.how is How.REDIRECT_PRIVATE else f"{request.path}?again=1"
    if told.how is How.REDIRECT_LOOP and "again" in request.query:
        to = request.path
    return web.Response(status=302, headers={"Location": to})


async def _huge(request: web.Request, _told: Misbehaviour) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    with suppress(ConnectionError):
        for _ in range(_HUGE_BYTES // 100_000):
            await response.write(b"<p>more</p>" * 9_091)
    return response


async def _bomb(_request: web.Request, _told: Misbehaviour) -> web.Response:
    body = gzip.compress(b"\0" * _BOMB_BYTES, 1, mtime=0)
    return web.Response(body=body, headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})


async def _truncated(request: web.Request, _told: Misbehaviour) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html", "Content-Length": "5000"})
    await response.prepare(request)
    await response.write(b"<html><body><h1>Half a pa")
    if request.transport is not None:
        request.transport.close()
    return response


async def _captcha(_request: web.Request, _told: Misbehaviour) -> web.Response:
    return web.Response(text=CAPTCHA_PAGE, content_type="text/html")


async def _no_price(_request: web.Request, _told: Misbehaviour) -> web.Response:
    return web.Response(text="<!doctype html><h1>A thing</h1><p>Ask us.</p>", content_type="text/html")


type _Action = Callable[[web.Request, Misbehaviour], Awaitable[web.StreamResponse | None]]
_ACTIONS = cast(
    "dict[How, _Action]",
    {
        How.SLOW: _slow, How.FORBIDDEN: _status, How.BUSY: _status, How.BROKEN: _status, How.REDIRECT_LOOP: _redirect,
        How.REDIRECT_PRIVATE: _redirect, How.HUGE: _huge, How.GZIP_BOMB: _bomb, How.TRUNCATED: _truncated,
        How.CAPTCHA: _captcha, How.NO_PRICE: _no_price,
    },
)  # fmt: skip
