"""The parts of a page that are looked at: its letters, the region of its offer, the prices it shows."""

from decimal import Decimal

import pytest

from pricing.adapters.readers import read_page
from pricing.adapters.readers.meta_tags import meta_tags
from pricing.adapters.readers.page_bytes import product_regions, utf8_page
from pricing.adapters.readers.region import GAP, Region
from pricing.adapters.readers.visible import shows_price
from pricing.domain.reading import Reader, Reading

URL = "https://shop.example/p/4711/kettle"
FILLER = "<div><span>word</span></div>" * 1_500


@pytest.mark.parametrize("before", range(32_764, 32_772))
def test_a_letter_on_the_border_of_two_parts_is_utf_8(before: int) -> None:
    page = b" " * before + "é€ñ😀".encode()

    assert utf8_page(page, None) == page


def test_a_late_letter_of_another_charset_is_noticed() -> None:
    page = b" " * 40_000 + "Цена чайника".encode("cp1251")

    assert utf8_page(page, "text/html; charset=windows-1251").strip() == "Цена чайника".encode()


def test_scripts_are_no_part_of_a_region() -> None:
    page = b"<body><h1>A</h1><script>var price = 1;</script><!-- $2 --><style>b{}</style><b>$3</b></body>"
    region = next(product_regions(page))

    assert (region.html, region.last, region.end) == (b"<body><h1>A</h1><b>$3</b></body>", True, len(page))


@pytest.mark.parametrize(
    "unseen",
    [
        "<SCRIPT>var a = '<b>$2</b>';</SCRIPT>",
        "<noscript><b>$2</b></noscript>",
        "<template id=t><b>$2</b></template>",
        "<script>var t = '<h1>B</h1><b>$2</b>';</script>",
        "<!-- <h1>B</h1> <b>$2</b> -->",
        "<style>b::after{content:'$2'}</style >",
    ],
)
def test_what_nobody_sees_is_no_part_of_a_region(unseen: str) -> None:
    region = next(product_regions(f"<body>{unseen}<h1>A</h1>{unseen}<b>$3</b></body>".encode()))

    assert region.html == b"<body><h1>A</h1><b>$3</b></body>"


def test_a_heading_in_a_script_is_no_heading() -> None:
    page = b"<head><script>var t = '<h1>B</h1>'</script></head><body>" + FILLER.encode() + b"<h1>A</h1>"

    assert b"<h1>A</h1>" in next(product_regions(page)).html


@pytest.mark.parametrize(
    "before", ["<h1>Shop of kettles</h1>", "<script>var t = '<h1>Kettle 4711 de luxe</h1>'</script>"]
)
@pytest.mark.parametrize("name", [None, "Kettle 4711 de luxe"])
def test_the_heading_that_holds_the_name_is_the_articles(before: str, name: str | None) -> None:
    title = "Kettles and pots" if name else "Kettle 4711 de luxe | Shop"
    page = f"<title>{title}</title><body>{before}{FILLER}<h1 class=name> <b>Kettle 4711 de luxe</b></h1><i>$3</i>"

    assert b"<i>$3</i>" in next(product_regions(page.encode(), name)).html


@pytest.mark.parametrize(
    "tag",
    [
        '<meta property="og:price:amount" content="3.50">',
        "<meta content='3.50' property='og:price:amount'/>",
        '<META property="og:price:amount" content="1"><meta  property=og:price:amount\n content=3.50 >',
    ],
)
def test_a_tag_of_the_head_is_read_in_any_order(tag: str) -> None:
    between = "<script>var a = 'content=';</script><div data-content='x'></div>"

    assert meta_tags(f"<head>{between}<meta charset=utf-8>{between}{tag}".encode()) == {"og:price:amount": "3.50"}


def test_a_name_that_no_heading_holds_leaves_the_first_heading() -> None:
    page = f"<title>Kettle 4711 de luxe</title><body>{FILLER}<h1>Pots</h1><i>$3</i>".encode()

    assert b"<i>$3</i>" in next(product_regions(page)).html


def test_scripts_before_a_stated_price_do_not_make_more_of_what_follows() -> None:
    script = f"<script>{'x' * 60_000}</script>"
    page = f'<body><h1>A</h1>{script}<b itemprop="price">$3</b>{FILLER}</body>'.encode()
    region = next(product_regions(page))

    assert b'itemprop="price"' in region.html
    assert len(region.html) < 14_000


