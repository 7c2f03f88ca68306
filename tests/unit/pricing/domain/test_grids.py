"""Grids for people: every price stands at its product and rival, and says by its colour what it is."""

from decimal import Decimal
from typing import Any

from pricing.domain.analysis import COLUMNS, Analysis, Answer, Asked, Dimension
from pricing.domain.grids import LOOKS, MOST_COLUMNS, Grid, grid_of
from tests.builders.pricing import MONDAY


def answer(analysis: Analysis, *rows: dict[str, Any], by: tuple[Dimension, ...] = ()) -> Answer:
    day = MONDAY.date()
    asked = Asked(analysis=analysis, organisation_id="org", shop_ids=("s",), first=day, last=day, by=by)
    return Answer(asked=asked, rows=tuple(dict.fromkeys(COLUMNS[analysis]) | one for one in rows))


def cell(sku: str, rival: str, price: str | None, **changes: Any) -> dict[str, Any]:
    fields = {"product_id": sku, "sku": sku, "name": "=1+1", "ours": Decimal(10), "rank": 1, "index": Decimal(99)}
    amount = None if price is None else Decimal(price)
    breaches = {"map_breach": False, "msrp_breach": False}
    return fields | breaches | {"competitor_id": rival, "price": amount} | changes


def looks(grid: Grid | None) -> list[list[tuple[object, str]]]:
    assert grid is not None
    return [[(one.value, one.look) for one in row] for row in grid.rows]


def test_a_matrix_is_products_beside_rivals_with_what_each_price_is() -> None:
    found = grid_of(
        answer(
            "matrix",
            cell("A", "c2", "11", place="cheaper"),
            cell("A", "c1", "9", place="dearer"),
            cell("B", "c1", "10", place="same", map_breach=True),
            cell("B", "c3", None, left_out="not_in_stock"),
        )
    )

    assert found is not None
    assert found.head == ("sku", "name", "ours", "rank", "index", "c1", "c2", "c3")
    (a, b) = looks(found)
    assert [one[0] for one in a[:5]] == ["A", "'=1+1", 10, 1, 99]
    assert a[5:] == [(9, "dearer"), (11, "cheaper"), (None, "")]
    assert b[5:] == [(10, "breach"), (None, ""), ("not_in_stock", "left_out")]
    assert {look for row in (a, b) for _, look in row if look} <= set(LOOKS)


def test_what_is_wider_than_a_spreadsheet_has_no_grid() -> None:
    rows = [cell("A", f"c{number}", "9") for number in range(MOST_COLUMNS - 5)]

    assert grid_of(answer("matrix", *rows)) is not None
    assert grid_of(answer("matrix", *rows, cell("A", "one more", "9"))) is None


def test_two_products_of_one_sku_in_two_shops_are_two_rows() -> None:
    found = grid_of(answer("matrix", cell("A", "c1", "9"), cell("A", "c1", "8", product_id="other")))

    assert [row[5][0] for row in looks(found)] == [9, 8]


def test_a_history_begins_with_ours_and_marks_our_changes() -> None:
    change = {"at": MONDAY, "before": None, "after": Decimal(8), "source": "catalogue"}
    rows: list[dict[str, Any]] = [
        {"day": day, "line": line, "price": Decimal(price), "changes": changes}
        for day, line, price, changes in (
            ("2026-11-22", "ours", 9, []),
            ("2026-11-22", "a-shop", 7, []),
            ("2026-11-23", "ours", 8, [change]),
        )
    ]

    found = grid_of(answer("history", *rows))

    assert found is not None
    assert found.head == ("day", "ours", "a-shop")
    assert looks(found) == [
        [("2026-11-22", ""), (9, ""), (7, "")],
        [("2026-11-23", ""), (8, "changed"), (None, "")],
    ]


def test_a_slice_of_two_dimensions_is_a_grid_of_indexes_and_one_of_one_is_none() -> None:
    rows: list[dict[str, Any]] = [
        {"key": "Audio", "second": "2026-11-22", "index": Decimal("97.99")},
        {"key": None, "second": "2026-11-23", "index": Decimal("101.00")},
    ]

    found = grid_of(answer("slices", *rows, by=("category", "day")))

    assert found is not None
    assert (found.head, looks(found)) == (
        ("index", "2026-11-22", "2026-11-23"),
        [
            [("Audio", ""), (Decimal("97.99"), ""), (None, "")],
            [("none", ""), (None, ""), (Decimal("101.00"), "")],
        ],
    )
    assert grid_of(answer("slices", *rows, by=("category",))) is None
    assert grid_of(answer("summary")) is None
