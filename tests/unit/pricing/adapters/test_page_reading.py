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


@pytest.mark.parametrize("price", ["1e300", "1e13"])
def test_a_price_beyond_every_shop_is_none(price: str) -> None:
    found = read(price)

    assert isinstance(found, NothingRead)
    assert found.outcome is Unread.NO_PRICE


def test_the_noise_of_a_page_s_arithmetic_is_cut() -> None:
    found = read("19.989999999999998")

    assert isinstance(found, Reading)
    assert found.item_price == Decimal("19.990000")
