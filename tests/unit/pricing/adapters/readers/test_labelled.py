"""A page's pairs of label and value tell brand and part number."""

import pytest

from pricing.adapters.readers import read_page
from pricing.adapters.readers.labelled import brand_in, mpn_in, named_brand
from pricing.adapters.readers.region import Region
from pricing.domain.reading import Reading


def region(*texts: str) -> Region:
    return Region("".join(f"<p> {text} </p>" for text in texts).encode(), last=True)


@pytest.mark.parametrize(
    "texts",
    [
        ["Kettle", "Brand", "Bright"],
        ["Brand: Bright"],
        ["Brand:", "Bright"],
        ["Marque", ":", "Bright"],
        ["БРЕНД：Bright"],
        ["Manufacturer", "Brand", "Bright"],
    ],
)
def test_a_brand_stands_behind_its_label(texts: list[str]) -> None:
    assert brand_in(region(*texts), b"", None) == "Bright"


@pytest.mark.parametrize("texts", [[], ["Brand"], ["Brand new kettle", "Bright"], ["Brand", "x" * 41], ["A brand: B"]])
def test_what_is_no_pair_of_label_and_value_is_no_brand(texts: list[str]) -> None:
    assert brand_in(region(*texts), b"", None) is None


def test_a_part_number_holds_a_digit() -> None:
    assert mpn_in(region("MPN", "KT-1"), b"", None) == "KT-1"
    assert mpn_in(region("MPN", "see below"), b"", None) is None


def test_a_table_of_facts_fills_what_the_data_leaves_open() -> None:
    rows = "<table><tr><td>Brand</td><td>Bright</td></tr><tr><td>MPN</td><td>KT-1</td></tr></table>"
    read = read_page(f'<h1>Kettle</h1><b class="price">$9</b>{rows}'.encode(), url="https://shop.example/kettle")

    assert isinstance(read, Reading)
    assert (read.brand, read.mpn) == ("Bright", "KT-1")


@pytest.mark.parametrize(
    ("row", "language"),
    [
        ("<tr><td> Brand: </td><td><span>Bright</span></td></tr>", None),
        ("<li>Manufacturer</li><li>Bright</li>", "lv"),
        ("<dt>Zīmols </dt><dd> Bright</dd>", "lv"),
        ("<p>make / manufacturer: <b>Bright</b></p>", None),
        ("<p>brand: Bright</p>", "de"),
    ],
)
def test_a_table_far_below_the_offer_tells_the_brand(row: str, language: str | None) -> None:
    page = f"<h1>Kettle</h1>{'<i>x</i>' * 100}{row}".encode()

    assert brand_in(region(), page, language) == "Bright"


@pytest.mark.parametrize(
    "row", ['<script>{"brand":"Dark"}</script>', "<p>Brand new kettles</p><p>Dark</p>", "<a>brands</a><b>Dark</b>"]
)
def test_a_word_that_is_no_label_tells_nothing(row: str) -> None:
    assert brand_in(region(), row.encode(), "en") is None


def test_a_part_number_far_below_is_read_in_the_page_s_language() -> None:
    row = "<li><span>Ražotāja kods </span><div><b>175004 5066</b></div></li>".encode()

    assert mpn_in(region(), row, "lv") == "175004 5066"
    assert mpn_in(region(), row, "de") is None


@pytest.mark.parametrize(("title", "brand"), [("Bright kettle", "Bright"), ("Kettle", None), (None, None)])
def test_an_element_called_brand_is_believed_when_the_title_holds_it(title: str | None, brand: str | None) -> None:
    shown = Region(b'<a class="product-Brand" href="/b"><b>Bright</b></a>', last=True)

    assert named_brand(shown, title) == brand
