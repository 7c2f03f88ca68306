"""robots.txt itself is asked for politely: each host in its turn, and later when its server says so."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest
from aiohttp import web

from pricing.domain.fetched import Fetch, Fetched
from tests.integration.pricing.adapters.test_aiohttp_pages import QUICK, FakeTime, fetcher, served

SHOP, WWW = "shop.example", "www.shop.example"
POLITE = replace(QUICK, min_delay_seconds=2)


class Site:
    """Hosts whose robots.txt answer as they are told; every request is noted, and how many a host has at once."""

    def __init__(self, time: FakeTime | None, **robots: tuple[int, Mapping[str, str]]) -> None:
        self.time = time
        self.robots = {name.replace("_", "."): answer for name, answer in robots.items()}
        self.asked: list[tuple[str, str, float]] = []
        self.now: Counter[str] = Counter()
        self.most = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.host, request.path, self.time.now if self.time else 0.0))
        self.now[request.host] += 1
        self.most = max(self.most, *self.now.values())
        await asyncio.sleep(0.01)
        self.now[request.host] -= 1
        if request.path != "/robots.txt":
            return web.Response(text="<h1>x</h1>", content_type="text/html")
        status, headers = self.robots.get(request.host, (200, {}))
        return web.Response(status=status, headers=headers)

    def fetch(self, *urls: str, at_once: bool = False, later: float = 0.0) -> list[Fetched]:
        async def run() -> list[Fetched]:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", self.answer)
            limits = POLITE if self.time else QUICK
            async with served(app) as address, fetcher(address, limits, self.time) as pages, asyncio.timeout(10):
                if at_once:
                    return await asyncio.gather(*map(pages.fetch, urls))
                found = []
                for url in urls:
                    found.append(await pages.fetch(url))
                    if self.time:
                        self.time.now += later
                return found

        return asyncio.run(run())

    def paths(self, host: str) -> list[str]:
        return [path for name, path, _ in self.asked if name == host]


def moved(host: str) -> tuple[int, Mapping[str, str]]:
    return 301, {"Location": f"https://{host}/robots.txt"}


def test_a_host_that_rules_lead_to_is_asked_after_its_own_pause() -> None:
    site = Site(FakeTime(), shop_example=moved(WWW))

    fetched = site.fetch(f"https://{WWW}/1", f"https://{SHOP}/1")

    moments = [at for host, _, at in site.asked if host == WWW]
    assert [one.outcome for one in fetched] == [Fetch.FETCHED] * 2
    assert site.paths(WWW) == ["/robots.txt", "/1", "/robots.txt"]
    assert all(later - earlier >= 2 for earlier, later in pairwise(moments)), moments


def test_a_host_that_rules_lead_to_sees_one_request_at_a_time() -> None:
    site = Site(None, **{f"s{place}_example": moved(WWW) for place in range(5)})

    site.fetch(f"https://{WWW}/1", *(f"https://s{place}.example/1" for place in range(5)), at_once=True)

    assert (len(site.paths(WWW)), site.most) == (7, 1)


def test_sites_whose_rules_lead_to_each_other_do_not_wait_for_each_other_for_ever() -> None:
    site = Site(None, shop_example=moved(WWW), www_shop_example=moved(SHOP))

    urls = [f"https://{host}/{place}" for place in range(3) for host in (SHOP, WWW)]
    fetched = site.fetch(*urls, at_once=True)

    assert {one.outcome for one in fetched} == {Fetch.FETCHED}
    assert site.most == 1


def test_rules_are_asked_for_once_however_many_pages_wait_for_them() -> None:
    site = Site(None)

    site.fetch(*(f"https://{SHOP}/{place}" for place in range(5)), at_once=True)

    assert site.paths(SHOP).count("/robots.txt") == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_is_too_busy_for_its_rules_is_asked_when_it_says(status: int) -> None:
    site = Site(FakeTime(), shop_example=(status, {"Retry-After": "90"}))

    first, second = site.fetch(f"https://{SHOP}/1", f"https://{SHOP}/2")
    later = site.fetch(f"https://{SHOP}/1", f"https://{SHOP}/1", later=100)

    assert (first.outcome, first.not_yet_seconds, first.attempted) == (Fetch.ROBOTS_DISALLOWED, 90, False)
    assert str(status) in first.detail
    assert (second.outcome, second.not_yet_seconds) == (Fetch.NOT_YET, 90)
    assert [one.not_yet_seconds for one in later] == [90, 90]
    assert site.paths(SHOP) == ["/robots.txt"] * 3


@pytest.mark.parametrize(
    ("status", "headers"), [(503, {}), (429, {}), (503, {"Retry-After": "0"}), (500, {"Retry-After": "90"})]
)
def test_without_a_time_to_come_back_rules_that_cannot_be_had_forbid(status: int, headers: dict[str, str]) -> None:
    site = Site(FakeTime(), shop_example=(status, headers))

    fetched = site.fetch(f"https://{SHOP}/1", f"https://{SHOP}/2")

    assert [(one.outcome, one.not_yet_seconds) for one in fetched] == [(Fetch.ROBOTS_DISALLOWED, 0)] * 2
    assert site.paths(SHOP) == ["/robots.txt"]


def test_it_is_the_host_that_asked_for_it_that_is_left_alone_and_the_pages_wait_for_it() -> None:
    site = Site(FakeTime(), shop_example=moved(WWW), www_shop_example=(503, {"Retry-After": "90"}))

    first, second, other = site.fetch(f"https://{SHOP}/1", f"https://{SHOP}/2", f"https://{WWW}/1")

    assert (first.outcome, first.url, first.not_yet_seconds) == (Fetch.ROBOTS_DISALLOWED, f"https://{SHOP}/1", 90)
    assert (second.outcome, second.url) == (Fetch.NOT_YET, f"https://{SHOP}/2")
    assert 80 < second.not_yet_seconds <= 90
    assert other.outcome is Fetch.NOT_YET
    assert site.paths(WWW) == ["/robots.txt"]