def test_a_page_in_capitals_is_a_page() -> None:
    html = b"<HTML><BODY><H1>Kettle</H1>" + FILLER.encode() + b'<P CLASS="PRICE">$39.50</P></BODY></HTML>'
    read = read_page(html, url=URL)

    assert isinstance(read, Reading)
    assert read.item_price == Decimal("39.50")


def test_a_price_far_below_the_heading_is_found_by_a_wider_look() -> None:
    html = f'<html><body><h1>Kettle</h1>{FILLER}<p class="product-price">$39.50</p></body></html>'.encode()
    read = read_page(html, url=URL)

    assert [region.last for region in product_regions(html)] == [False, True]
    assert isinstance(read, Reading)
    assert (read.item_price, read.reader) == (Decimal("39.50"), Reader.PLAIN)


def test_a_price_far_below_the_heading_still_overrules_lying_data() -> None:
    lie = '<meta property="product:price:amount" content="3950"><meta property="product:price:currency" content="USD">'
    shown = f'<h1>Kettle</h1>{FILLER}<p class="product-price">$39.50</p>'
    read = read_page(f"<html><head>{lie}</head><body>{shown}</body></html>".encode(), url=URL)

    assert isinstance(read, Reading)
    assert read.item_price == Decimal("39.50")


@pytest.mark.parametrize(
    "text",
    ["$1,299.50", "1.299,50 €", "1 299,50", "1\u202f299,50\u00a0€", "CHF 1'299.50", "1299.50", "1&nbsp;299,50 Kč"],
)
def test_a_price_is_shown_in_any_notation(text: str) -> None:
    assert shows_price(f"<b>{text}</b>".encode(), Decimal("1299.50"))


@pytest.mark.parametrize(
    "markup",
    [
        "<b>$12,999.50</b>",
        "<b>$1,299.51</b>",
        "<b>1299.505</b>",
        '<b data-price="1299.50"></b>',
        "<del>$1,299.50</del>",
        "<b>1299</b>",
    ],
)
def test_another_number_an_attribute_or_a_struck_price_is_not_shown(markup: str) -> None:
    assert not shows_price(markup.encode(), Decimal("1299.50"))


@pytest.mark.parametrize("text", ["39", "39.00", "39,00 €"])
def test_a_round_price_is_shown_with_or_without_its_cents(text: str) -> None:
    assert shows_price(f"<b>{text}</b>".encode(), Decimal(39))


def test_texts_are_what_stands_between_tags() -> None:
    region = Region("<body><p>In stock</p><p> </p><b>Fish &amp; chips</b><i>na\u00efve</i></body>".encode(), last=True)

    assert region.texts == ["In stock", "Fish & chips", "na\u00efve"]


def test_a_long_text_is_no_fact() -> None:
    region = Region(f"<p>In stock</p><p>{'a word ' * 40}</p><p>New</p>".encode(), last=True)

    assert (region.texts, region.text) == (["In stock", "New"], f"In stock{GAP}New")


def test_a_name_that_sounds_like_a_former_price_without_a_number_strikes_nothing() -> None:
    assert shows_price(b"<b>$39.50</b><span class='price--old' style='display:none'>&nbsp;</span>", Decimal("39.50"))
    assert not shows_price(b"<b>$39.50</b><span class='price-old'> <i>Was</i> $59</span>", Decimal("39.50"))


@pytest.mark.parametrize(
    ("text", "read"),
    [("Our price: $39.50", Reading), ("Everyone who spends more than $39.50 at once gets a cup", None)],
)
def test_an_element_without_a_name_gives_a_price_when_it_says_little_else(text: str, read: type | None) -> None:
    found = read_page(f"<body><h1>Kettle</h1><table><tr><td>{text}</td></tr></table></body>".encode(), url=URL)

    assert isinstance(found, Reading) is (read is Reading)


@pytest.mark.parametrize("spelling", ["content=", "CONTENT=", "content ="])
def test_a_meta_tag_is_read_in_any_spelling_of_its_attribute(spelling: str) -> None:
    page = f'<head><meta charset="utf-8"><meta property="og:price:amount" {spelling}"9.90"></head>'.encode()

    assert meta_tags(page) == {"og:price:amount": "9.90"}
