"""A page gives the offer it states, or the name of the reason why not."""

import json
from decimal import Decimal

import pytest

from pricing.adapters.readers import read_page
from pricing.domain.reading import Availability, Condition, NothingRead, Reader, Reading, Unread

URL = "https://shop.example/p/4711/kettle"


def page(body: str, head: str = "", lang: str = "en-US") -> bytes:
    start = f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{head}</head>'
    return f"{start}<body>{body}</body></html>".encode()


def linked(thing: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(thing)}</script>'


def product(**changes: object) -> dict[str, object]:
    offer = {"@type": "Offer", "price": "39.50", "priceCurrency": "USD", "availability": "https://schema.org/InStock"}
    return {"@type": "Product", "name": "Kettle", "sku": "4711", "offers": offer} | changes


def reading(html: bytes, url: str = URL) -> Reading:
    read = read_page(html, url=url, content_type="text/html; charset=utf-8")
    assert isinstance(read, Reading), read
    return read


def reason(html: bytes, content_type: str | None = "text/html") -> Unread:
    read = read_page(html, url=URL, content_type=content_type)
    assert isinstance(read, NothingRead), read
    return read.outcome


def test_linked_data_gives_every_field() -> None:
    thing = product(
        mpn="KT-1",
        gtin13="4006381333931",
        brand={"@type": "Brand", "name": "Bright &amp; Co"},
        offers={
            "@type": "Offer",
            "price": 39.5,
            "priceCurrency": "USD",
            "availability": "http://schema.org/BackOrder",
            "itemCondition": "https://schema.org/RefurbishedCondition",
            "seller": {"@type": "Organization", "name": "Shop"},
            "shippingDetails": {"shippingRate": {"value": "4.90", "currency": "USD"}},
            "priceSpecification": [{"price": "49.00", "priceType": "https://schema.org/StrikethroughPrice"}],
        },
    )

    read = reading(page("<h1>Kettle</h1><b>$39.50</b>", linked({"@graph": [{"@type": "WebSite"}, thing]})))

    assert (read.item_price, read.currency, read.reader) == (Decimal("39.5"), "USD", Reader.JSON_LD)
    assert (read.availability, read.condition) == (Availability.BACK_ORDER, Condition.REFURBISHED)
    assert (read.gtin, read.mpn, read.sku, read.brand) == ("4006381333931", "KT-1", "4711", "Bright & Co")
    assert (read.seller, read.shipping, read.list_price) == ("Shop", Decimal("4.90"), Decimal("49.00"))


def test_an_aggregate_offer_gives_its_lowest_price() -> None:
    thing = product(
        offers={"@type": "AggregateOffer", "lowPrice": "12.00", "highPrice": "15.00", "priceCurrency": "EUR"}
    )

    assert reading(page("<h1>Kettle</h1>", linked(thing))).item_price == Decimal("12.00")


def test_of_several_offers_the_cheapest_new_one_in_stock_is_read() -> None:
    offers = [
        {"price": "5", "priceCurrency": "USD", "itemCondition": "UsedCondition", "availability": "InStock"},
        {"price": "8", "priceCurrency": "USD", "availability": "OutOfStock"},
        {"price": "9", "priceCurrency": "USD", "availability": "InStock"},
        {"price": "10", "priceCurrency": "USD", "availability": "InStock"},
    ]

    assert reading(page("<h1>Kettle</h1>", linked(product(offers=offers)))).item_price == Decimal(9)


def test_one_variant_in_stock_makes_the_article_available() -> None:
    variants = [
        product(sku=f"4711-{n}", offers={"price": "9", "priceCurrency": "USD", "availability": s})
        for n, s in enumerate(("OutOfStock", "InStock"))
    ]

    read = reading(
        page(
            "<h1>Kettle</h1><span class='reference'>Ref. 4711</span>",
            linked({"@type": "ProductGroup", "name": "Kettle", "hasVariant": variants}),
        )
    )

    assert (read.availability, read.sku) == (Availability.IN_STOCK, "4711")


