"""Looking for a competitor's pages: politely, within bounds, and nothing lost when the time is over."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pricing.adapters.readers.sitemap import read_site_file, site_maps_of
from pricing.domain.fetched import Fetch, Fetched
from pricing.domain.site import NamedPage
from pricing.usecases.discover import MOST_FILES, PAGES_IN_A_MESSAGE, DiscoverSite, Discovery
from pricing.usecases.lane_manners import LaneManners
from pricing.usecases.scan_pages import LONGEST_SCAN
from tests.builders.pricing import MONDAY

ROBOTS = "https://shop.example/robots.txt"


def a_map(*urls: str) -> bytes:
    return b"<urlset>" + b"".join(b"<url><loc>%s</loc></url>" % url.encode() for url in urls) + b"</urlset>"


def an_index(*urls: str) -> bytes:
    return (
        b"<sitemapindex>"
        + b"".join(b"<sitemap><loc>%s</loc></sitemap>" % url.encode() for url in urls)
        + b"</sitemapindex>"
    )


@dataclass
class Site:
    """The web, as far as it is there; after `patience` requests the host wants to be left alone."""

    files: dict[str, bytes] = field(default_factory=dict)
    patience: int = 10_000
    wait_seconds: float = 0.0
    asked: list[str] = field(default_factory=list)
    rested: int = 0
    silenced: dict[str, float] = field(default_factory=dict)
    remembered: dict[str, datetime] = field(default_factory=dict)
    busy: dict[str, float] = field(default_factory=dict)

    async def fetch(self, url: str, **_: Any) -> Fetched:
        if len(self.asked) >= self.patience:
            return Fetched(outcome=Fetch.NOT_YET, url=url, not_yet_seconds=self.wait_seconds, attempted=False)
        self.asked.append(url)
        if url in self.busy:
            return Fetched(outcome=Fetch.BLOCKED, url=url, detail="429", not_yet_seconds=self.busy[url])
        if url not in self.files:
            return Fetched(outcome=Fetch.NOT_FOUND, url=url, detail="the server answered 404")
        return Fetched(outcome=Fetch.FETCHED, url=url, body=self.files[url], content_type="application/xml")

    def pause_of(self, url: str) -> float | None:
        return float(len(url))

    async def rest(self) -> None:
        self.rested += 1

    def silences(self) -> Mapping[str, float]:
        return {"shop.example": self.wait_seconds} if self.wait_seconds else {}

    def silence(self, host: str, seconds: float) -> None:
        self.silenced[host] = seconds

    async def recall(self, lane: int) -> Mapping[str, datetime]:
        assert lane == 0
        return {"calm.example": MONDAY + timedelta(minutes=5)}

    async def keep(self, lane: int, until: Mapping[str, datetime]) -> None:
        assert lane == 0
        self.remembered.update(until)


@dataclass
class Told:
    """What the scanner says."""

    parts: list[tuple[list[str], list[str], bool]] = field(default_factory=list)
    rest: list[tuple[Discovery, datetime | None]] = field(default_factory=list)

    async def tell(self, pages: Sequence[NamedPage], problems: Sequence[str], *, last: bool) -> None:
        self.parts.append(([page.url for page in pages], list(problems), last))

    async def carry(self, rest: Discovery, not_before: datetime | None) -> None:
        self.rest.append((rest, not_before))

    @property
    def urls(self) -> list[str]:
        return [url for part, _, _ in self.parts for url in part]

    @property
    def problems(self) -> list[str]:
        return [problem for _, some, _ in self.parts for problem in some]


@dataclass
class Stops:
    stopped_now: bool = False

    async def stopped(self, organisation_id: str, job_id: str) -> bool:
        assert organisation_id
        assert job_id
        return self.stopped_now


def a_discovery(**changes: Any) -> Discovery:
    fields: dict[str, Any] = {
        "organisation_id": "org",
        "job_id": "job",
        "competitor_id": "c1",
        "domain": "shop.example",
        "lane": 0,
        "planned_at": MONDAY,
    }
    return Discovery(**(fields | changes))


def discover(site: Site, asked: Discovery | None = None, *, stopped: bool = False) -> Told:
    told = Told()
    looking = DiscoverSite(
        pages=site,
        read=read_site_file,
        site_maps_of=site_maps_of,
        manners=LaneManners(pages=site, memory=site, clock=lambda: MONDAY),
        stops=Stops(stopped),
        clock=lambda: MONDAY,
    )
    asyncio.run(looking(asked or a_discovery(), told, 0.0))
    return told


def test_robots_txt_names_the_maps_and_each_page_is_told_once() -> None:
    site = Site(
        {
            ROBOTS: b"Sitemap: https://shop.example/index.xml",
            "https://shop.example/index.xml": an_index("https://shop.example/1.xml", "https://shop.example/2.xml"),
            "https://shop.example/1.xml": a_map("https://shop.example/a", "https://WWW.shop.example/b"),
            "https://shop.example/2.xml": a_map("https://shop.example/a", "https://shop.example/c"),
        }
    )

    told = discover(site)

    assert told.urls == ["https://shop.example/a", "https://www.shop.example/b", "https://shop.example/c"]
    assert [last for _, _, last in told.parts] == [False, True]
    assert site.rested == 1


def test_without_a_word_in_robots_txt_the_usual_place_is_asked() -> None:
    told = discover(Site({"https://shop.example/sitemap.xml": a_map("https://shop.example/a")}))

    assert told.urls == ["https://shop.example/a"]


def test_a_site_without_maps_ends_with_the_reason() -> None:
    told = discover(Site())

    assert told.parts == [([], ["https://shop.example/sitemap.xml: not_found: the server answered 404"], True)]


def test_pages_and_files_of_other_sites_are_left_alone() -> None:
    site = Site(
        {
            ROBOTS: b"Sitemap: https://evil.example/x.xml\nSitemap: http://169.254.169.254/x.xml\nSitemap: https://shop.example/m.xml",
            "https://shop.example/m.xml": a_map(
                "https://shop.example.evil.example/a",
                "http://127.0.0.1/a",
                "javascript:alert(1)",
                "https://shop.example/a",
            ),
        }
    )

    assert discover(site).urls == ["https://shop.example/a"]
    assert all(url.startswith("https://shop.example/") for url in site.asked)


def test_what_there_is_no_time_for_is_carried_and_nothing_is_lost_or_read_twice() -> None:
    files = {
        f"https://shop.example/{n}.xml": a_map(*(f"https://shop.example/{n}/{p}" for p in range(3))) for n in range(9)
    }
    site = Site(files | {ROBOTS: "\n".join(f"Sitemap: {url}" for url in files).encode()})
    found: list[str] = []
    asked = a_discovery()
    rounds = 0
    while True:
        site.patience = len(site.asked) + 4
        told = discover(site, asked)
        found += told.urls
        rounds += 1
        if not told.rest:
            break
        ((asked, _),) = told.rest
        assert not any(last for _, _, last in told.parts)

    assert sorted(found) == sorted(f"https://shop.example/{n}/{p}" for n in range(9) for p in range(3))
    assert len(site.asked) == len(set(site.asked)) == 10
    assert rounds == 3


def test_a_host_that_wants_to_be_left_alone_too_long_ends_the_job_with_what_was_found() -> None:
    site = Site(
        {ROBOTS: b"Sitemap: https://shop.example/1.xml"}, patience=1, wait_seconds=LONGEST_SCAN.total_seconds() + 1
    )

    told = discover(site)

    assert told.rest == []
    assert told.parts[-1][2]
    assert "left alone until" in told.problems[-1]


def test_a_wait_is_told_with_its_end() -> None:
    site = Site({ROBOTS: b"Sitemap: https://shop.example/1.xml"}, patience=1, wait_seconds=600)

    ((rest, not_before),) = discover(site).rest

    assert not_before == MONDAY + timedelta(minutes=10)
    assert (rest.todo, rest.files, rest.carried) == (("https://shop.example/1.xml",), 1, 1)


def test_a_map_whose_host_is_busy_is_read_later_and_the_lane_remembers() -> None:
    place = "https://shop.example/1.xml"
    site = Site({ROBOTS: f"Sitemap: {place}".encode()}, wait_seconds=600, busy={place: 600.0})

    told = discover(site)

    ((rest, not_before),) = told.rest
    assert (rest.todo, not_before) == ((place,), MONDAY + timedelta(minutes=10))
    assert not any(last for _, _, last in told.parts)
    assert (site.rested, site.silenced) == (1, {"calm.example": 300.0})
    assert site.remembered["shop.example"] == MONDAY + timedelta(minutes=10)
    assert discover(Site({}, busy={place: 600.0}), a_discovery(todo=(place,), carried=3)).parts[-1][2]


def test_maps_on_another_host_are_named_and_not_asked_in_this_lane() -> None:
    site = Site({ROBOTS: b"Sitemap: https://maps.shop.example/1.xml\nSitemap: https://www.shop.example/2.xml"})

    told = discover(site)

    assert site.asked == [ROBOTS, "https://www.shop.example/2.xml"]
    assert told.problems[0] == "https://maps.shop.example/1.xml: stands on another host; look for pages from there"


def test_maps_that_name_each_other_for_ever_come_to_an_end() -> None:
    class Endless(Site):
        async def fetch(self, url: str, **_: Any) -> Fetched:
            self.asked.append(url)
            body = an_index(
                f"https://shop.example/{len(self.asked)}.xml", f"https://shop.example/x{len(self.asked)}.xml"
            )
            return Fetched(outcome=Fetch.FETCHED, url=url, body=body, content_type="application/xml")

    site = Endless()

    assert discover(site, a_discovery(todo=("https://shop.example/0.xml",))).parts[-1][2]
    assert len(site.asked) == MOST_FILES


def test_many_pages_are_told_in_parts_with_names_of_their_own() -> None:
    urls = [f"https://shop.example/{place}" for place in range(PAGES_IN_A_MESSAGE * 2 + 5)]
    told = discover(
        Site({"https://shop.example/m.xml": a_map(*urls)}), a_discovery(todo=("https://shop.example/m.xml",))
    )

    assert told.urls == urls
    assert all(len(part) <= PAGES_IN_A_MESSAGE for part, _, _ in told.parts)
    assert [last for _, _, last in told.parts] == [False] * (len(told.parts) - 1) + [True]


def test_a_job_that_is_to_stop_reads_nothing_and_tells_nothing() -> None:
    site = Site({ROBOTS: b""})

    assert (discover(site, stopped=True).parts, site.asked) == ([], [])
