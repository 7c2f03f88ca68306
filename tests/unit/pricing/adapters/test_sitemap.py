"""Which pages a site's maps and lists name."""

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.adapters.readers.sitemap import MOST_ENTRIES, read_site_file, site_maps_of
from pricing.domain.site import NamedPage

URL = "https://shop.example/sitemap.xml"
MAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url><loc> https://shop.example/p/1?a=1&amp;b=2 </loc><lastmod>2026-03-01</lastmod>
    <image:image><image:loc>https://shop.example/i/1.jpg</image:loc></image:image></url>
  <url><loc><![CDATA[https://shop.example/p/2]]></loc></url>
  <url><priority>0.5</priority></url>
</urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://shop.example/maps/1.xml.gz</loc></sitemap><sitemap><loc>/maps/2.xml</loc></sitemap></sitemapindex>"""
LIST = b"""<!doctype html><html><head><link rel="next" href="?page=2"></head><body>
<nav><a href="/sale">Sale from $1</a></nav>
<ul class="grid">
  <li><a href="/p/wh-1000xm5#reviews">Sony WH-1000XM5</a><span>$349.00</span></li>
  <li><a href="/p/qc45"><img src="/i.jpg"></a><a href="/p/qc45">Bose QC45</a><b>299,00 EUR</b></li>
  <li><a href="/p/qc45.jpg">Picture</a><b>9.99</b></li>
</ul>
<p><a href="/about">About us</a></p></body></html>"""
PLAIN_LIST = (
    b"<html><body><h1>Makers</h1><a href='/p/1'>One</a><a href='/p/2'></a><a href='mailto:x@y'>Mail</a></body></html>"
)


def pages_in(body: bytes, content_type: str = "application/xml", url: str = URL) -> list[tuple[str, str | None]]:
    return [(page.url, page.title) for page in read_site_file(body, url, content_type).pages]


def test_a_map_names_its_pages_and_not_their_pictures() -> None:
    assert read_site_file(MAP, URL, "application/xml").pages == (
        NamedPage("https://shop.example/p/1?a=1&b=2", modified="2026-03-01"),
        NamedPage("https://shop.example/p/2"),
    )


def test_an_index_names_further_maps() -> None:
    found = read_site_file(INDEX, URL, "text/xml")

    assert (found.pages, found.more) == ((), ("https://shop.example/maps/1.xml.gz", "https://shop.example/maps/2.xml"))


def test_a_packed_map_is_read_and_one_that_unpacks_to_too_much_is_not() -> None:
    assert pages_in(gzip.compress(MAP), "application/gzip") == pages_in(MAP)
    bomb = gzip.compress(b"\x00" * 51_000_000, 1)
    assert read_site_file(bomb, URL, "application/gzip").pages == ()
    assert read_site_file(gzip.compress(MAP)[:-30], URL, "application/gzip").problem == ""
    assert read_site_file(b"\x1f\x8bnot gzip", URL, None).problem


def test_a_plain_list_of_addresses_is_a_map_too() -> None:
    assert pages_in(b"https://shop.example/a\r\nhttps://shop.example/b\nnonsense\n", "text/plain") == [
        ("https://shop.example/a", None),
        ("https://shop.example/b", None),
    ]


def test_a_list_of_products_names_what_stands_beside_prices_and_the_next_page() -> None:
    found = read_site_file(LIST, "https://shop.example/headphones", "text/html; charset=utf-8")

    assert [(page.url, page.title) for page in found.pages] == [
        ("https://shop.example/p/wh-1000xm5", "Sony WH-1000XM5"),
        ("https://shop.example/p/qc45", "Bose QC45"),
    ]
    assert found.more == ("https://shop.example/headphones?page=2",)


def test_a_list_without_prices_names_every_link_that_says_something() -> None:
    assert pages_in(PLAIN_LIST, "text/html") == [("https://shop.example/p/1", "One")]


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7", b"{}", b"\xff\xfe\x00"])
def test_what_is_neither_names_nothing_and_says_so(body: bytes) -> None:
    found = read_site_file(body, URL, "application/octet-stream")

    assert (found.pages, found.more, found.problem) == ((), (), "is neither a site map nor a page")


@given(st.binary(max_size=400), st.sampled_from(["text/html", "application/xml", None]))
def test_no_file_makes_the_reader_fail(body: bytes, content_type: str | None) -> None:
    for whole in (body, b"<urlset>" + body, b"<html>" + body):
        read_site_file(whole, URL, content_type)


def test_the_maps_that_a_robots_txt_names() -> None:
    robots = b"\xef\xbb\xbfSitemap: https://shop.example/a.xml\nUser-agent: *\nsitemap:https://shop.example/b.xml\nSitemap:\n"

    assert site_maps_of(robots) == ["https://shop.example/a.xml", "https://shop.example/b.xml"]


@pytest.mark.parametrize(
    "unit",
    [b"<url>", b"<url><loc>", b"<sitemap><loc>x", b"<loc >", b"<url><lastmod>", b"<![CDATA[", b"<a:loc", b"<url><url "],
)
def test_the_time_for_a_hostile_map_grows_like_its_length(unit: bytes) -> None:
    def seconds(repeats: int) -> float:
        body = b"<urlset>" + unit * repeats
        began = time.process_time()
        for _ in range(3):
            read_site_file(body, URL, "application/xml")
        return time.process_time() - began

    seconds(1_000)
    assert seconds(160_000) < 40 * max(seconds(10_000), 0.002)


def test_a_packed_page_is_no_list_and_takes_no_memory() -> None:
    bomb = gzip.compress(b"<html>" + b"<p>a" * 10_000_000, 1)

    assert "no list is" in read_site_file(bomb, URL, "application/gzip").problem


def test_a_map_that_is_too_large_is_read_as_far_as_it_is_taken() -> None:
    entry = b"<url><loc>https://shop.example/p/%07d</loc></url>"
    found = read_site_file(gzip.compress(b"<urlset>" + b"".join(entry % n for n in range(500_000)), 1), URL, None)

    assert len(found.pages) == MOST_ENTRIES
    assert "its beginning was read" in found.problem


def test_blocks_that_hold_each_other_cost_a_bounded_amount() -> None:
    deep = b"<html>" + b"<div><a href='/p'>x</a>" * 2_000 + b"word " * 200_000

    assert read_site_file(deep, URL, "text/html").pages
