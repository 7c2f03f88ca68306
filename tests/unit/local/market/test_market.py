"""The simulated market: the same seed and day give the same shops, prices and pages."""

import csv
import io
from decimal import Decimal

import pytest

from local.market.catalogue import market_from
from local.market.model import Item, Market, Quote, Shop, Style, address_of
from local.market.notation import amount_text
from local.market.pages import product_page
from local.market.sample import HEADERS, sample_catalogue_csv, sample_market, sample_products, with_check_digit
from local.market.state import MarketState, Traffic
from pricing.adapters.readers import read_page
from pricing.domain.reading import Availability, Reader, Reading
from shared.kernel.public_url import checked_url

ITEM = Item(
    sku="4711", title="Red <Kettle>", price=Decimal("1299.50"), brand="Aldervale", mpn="K-1", gtin="4006381333931"
)
LOCALES = [
    ("en", "US", "USD"),
    ("de", "DE", "EUR"),
    ("de", "CH", "CHF"),
    ("fr", "FR", "EUR"),
    ("pl", "PL", "PLN"),
    ("en", "IN", "INR"),
]


def shop(style: Style = Style.JSON_LD, language: str = "en", country: str = "US", currency: str = "USD") -> Shop:
    return Shop(host="shop.example", style=style, items=(ITEM,), language=language, country=country, currency=currency)


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize(("language", "country", "currency"), LOCALES)
@pytest.mark.parametrize("in_stock", [True, False])
def test_a_page_of_every_style_and_locale_is_read_as_the_shop_meant_it(
    style: Style, language: str, country: str, currency: str, *, in_stock: bool
) -> None:
    place = shop(style, language, country, currency)
    quote = Quote(price=Decimal("1299.50"), list_price=None, in_stock=in_stock)

    read = read_page(product_page(place, ITEM, quote).encode(), url=address_of(place, ITEM))

    assert isinstance(read, Reading)
    assert (read.item_price, read.currency, read.sku, read.reader) == (
        Decimal("1299.50"),
        currency,
        "4711",
        Reader(style.value),
    )
    assert (read.availability is Availability.IN_STOCK) is in_stock


def test_a_sale_shows_what_was_asked_before() -> None:
    quote = Quote(price=Decimal("999.00"), list_price=Decimal("1299.50"), in_stock=True)

    read = read_page(product_page(shop(Style.PLAIN), ITEM, quote).encode(), url="https://shop.example/p/4711/x")

    assert isinstance(read, Reading)
    assert (read.item_price, read.list_price) == (Decimal("999.00"), Decimal("1299.50"))


def test_a_page_whose_markup_changed_still_shows_its_price() -> None:
    quote = Quote(price=Decimal("999.00"), list_price=None, in_stock=True)

    read = read_page(
        product_page(shop(), ITEM, quote, changed_markup=True).encode(), url="https://shop.example/p/4711/x"
    )

    assert isinstance(read, Reading)
    assert (read.item_price, read.reader) == (Decimal("999.00"), Reader.PLAIN)


def test_day_zero_asks_the_given_prices() -> None:
    market = sample_market()

    assert all(
        market.quote(s, i, 0) == Quote(price=i.price, list_price=None, in_stock=True)
        for s in market.shops
        for i in s.items
    )


def test_prices_and_stock_move_with_the_days_and_are_the_same_for_the_same_seed() -> None:
    market, again = sample_market(), sample_market()
    quotes = [market.quote(s, i, 30) for s in market.shops for i in s.items]

    assert quotes == [again.quote(s, i, 30) for s in again.shops for i in s.items]
    assert any(not quote.in_stock for quote in quotes)
    assert any(quote.list_price for quote in quotes)
    assert all(
        Decimal("0.85") < q.price / i.price < Decimal("1.15")
        for s in market.shops
        for i in s.items
        for q in [market.quote(s, i, 30)]
    )


def test_another_seed_moves_otherwise() -> None:
    market = sample_market()
    other = Market(seed=2, shops=market.shops)

    assert any(market.quote(s, i, 30) != other.quote(s, i, 30) for s in market.shops for i in s.items)


def test_the_sample_has_sixty_products_and_shops_whose_addresses_may_be_registered() -> None:
    market = sample_market()

    assert len(sample_products()) == 60
    assert len(market.shops) == 4
    assert all(checked_url(address_of(s, i)) == address_of(s, i) for s in market.shops for i in s.items)


def test_the_sample_catalogue_has_named_headers_and_valid_gtins() -> None:
    rows = list(csv.DictReader(io.StringIO(sample_catalogue_csv())))

    assert tuple(rows[0]) == HEADERS
    assert all(with_check_digit(row["gtin"][:-1]) == row["gtin"] for row in rows)
    assert len({row["sku"] for row in rows}) == len(rows)
    assert all(Decimal(row["cost"]) < Decimal(row["price"]) for row in rows)


def test_a_check_digit_is_the_one_the_standard_demands() -> None:
    assert with_check_digit("400638133393") == "4006381333931"


def test_a_market_can_be_given_as_a_document() -> None:
    item = {"sku": 1, "title": "Kettle", "price": "9.90"}
    market = market_from({"seed": 7, "shops": [{"host": "A.example", "style": "rdfa", "items": [item]}]})

    assert market.shops == (
        Shop(host="a.example", style=Style.RDFA, items=(Item(sku="1", title="Kettle", price=Decimal("9.90")),)),
    )


@pytest.mark.parametrize(
    ("language", "country", "currency", "text"),
    [
        ("en", "US", "USD", "$1,299.50"),
        ("de", "DE", "EUR", "1.299,50\u00a0€"),
        ("de", "CH", "CHF", "CHF 1'299.50"),
        ("fr", "FR", "EUR", "1\u202f299,50\u00a0€"),
        ("en", "IN", "INR", "₹1,299.50"),
    ],
)
def test_amounts_are_written_as_the_country_does(language: str, country: str, currency: str, text: str) -> None:
    assert amount_text(Decimal("1299.50"), currency, language, country) == text


def test_lakhs_are_grouped_in_pairs() -> None:
    assert amount_text(Decimal(1234567), "INR", "en", "IN") == "₹12,34,567"


def test_a_misbehaviour_ends_after_its_count() -> None:
    state = MarketState()
    state.control({"host": "a.example", "how": "500", "times": 1})

    assert [state.misbehaviour("a.example") is not None for _ in range(2)] == [True, False]


def test_an_order_without_a_misbehaviour_ends_it() -> None:
    state = MarketState()
    state.control({"host": "a.example", "how": "500", "advance_days": 3})
    state.control({"host": "a.example"})

    assert (state.misbehaviour("a.example"), state.day) == (None, 3.0)


def test_traffic_notes_how_many_came_at_once_and_how_close() -> None:
    traffic = Traffic()
    traffic.begin(0.0)
    traffic.begin(0.5)
    traffic.end(1.0)
    traffic.end(2.0)
    traffic.begin(2.25)

    assert (traffic.requests, traffic.most_at_once, traffic.smallest_gap) == (3, 2, 0.25)
