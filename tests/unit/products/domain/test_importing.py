"""Reading a catalogue file: good rows in, the others by line and column with the mend."""

from decimal import Decimal

import pytest

from products.domain.importing import read_file
from products.domain.product import Draft
from products.domain.shop import Mapping
from shared.kernel.tables import FAULTS_IN_A_REPORT, MOST_COLUMNS, TableRead, UnreadableFile

HEADER = "sku,name,gtin,price,cost,min_price,max_price,currency"


def read(*rows: str, header: str = HEADER, mapping: Mapping | None = None) -> TableRead[Draft]:
    return read_file("\n".join((header, *rows)), mapping or Mapping(), "EUR")


def test_a_good_row_becomes_a_draft() -> None:
    draft = read("HP-100,Headphones,4006381333931,99.99,60.00,,129.00,EUR").good[0]

    assert (draft.sku, draft.gtin, draft.price, draft.cost) == (
        "HP-100",
        "04006381333931",
        Decimal("99.99"),
        Decimal("60.00"),
    )
    assert draft.min_price is None


def test_a_category_is_a_path_and_tags_are_a_set() -> None:
    header = "sku,name,category,tags"

    draft = read("A,Lamp,Home>Lighting >  Bulbs,KVI|led;LED|", header=header).good[0]
    bare = read("B,Lamp,,", header=header).good[0]

    assert draft.category == "Home > Lighting > Bulbs"
    assert draft.tags == ("kvi", "led")
    assert (bare.category, bare.tags) == (None, ())


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (",No SKU,,,,,,", "sku", "every product needs one"),
        ("A,,,,,,,", "name", "every product needs one"),
        ("A,Bad digit,4006381333932,,,,,", "gtin", "its check digit is 1"),
        ("A,Short,123,,,,,", "gtin", "not 8, 12, 13 or 14 digits"),
        ("A,Negative,,-5.00,,,,", "price", "above zero"),
        ("A,Free,,0,,,,", "price", "above zero"),
        ("A,No cost,,9.99,0,,,", "cost", "leave the cell empty"),
        ("A,Words,,cheap,,,,", "price", "is not a number"),
        ('A,Comma,,"9,99",,,,', "price", "write it with a point"),
        ("A,Too fine,,9.999,,,,", "price", "2 digits after the point"),
        ("A,Too dear,,1000001,,,,", "price", "above 1,000,000"),
        ("A,Bounds,,9.99,,20,10,", "min_price", "above the max_price"),
        ("A,Other,,9.99,,,,USD", "currency", "sells in EUR"),
        ("A,Unknown,,9.99,,,,XYZ", "currency", "not an ISO 4217 currency"),
        ("A,Infinite,,Infinity,,,,", "price", "is not a number"),
        ("A,Underscores,,1_000,,,,", "price", "is not a number"),
        ("A,Exponent,,1e3,,,,", "price", "is not a number"),
    ],
)
def test_a_bad_row_is_rejected_by_line_and_column_and_the_good_one_goes_in(row: str, column: str, words: str) -> None:
    found = read("GOOD,Good,,1.00,,,,", row)

    assert [draft.sku for draft in found.good] == ["GOOD"]
    assert [(fault.line, fault.column) for fault in found.faults] == [(3, column)]
    assert words in found.faults[0].detail


def test_a_duplicate_sku_names_the_line_of_the_first() -> None:
    found = read("A,First,,1.00,,,,", "A,Second,,2.00,,,,")

    assert [draft.name for draft in found.good] == ["First"]
    assert (found.faults[0].line, found.faults[0].detail[:22]) == (3, "line 2 has this SKU al")


def test_a_wrong_header_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnreadableFile, match="the header lacks: name") as refused:
        read("A,B", header="sku,nmae")

    assert "did you mean «nmae»?" in refused.value.faults[0].detail


def test_a_mapping_reads_the_users_own_columns() -> None:
    mapping = Mapping(columns={"sku": "id", "name": "title", "mpn": "modelno"}, delimiter="|")

    draft = read("0|Epson lamp|ELPLP12", header="id|title|modelno", mapping=mapping).good[0]

    assert (draft.sku, draft.name, draft.mpn) == ("0", "Epson lamp", "ELPLP12")


def test_a_mapped_column_that_is_missing_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="lacks: title"):
        read("0|x", header="id|name", mapping=Mapping(columns={"sku": "id", "name": "title"}, delimiter="|"))


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_says_what_it_must_hold(text: str) -> None:
    with pytest.raises(UnreadableFile, match="first line must name the columns"):
        read_file(text, Mapping(), "EUR")


def test_an_open_quote_is_named() -> None:
    with pytest.raises(UnreadableFile, match="not well-formed CSV"):
        read('A,"never closed,,,,,,')


def test_a_row_with_too_few_cells_is_read_as_far_as_it_goes() -> None:
    assert read("A,Short row").good[0].price is None


def test_a_currency_without_minor_units_takes_whole_amounts() -> None:
    found = read_file("sku,name,price\nA,Tea,500\nB,Tea,500.5", Mapping(), "JPY")

    assert [draft.price for draft in found.good] == [Decimal(500)]
    assert "JPY has 0 digits" in found.faults[0].detail


def test_whom_we_buy_it_from_is_a_column() -> None:
    found = read_file("sku,name,supplier\nA,Tea,Nord GmbH\nB,Tea,", Mapping(), "EUR")

    assert [one.supplier for one in found.good] == ["Nord GmbH", None]


def test_a_file_says_nothing_of_the_columns_it_lacks() -> None:
    found = read("A,9.99,EUR", header="sku,price,currency", mapping=Mapping(columns={"name": "sku"}))

    assert found.told == {"sku", "name", "price", "currency"}


def test_a_report_of_thousands_of_bad_rows_names_the_first_thousand() -> None:
    found = read("GOOD,Good,,1.00,,,,", *(f"A{place},Bad,,-1,,,," for place in range(FAULTS_IN_A_REPORT + 5)))

    assert (found.rows, len(found.good), len(found.faults)) == (FAULTS_IN_A_REPORT + 6, 1, FAULTS_IN_A_REPORT)


def test_a_header_of_very_many_columns_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="more than 200"):
        read("A,A", header=",".join(["sku", "name", *(f"c{place}" for place in range(MOST_COLUMNS))]))