@pytest.mark.parametrize(
    "broken",
    [
        '{"@type":"Product","name":"Kettle","offers":{"price":"39.50","priceCurrency":"USD",},}',
        '{"@type":"Product","name":"A \\x27kettle\\x27\n","offers":{"price":"39.50","priceCurrency":"USD"}}',
        '<!-- {"@type":"Product","name":"Kettle","offers":{"price":"39.50","priceCurrency":"USD"}} -->',
        "{&quot;@type&quot;:&quot;Product&quot;,&quot;offers&quot;:{&quot;price&quot;:&quot;39.50&quot;,&quot;priceCurrency&quot;:&quot;USD&quot;}}",
    ],
)
def test_slightly_broken_linked_data_is_mended(broken: str) -> None:
    html = page("<h1>Kettle</h1>", f"<script type='application/ld+json'>{broken}</script>")

    assert reading(html).reader is Reader.JSON_LD


def test_linked_data_beyond_mending_leaves_the_page_itself() -> None:
    html = page(
        '<h1>Kettle</h1><span class="price">$39.50</span>', '<script type="application/ld+json">{"@type":</script>'
    )

    assert (reading(html).item_price, reading(html).reader) == (Decimal("39.50"), Reader.PLAIN)


def test_endless_nesting_and_huge_lists_are_survived() -> None:
    deep = "[" * 900 + "]" * 900
    many = json.dumps([{"@type": "Thing", "n": n} for n in range(50_000)])
    html = page(
        '<h1>Kettle</h1><span class="price">$39.50</span>',
        f'<script type="application/ld+json">{deep}</script><script type="application/ld+json">{many}</script>',
    )

    assert reading(html).item_price == Decimal("39.50")


def test_microdata_of_the_article_is_read_and_that_of_its_neighbours_is_not() -> None:
    scope = 'itemscope itemtype="https://schema.org/Product"'
    html = page(
        f'<div {scope}><h1 itemprop="name">Kettle</h1><div itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
        '<meta itemprop="priceCurrency" content="EUR"><span itemprop="price" content="39.50">39,50 €</span>'
        '<link itemprop="availability" href="https://schema.org/OutOfStock"></div>'
        '<meta itemprop="sku" content="4711"></div>'
        f'<div class="related" {scope}><meta itemprop="priceCurrency" content="EUR">'
        '<span itemprop="price">5,00 €</span></div>',
        lang="de-DE",
    )

    read = reading(html)

    assert (read.item_price, read.currency, read.reader, read.sku) == (
        Decimal("39.50"),
        "EUR",
        Reader.MICRODATA,
        "4711",
    )
    assert (read.availability, read.agreement) == (Availability.OUT_OF_STOCK, 2)


def test_rdfa_is_read() -> None:
    html = page(
        '<div vocab="https://schema.org/" typeof="Product"><h1 property="name">Kettle</h1>'
        '<div property="offers" typeof="Offer">'
        '<meta property="priceCurrency" content="GBP"><span property="price" content="39.50">£39.50</span></div></div>',
        lang="en-GB",
    )

    assert (reading(html).item_price, reading(html).currency, reading(html).reader) == (
        Decimal("39.50"),
        "GBP",
        Reader.RDFA,
    )


def test_opengraph_tags_are_read() -> None:
    tags = {
        "product:price:amount": "1,299.00",
        "product:price:currency": "USD",
        "product:availability": "out of stock",
        "og:title": "Kettle",
    }
    head = "".join(f'<meta property="{name}" content="{value}">' for name, value in tags.items())

    read = reading(page("<h1>Kettle</h1>", head))

    assert (read.item_price, read.reader, read.availability) == (
        Decimal("1299.00"),
        Reader.OPENGRAPH,
        Availability.OUT_OF_STOCK,
    )


