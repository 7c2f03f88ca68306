"""Broken, huge and lying pages end in a named outcome, in time that grows with their size and no faster."""

import json
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.adapters.readers import read_page
from pricing.domain.reading import NothingRead, Reader, Reading, Unread

URL = "https://shop.example/p/4711/kettle"
SHOWN = '<h1>Kettle</h1><span class="price">$39.50</span>'
SOUND = Decimal("0.6")


def offer(price: str) -> str:
    thing = {"@type": "Product", "name": "Kettle", "offers": {"price": price, "priceCurrency": "USD"}}
    return f'<script type="application/ld+json">{json.dumps(thing)}</script>'


def read(html: str | bytes, content_type: str = "text/html") -> Reading | NothingRead:
    body = html if isinstance(html, bytes) else html.encode()
    return read_page(body, url=URL, content_type=content_type)


def reading(html: str | bytes, content_type: str = "text/html") -> Reading:
    found = read(html, content_type)
    assert isinstance(found, Reading), found
    return found


def test_a_page_of_900_kilobytes_is_read() -> None:
    filler = "<script>var a = {'b': [1, 2, 3]};</script>" * 20_000

    assert reading(f"<body>{filler}{SHOWN}{filler}</body>").item_price == Decimal("39.50")


@pytest.mark.parametrize("claimed", ["utf-8", "iso-8859-1", "big5", "no-such-charset", "utf-16"])
@pytest.mark.parametrize("written", ["utf-8", "cp1252"])
def test_a_page_that_lies_about_its_charset_keeps_its_price(claimed: str, written: str) -> None:
    html = (
        f'<html><head><meta charset="{claimed}"></head><body><h1>Thé</h1><b class="price">39,50 EUR</b></body></html>'
    )

    assert reading(html.encode(written), f"text/html; charset={claimed}").item_price == Decimal("39.50")


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "null",
        '"x"',
        '{"@type":"Product","offers":' + "[" * 5_000,
        "\x00\x01" * 50,
        '{"@type":"Product","offers":{"price":"n/a"}}',
    ],
)
def test_broken_linked_data_leaves_the_page_itself(broken: str) -> None:
    found = reading(f'<script type="application/ld+json">{broken}</script><body>{SHOWN}</body>')

    assert (found.item_price, found.reader) == (Decimal("39.50"), Reader.PLAIN)


def test_linked_data_that_lies_is_seen_in_the_votes_and_in_the_confidence() -> None:
    honest, lying = (reading(f"{offer(price)}<body>{SHOWN}</body>") for price in ("39.50", "31.00"))

    assert {(vote.reader, vote.item_price) for vote in lying.votes} == {
        ("json-ld", Decimal("31.00")),
        ("plain", Decimal("39.50")),
    }
    assert (honest.agreement, lying.agreement) == (2, 1)
    assert lying.confidence < SOUND < honest.confidence


@pytest.mark.parametrize("stated", ["NaN", "Infinity", "-1", "1e400", "", "[]"])
def test_a_number_that_is_no_price_is_none(stated: str) -> None:
    found = read(f"{offer(stated)}<body><h1>Kettle</h1></body>")

    assert isinstance(found, NothingRead) or (found.item_price.is_finite() and found.item_price >= 0)


def test_a_price_in_an_image_is_no_price() -> None:
    found = read('<body><h1>Kettle</h1><img class="price" src="/prices/39-50.png" alt="price"></body>')

    assert isinstance(found, NothingRead)
    assert found.outcome is Unread.NO_PRICE


def test_a_page_that_changes_its_language_keeps_its_price() -> None:
    first = reading('<html lang="en"><body><h1>Kettle</h1><b class="price">€39.50</b> In stock</body></html>')
    then = reading('<html lang="de"><body><h1>Kessel</h1><b class="price">39,50 €</b> Auf Lager</body></html>')

    assert (first.item_price, first.currency, first.availability) == (then.item_price, then.currency, then.availability)


def test_a_captcha_is_a_barrier() -> None:
    found = read(
        '<title>Robot check</title><body><form>Enter the characters you see</form><b class="price">$1</b></body>'
    )

    assert isinstance(found, NothingRead)
    assert found.outcome is Unread.BLOCKED


@pytest.mark.parametrize("unseen", ["noscript", "template", "script", "style"])
def test_a_price_that_nobody_sees_is_no_price(unseen: str) -> None:
    found = read(f'<body><h1>Kettle</h1><{unseen}><b class="price">$1.00</b></{unseen}></body>')

    assert isinstance(found, NothingRead)


