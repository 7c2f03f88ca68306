"""A WooCommerce shop over HTTP: prices written and read back, and shops that do everything wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pricing.adapters.aiohttp_woocommerce import AioHttpWooCommerce, ShopLimits
from pricing.domain.shop_connection import ShopCredentials
from pricing.usecases.shop_sites import Asked, PriceAsked, SiteRead, SiteWrote, read_from_site, write_to_site
from shared.runtime.deadline import within
from tests.fakes.woocommerce import AGENT, API, KEY, SECRET, FakeWooCommerce, a_product, served

QUICK = ShopLimits(connect_seconds=1, idle_seconds=0.4, call_seconds=0.4, total_seconds=5, received_bytes=200_000)
CREDENTIALS = ShopCredentials(key=KEY, secret=SECRET)


def asking[T](
    shop: FakeWooCommerce,
    ask: Callable[[AioHttpWooCommerce], Awaitable[T]],
    url: str = "https://shop.example",
    limits: ShopLimits = QUICK,
) -> T:
    """Ask a shop that behaves so."""

    async def story() -> T:
        async with served(shop) as address:
            site = AioHttpWooCommerce(url, CREDENTIALS, AGENT, limits=limits, connect_to=address)
            try:
                return await ask(site)
            finally:
                await site.close()

    return asyncio.run(story())


def a_price(sku: str, price: str = "94.90", expected: str | None = "99.99") -> PriceAsked:
    before = None if expected is None else Decimal(expected)
    return PriceAsked(product_id=f"p-{sku}", sku=sku, price=Decimal(price), expected=before)


def wrote(shop: FakeWooCommerce, *prices: PriceAsked, **more: Any) -> SiteWrote:
    return asking(shop, lambda site: write_to_site(site, "EUR", prices or [a_price("A")]), **more)


def read(shop: FakeWooCommerce, *skus: str, with_currency: bool = False) -> SiteRead:
    asked = [Asked(product_id=f"p-{sku}", sku=sku) for sku in skus]
    return asking(shop, lambda site: read_from_site(site, asked, with_currency=with_currency))


def outcomes(told: SiteWrote) -> dict[str, str]:
    return {one.product_id.removeprefix("p-"): one.outcome for one in told.lines}


def test_products_and_variations_are_found_by_sku_written_and_read_back() -> None:
    shop = FakeWooCommerce(
        [
            a_product(1, "A"),
            a_product(2, "V", "", type="variable"),
            a_product(3, "V-red", type="variation", parent_id=2),
            a_product(4, "V-blue", "89.00", type="variation", parent_id=2),
            a_product(5, "no price", ""),
        ]
    )
    prices = [a_price("A"), a_price("V-red"), a_price("V-blue", expected="89.00"), a_price("no price", expected=None)]

    told = wrote(shop, *prices)

    assert (outcomes(told), told.stop) == (dict.fromkeys(["A", "V-red", "V-blue", "no price"], "written"), "")
    assert {name: shop.shown[name] for name in ("A", "V-red", "V-blue", "no price")} == dict.fromkeys(
        ["A", "V-red", "V-blue", "no price"], "94.90"
    )
    posts = [path for method, path in shop.asked if method == "POST"]
    assert sorted(posts) == [f"{API}/products/2/variations/batch", f"{API}/products/batch"]
    looks = read(shop, "A", "V-red", "V", "nowhere", with_currency=True)
    assert looks.currency == "EUR"
    assert [(one.found, one.price) for one in looks.looks] == [
        ("one", Decimal("94.90")),
        ("one", Decimal("94.90")),
        ("no_own_price", None),
        ("none", None),
    ]


def test_what_there_is_no_time_left_for_is_untried_and_nothing_to_blame_the_shop_for() -> None:
    many = [a_product(place, f"V-{place}", type="variation", parent_id=100 + place) for place in range(1, 4)]
    shop = FakeWooCommerce(many)
    late = replace(QUICK, late_seconds=60)

    async def hurried(site: AioHttpWooCommerce) -> SiteWrote:
        with within(5):
            return await write_to_site(site, "EUR", [a_price(one["sku"]) for one in many])

    told = asking(shop, hurried, limits=late)

    assert sorted(outcomes(told).values()) == ["untried", "untried", "written"]
    assert (told.stop, len(shop.written)) == ("", 1)


def test_what_the_shop_shows_already_is_written_and_not_sent_again() -> None:
    shop = FakeWooCommerce([a_product(1, "A")])

    first, second = wrote(shop), wrote(shop)

    assert (outcomes(first), outcomes(second)) == ({"A": "written"}, {"A": "written"})
    assert shop.written == [(1, "94.90")]


def test_a_price_changed_by_hand_or_on_sale_is_a_conflict_and_stays() -> None:
    shop = FakeWooCommerce([a_product(1, "A", "97.00"), a_product(2, "S", sale_price="80.00"), a_product(3, "B")])

    told = wrote(shop, a_price("A"), a_price("S"), a_price("B"))

    assert outcomes(told) == {"A": "conflict", "S": "conflict", "B": "written"}
    assert ["97.00" in told.lines[0].detail, "sale" in told.lines[1].detail] == [True, True]
    assert shop.written == [(3, "94.90")]


def test_what_the_shop_does_not_know_or_cannot_price_fails_and_says_what_to_do() -> None:
    twice = [a_product(1, "two"), a_product(2, "two")]
    shop = FakeWooCommerce(
        [*twice, a_product(3, "many", "", type="variable"), a_product(4, "ok-1"), a_product(5, "no")]
    )
    shop.refuses = {5}

    told = wrote(shop, *(a_price(sku) for sku in ("none", "two", "many", "OK-1", "no")))

    assert outcomes(told) == {
        "none": "unknown_product",
        "two": "refused",
        "many": "refused",
        "OK-1": "unknown_product",
        "no": "refused",
    }
    assert "woocommerce_rest_product_invalid_id" in told.lines[4].detail
    assert (shop.written, told.stop) == ([], "")


def test_skus_with_commas_and_letters_of_all_kinds_are_found() -> None:
    names = ["a,b", "Größe 42", "50%+", "a/b?c&d#e", "x" * 64]
    shop = FakeWooCommerce([a_product(place + 1, name) for place, name in enumerate(names)])

    assert set(outcomes(wrote(shop, *(a_price(name) for name in names))).values()) == {"written"}


def test_many_products_are_looked_up_in_lines_that_servers_take() -> None:
    names = [f"SKU-{place:04}-{'x' * 40}" for place in range(100)]
    shop = FakeWooCommerce([a_product(place + 1, name) for place, name in enumerate(names)])

    told = wrote(shop, *(a_price(name) for name in names))

    assert set(outcomes(told).values()) == {"written"}
    assert max(len(path) for _, path in shop.asked) < 2000
    assert len(shop.written) == 100


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_stops_everything_and_is_named_to_nobody(status: int) -> None:
    told = wrote(FakeWooCommerce([a_product(1, "A")], statuses={"GET": [200, status]}, body=b'{"value":"EUR"}'))

    assert (outcomes(told), str(status) in told.stop) == ({"A": "untried"}, True)
    assert not {KEY, SECRET} & set(str(told).split())


def test_a_key_that_may_only_read_stops_everything_before_anything_is_written() -> None:
    shop = FakeWooCommerce([a_product(1, "A"), a_product(2, "B", parent_id=9, type="variation")], writes=False)

    told = wrote(shop, a_price("A"), a_price("B"))

    assert (outcomes(told), shop.written) == ({"A": "untried", "B": "untried"}, [])
    assert "read/write" in told.stop
    assert [method for method, _ in shop.asked].count("POST") == 1


def test_a_shop_of_another_currency_is_not_written_to_and_one_that_tells_none_is() -> None:
    dollars = wrote(FakeWooCommerce([a_product(1, "A")], currency="USD"))
    silent = wrote(FakeWooCommerce([a_product(1, "A")], currency=None))

    assert (outcomes(dollars), "USD" in dollars.stop) == ({"A": "untried"}, True)
    assert (outcomes(silent), silent.stop) == ({"A": "written"}, "")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_shop_is_asked_again_and_then_written_to_once(status: int) -> None:
    shop = FakeWooCommerce([a_product(1, "A")], statuses={"POST": [status]}, retry_after="0")

    assert outcomes(wrote(shop)) == {"A": "written"}
    assert shop.written == [(1, "94.90")]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_shop_that_stays_busy_leaves_prices_unclear(method: str) -> None:
    shop = FakeWooCommerce([a_product(1, "A")], statuses={method: [503] * 9}, retry_after="0")

    told = wrote(shop)

    assert (outcomes(told), told.stop, "503" in told.lines[0].detail) == ({"A": "unclear"}, "", True)
    assert [asked for asked, _ in shop.asked].count(method) == 3


def test_a_shop_that_asks_for_more_patience_than_there_is_is_left_alone() -> None:
    shop = FakeWooCommerce([a_product(1, "A")], statuses={"GET": [429] * 9}, retry_after="120")

    assert outcomes(wrote(shop, limits=replace(QUICK, total_seconds=60))) == {"A": "unclear"}
    assert len(shop.asked) == 1


def test_a_shop_that_times_out_after_writing_is_unclear_and_shows_what_it_wrote() -> None:
    shop = FakeWooCommerce([a_product(1, "A")], hangs_after_write=3)

    told = wrote(shop)

    assert outcomes(told) == {"A": "unclear"}
    assert (shop.written, [method for method, _ in shop.asked].count("POST")) == ([(1, "94.90")], 1)
    assert [one.price for one in read(shop, "A").looks] == [Decimal("94.90")]


def test_a_shop_that_forgets_or_rounds_says_yes_and_shows_it_when_it_is_read_back() -> None:
    forgets, rounds = FakeWooCommerce([a_product(1, "A")], forgets=True), FakeWooCommerce([a_product(1, "A")])
    rounds.rounds = True

    assert [outcomes(wrote(shop)) for shop in (forgets, rounds)] == [{"A": "written"}] * 2
    assert [read(shop, "A").looks[0].price for shop in (forgets, rounds)] == [Decimal("99.99"), Decimal(95)]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed_with_the_key(status: int) -> None:
    shop = FakeWooCommerce(
        [a_product(1, "A")],
        statuses={"GET": [status, status]},
        headers={"Location": "https://elsewhere.example/wp-json"},
    )

    told = wrote(shop)

    assert (outcomes(told), "leads elsewhere" in told.stop) == ({"A": "untried"}, True)
    assert [path.split("?")[0] for _, path in shop.asked] == [
        f"{API}/settings/general/woocommerce_currency",
        f"{API}/products",
    ]


@pytest.mark.parametrize("body", [b"<html>Are you a robot?</html>", b'{"products": []}', b"[" * 100_000, b"\xff\xfe"])
def test_an_address_that_speaks_another_language_is_told_as_that(body: bytes) -> None:
    told = wrote(FakeWooCommerce(body=body))

    assert (outcomes(told), "check the address" in told.stop) == ({"A": "untried"}, True)


def test_an_answer_without_an_end_is_given_up() -> None:
    told = wrote(FakeWooCommerce(body=b"[" + b" " * 300_000 + b"]"))

    assert outcomes(told) == {"A": "unclear"}


@pytest.mark.parametrize("odd", ["", "free", None, True, [], "1e9", "-5", "9" * 40, "NaN", 12, "12.50"])
def test_what_is_no_price_is_none(odd: Any) -> None:
    told = read(FakeWooCommerce([a_product(1, "A") | {"regular_price": odd}]), "A")

    assert told.looks[0].price in {None, Decimal(12), Decimal("12.50")}


def test_a_shop_beneath_a_path_is_asked_there() -> None:
    shop = FakeWooCommerce([a_product(1, "A")])

    assert outcomes(wrote(shop, url="https://example.org/shop")) == {"A": "written"}
    assert {path.startswith(f"/shop{API}") for _, path in shop.asked} == {True}


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["169.254.169.254"], ["10.0.0.7"], ["::ffff:127.0.0.1"], ["1.1.1.1", "192.168.0.1"]]
)
def test_a_name_that_leads_inside_is_never_connected_to(addresses: list[str]) -> None:
    async def lookup(_: str, __: int) -> list[str]:
        return addresses

    async def story() -> SiteRead:
        site = AioHttpWooCommerce("https://shop.example", CREDENTIALS, AGENT, limits=QUICK, lookup=lookup)
        try:
            return await read_from_site(site, [], with_currency=True)
        finally:
            await site.close()

    assert asyncio.run(story()).unread == "the shop's address is not public"


@pytest.mark.parametrize("url", ["http://shop.example", "https://127.0.0.1", "https://localhost", "ftp://shop.example"])
def test_an_address_that_was_kept_and_may_not_be_asked_is_not(url: str) -> None:
    shop = FakeWooCommerce([a_product(1, "A")])

    told = wrote(shop, url=url)

    assert (outcomes(told), shop.asked) == ({"A": "untried"}, [])
    assert told.stop


def test_credentials_are_shown_to_nobody() -> None:
    assert (KEY in repr(CREDENTIALS), SECRET in repr(CREDENTIALS)) == (False, False)
