"""A page's pairs of label and value tell brand and part number."""

import pytest

from pricing.adapters.readers import read_page
from pricing.adapters.readers.labelled import brand_in, mpn_in
from pricing.domain.reading import Reading


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
    assert brand_in(texts) == "Bright"


@pytest.mark.parametrize("texts", [[], ["Brand"], ["Brand new kettle", "Bright"], ["Brand", "x" * 41], ["A brand: B"]])
def test_what_is_no_pair_of_label_and_value_is_no_brand(texts: list[str]) -> None:
    assert brand_in(texts) is None


def test_a_part_number_holds_a_digit() -> None:
    assert mpn_in(["MPN", "KT-1"]) == "KT-1"
    assert mpn_in(["MPN", "see below"]) is None


def test_a_table_of_facts_fills_what_the_data_leaves_open() -> None:
    rows = "<table><tr><td>Brand</td><td>Bright</td></tr><tr><td>MPN</td><td>KT-1</td></tr></table>"
    read = read_page(f'<h1>Kettle</h1><b class="price">$9</b>{rows}'.encode(), url="https://shop.example/kettle")

    assert isinstance(read, Reading)
    assert (read.brand, read.mpn) == ("Bright", "KT-1")
