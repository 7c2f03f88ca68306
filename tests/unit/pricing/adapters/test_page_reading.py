"""A page may state any number; only one that a shop can charge leaves the scanner."""

from decimal import Decimal

import pytest

from pricing.adapters.page_reading import read_fetched
from pricing.domain.fetched import Fetch, Fetched
from pricing.domain.reading import NothingRead, Reading, Unread

PAGE = (
    '<html><head><script type="application/ld+json">{"@context": "https://schema.org", "@type": "Product", '
    '"name": "x", "offers": {"@type": "Offer", "price": %s, "priceCurrency": "USD"}}'
    "</script></head><body>x</body></html>"
)


def read(price: str) -> Reading | NothingRead:
    body = (PAGE % price).encode()
    return read_fetched(
        Fetched(outcome=Fetch.FETCHED, url="https://shop.example/x", body=body, content_type="text/html")
    )


@pytest.mark.parametrize("price", ["1e300", "1e13", "1e30", '"1000000000000000000000000000000 USD"'])
def test_a_price_beyond_every_shop_is_none(price: str) -> None:
    found = read(price)

    assert isinstance(found, NothingRead)
    assert found.outcome is Unread.NO_PRICE


def test_the_noise_of_a_page_s_arithmetic_is_cut() -> None:
    found = read("19.989999999999998")

    assert isinstance(found, Reading)
    assert found.item_price == Decimal("19.990000")


def test_a_number_beyond_every_price_leaves_the_floor_to_what_the_page_shows() -> None:
    shown = b"<h1>x</h1><p class='price'>$19.99</p>"
    body = (PAGE % "1e30").encode().replace(b"<body>x", b"<body>" + shown)

    found = read_fetched(
        Fetched(outcome=Fetch.FETCHED, url="https://shop.example/x", body=body, content_type="text/html")
    )

    assert isinstance(found, Reading)
    assert found.item_price == Decimal("19.99")
    assert [vote.item_price for vote in found.votes] == [Decimal("19.99")]


def test_what_each_reader_said_has_no_more_places_than_a_price() -> None:
    found = read('"19.' + "9" * 30 + '"')

    assert isinstance(found, Reading)
    assert [str(vote.item_price) for vote in found.votes] == ["20.000000"]