def test_embedded_state_of_the_article_in_the_heading_is_read() -> None:
    state = {
        "props": {
            "related": [{"name": "Lamp", "price": 5}],
            "product": {"name": "Red Kettle", "sku": "4711", "price": 39.5, "currency": "USD", "inStock": False},
        }
    }
    html = page(f'<h1>Red Kettle</h1><script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>')

    read = reading(html)

    assert (read.item_price, read.reader, read.availability) == (
        Decimal("39.5"),
        Reader.EMBEDDED,
        Availability.OUT_OF_STOCK,
    )


def test_a_price_among_other_articles_is_not_the_article_s_price() -> None:
    assert reason(page('<h1>Kettle</h1><div class="related"><span class="price">$5.00</span></div>')) is Unread.NO_PRICE


def test_the_visible_price_comes_with_its_struck_neighbour_as_list_price() -> None:
    html = page(
        '<h1>Kettle</h1><div class="product"><del class="old-price">$59.00</del>'
        ' <span class="price">$39.50</span></div>'
    )

    assert (reading(html).item_price, reading(html).list_price) == (Decimal("39.50"), Decimal("59.00"))


def test_structured_data_that_states_the_struck_price_is_corrected_by_the_page() -> None:
    html = page(
        '<div itemscope itemtype="https://schema.org/Product"><h1>Kettle</h1><meta itemprop="price" content="59.00">'
        '<meta itemprop="priceCurrency" content="USD"><div><p><del class="old-price">$59.00</del></p>'
        '<p><span class="price">$39.50</span></p></div></div>'
    )

    assert (reading(html).item_price, reading(html).list_price) == (Decimal("39.50"), Decimal("59.00"))


@pytest.mark.parametrize("stated", ["3950", "39500", "0.395"])
def test_a_structured_price_off_by_a_power_of_ten_yields_to_what_the_page_shows(stated: str) -> None:
    thing = product(offers={"price": stated, "priceCurrency": "USD"})
    html = page('<h1>Kettle</h1><span class="product-price">$39.50</span>', linked(thing))

    assert reading(html).item_price == Decimal("39.50")


def test_raised_cents_are_decimals() -> None:
    assert reading(page('<h1>Kettle</h1><span class="price">$39<sup>50</sup></span>')).item_price == Decimal("39.50")


@pytest.mark.parametrize(
    ("lang", "url", "currency"),
    [("en-CA", URL, "CAD"), ("es", "https://tienda.cl/p/1", "CLP"), ("en", "https://shop.com.au/x", "AUD")],
)
def test_a_bare_dollar_is_the_page_s_dollar(lang: str, url: str, currency: str) -> None:
    html = page('<h1>Kettle</h1><span class="price">$39</span>', lang=lang)

    assert reading(html, url).currency == currency


@pytest.mark.parametrize(("charset", "text"), [("windows-1251", "Цена"), ("big5", "商品"), ("iso-8859-1", "Prix été")])
def test_a_page_in_an_old_charset_is_read(charset: str, text: str) -> None:
    body = f'<h1>{text}</h1><span class="price">49,50 EUR</span>'
    html = f'<html><head><meta charset="{charset}"></head><body>{body}</body></html>'

    read = reading(html.encode({"iso-8859-1": "cp1252"}.get(charset, charset)))

    assert (read.title, read.item_price) == (text, Decimal("49.50"))


def test_a_page_that_lies_about_its_charset_is_read() -> None:
    body = '<h1>Été</h1><span class="price">49,50 €</span>'
    html = f'<html><head><meta charset="iso-8859-1"></head><body>{body}</body></html>'.encode()

    assert (reading(html).title, reading(html).currency) == ("Été", "EUR")


@pytest.mark.parametrize("title", ["Just a moment...", "Are you a human?", "Access denied", "Robot Check"])
def test_a_captcha_page_is_blocked_and_never_a_price(title: str) -> None:
    assert reason(page('<h1>Stop</h1><span class="price">$1.00</span>', f"<title>{title}</title>")) is Unread.BLOCKED