def test_a_coupon_is_told_and_never_taken_off() -> None:
    found = reading(f"<body>{SHOWN}<p>Save $5 with code KETTLE5</p><p>Ships from: Shop GmbH</p></body>")

    assert found.item_price == Decimal("39.50")
    assert (found.promotion, found.fulfilment) == ("Save $5 with code KETTLE5", "Shop GmbH")


@pytest.mark.parametrize(
    ("struck", "listed"), [("59.00", Decimal("59.00")), ("29.00", None), ("396.00", None), ("39.50", None)]
)
def test_a_struck_price_that_makes_no_sense_is_dropped(struck: str, listed: Decimal | None) -> None:
    found = reading(
        f'<h1>Kettle</h1><div><del class="old-price">${struck}</del><span class="price">$39.50</span></div>'
    )

    assert (found.item_price, found.list_price) == (Decimal("39.50"), listed)


def test_a_title_tells_the_pack() -> None:
    assert reading('<body><h1>Tea lights, pack of 50</h1><b class="price">$9.99</b></body>').pack == 50


ADVERSARIAL: list[Callable[[int], str]] = [
    lambda n: "<h1>K</h1>" + "<" * n,
    lambda n: "<h1>K</h1>" + "<b " * n,
    lambda n: "<h1>K</h1>" + "<b class='price' x=\"" * n,
    lambda n: "<h1>K</h1>" + "<div itemprop='price'>" * n,
    lambda n: "<div itemscope itemtype='http://schema.org/Product' itemprop='price'>" * n,
    lambda n: "<h1>K</h1>" + "<!--" * n,
    lambda n: "<script" * n,
    lambda n: "</h1><script>" * n,
    lambda n: "<h1>K</h1>" + "<li class=sku>" * n,
    lambda n: "<h1>K</h1><b class=price>" + "1," * n,
    lambda n: "<h1>K</h1><b class=price>" + "$1 " * n,
    lambda n: '<script type="application/ld+json">' * n,
    lambda n: '<script type="application/ld+json">{"@type":"Product","offers":' + "[" * n,
    lambda n: "<meta property='og:" * n,
    lambda n: "<h1>K</h1>" + ">Brand <" * n,
    lambda n: "<h1>K</h1><p>sold out</p>" * n,
    lambda n: "<h1>K</h1>" + "<p> </p>was " * n,
    lambda n: "<script>__NEXT_DATA__{" * n,
    lambda n: "<h1>K</h1>" + "&amp" * n,
    lambda n: "<h1>K</h1>" + "EAN " * n,
]


@pytest.mark.parametrize("make", ADVERSARIAL)
def test_time_grows_with_the_page_and_not_with_its_square(make: Callable[[int], str]) -> None:
    def spent(size: int) -> float:
        body = make(size // len(make(1)) + 1)[:size].encode()
        took = []
        for _ in range(2):
            start = time.process_time()
            read_page(body, url=URL, content_type="text/html")
            took.append(time.process_time() - start)
        return min(took)

    small, large = spent(100_000), spent(800_000)

    # Eight times the page may take eight times as long, squared it would be sixty-four.
    assert large < 24 * max(small, 0.004), (small, large)


def test_a_page_of_six_megabytes_ends() -> None:
    body = (f"<body>{SHOWN}" + "<div class='price'><b>$1.00</b></div>" * 160_000 + "</body>").encode()

    assert reading(body).item_price > 0


MARKUP = st.sampled_from(
    [
        "<h1>", "</h1>", "<b class=price>", "</b>", "$1.00", "1.299,00 €", "<del>", "</del>", "<div itemprop='price'>",
        "<script type='application/ld+json'>", "</script>", '{"@type":"Product","offers":{"price":"9"}}', "<template>",
        "sold out", "Brand:", "Bright", "<![CDATA[", "]]>", "<!--", "-->", "\x00", "&#0;", "&nbsp;", "<li class='sku'>",
        "coupon 5", "__NEXT_DATA__", "{", '"', "'", "=", "<meta property='og:price:amount' content='", "'>", "EAN",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(
    parts=st.lists(MARKUP | st.text(max_size=6), max_size=40), charset=st.sampled_from(["utf-8", "utf-16", "cp1252"])
)
def test_no_page_breaks_a_reader(parts: list[str], charset: str) -> None:
    found = read("".join(parts).encode(charset, "replace"), "text/html")

    assert isinstance(found, Reading | NothingRead)
    assert isinstance(found, NothingRead) or found.votes