def test_a_shop_that_protects_its_forms_with_a_captcha_is_not_blocked() -> None:
    html = page(
        '<h1>Kettle</h1><span class="price">$39.50</span><div class="g-recaptcha"></div>', "<title>Kettle</title>"
    )

    assert reading(html).item_price == Decimal("39.50")


def test_a_page_without_a_price_says_so() -> None:
    assert reason(page("<h1>Kettle</h1><p>Price on request</p>")) is Unread.NO_PRICE


@pytest.mark.parametrize(
    ("body", "kind"), [(b"", "text/html"), (b"%PDF", "application/pdf"), (b"\x89PNG\x00\x00\x00\r", "text/html")]
)
def test_what_is_no_page_is_bad_content(body: bytes, kind: str) -> None:
    assert reason(body, kind) is Unread.BAD_CONTENT


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("<button>Add to cart</button>", Availability.IN_STOCK),
        ("<p>Momentan ausverkauft</p>", Availability.OUT_OF_STOCK),
        ("<p>Sold out</p><div class='related'><button>Add to cart</button></div>", Availability.OUT_OF_STOCK),
        ("<p>In stock</p>", Availability.IN_STOCK),
        ("<p>Pre-order now</p>", Availability.PRE_ORDER),
        ("<p>A fine thing.</p>", Availability.UNKNOWN),
    ],
)
def test_the_page_s_words_and_buttons_tell_its_stock(body: str, state: Availability) -> None:
    assert reading(page(f'<h1>Kettle</h1><span class="price">$39.50</span>{body}')).availability is state


def test_a_page_that_refuses_to_sell_is_believed_over_its_feed() -> None:
    html = page("<h1>Kettle</h1><b>$39.50</b><p>This article is sold out</p>", linked(product()))

    assert reading(html).availability is Availability.OUT_OF_STOCK


def test_a_gtin_with_a_wrong_check_digit_is_no_gtin() -> None:
    assert reading(page("<h1>Kettle</h1>", linked(product(gtin13="4006381333932")))).gtin is None


def test_agreement_raises_confidence() -> None:
    alone = reading(page("<h1>Kettle</h1>", linked(product())))
    shown = reading(page("<h1>Kettle</h1><b>$39.50</b>", linked(product())))

    assert (alone.agreement, shown.agreement) == (1, 2)
    assert shown.confidence > alone.confidence


def test_ten_thousand_nested_elements_are_survived() -> None:
    nest = "<div class='product' itemprop='x'>" * 10_000
    html = page(f'<h1>Kettle</h1>{nest}<span class="price" itemprop="price">$39.50</span>')

    assert isinstance(read_page(html, url=URL), Reading | NothingRead)


def test_a_price_in_parts_of_its_own_specification_is_read() -> None:
    offer = {"priceSpecification": {"price": "39.50", "priceCurrency": "USD"}}

    assert reading(page("<h1>Kettle</h1>", linked(product(offers=offer)))).currency == "USD"


def test_a_price_written_as_a_thing_is_read() -> None:
    offer = {"@type": "AggregateOffer", "lowprice": {"sales": {"value": 3499, "currency": "ARS"}, "list": None}}

    read = reading(page("<h1>Kettle</h1>", linked(product(offers=offer))))

    assert (read.item_price, read.currency) == (Decimal(3499), "ARS")


def test_a_number_in_the_address_stands_for_a_missing_sku() -> None:
    assert reading(page('<h1>Kettle</h1><b class="price">$9</b>'), "https://a.example/x-77123.html").sku == "77123"


def test_a_labelled_number_stands_for_a_missing_sku() -> None:
    html = page('<h1>Kettle</h1><b class="price">$9</b><p>Item no. KT-900</p>')

    assert reading(html, "https://a.example/kettle").sku == "KT-900"
