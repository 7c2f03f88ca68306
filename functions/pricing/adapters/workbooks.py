"""Answers as workbooks, written by XlsxWriter: text is text, whatever it begins with, and no cell is a formula."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pricing.domain.analysis import Answer
from pricing.domain.errors import TooMuchMarket
from pricing.domain.grids import LOOKS, Look, Square, grid_of
from pricing.domain.table_text import Value, header, lines, value_of

# Rows are written one after the other and not held in memory.
OPTIONS: dict[str, Any] = {"constant_memory": True, "use_zip64": True}
STYLES: dict[Look, dict[str, Any]] = {
    "cheaper": {"bg_color": "#DDEBF7"},
    "same": {"bg_color": "#F2F2F2"},
    "dearer": {"bg_color": "#FCE4D6"},
    "breach": {"bg_color": "#C00000", "font_color": "#FFFFFF", "bold": True},
    "left_out": {"font_color": "#7F7F7F", "italic": True},
    "changed": {"bg_color": "#FFF2CC", "bold": True},
}
WIDTH = 14
MOST_ROWS = 1_048_576
"""Of a sheet, with its head; what is below the last row would be left out without a word."""
EXACT_DIGITS = 15
"""A spreadsheet's numbers have so many digits; an amount with more stays whole as text."""


def workbook(answer: Answer) -> bytes:
    """A workbook: a grid where there is one, the lines, and what they are to be read with; each time the same bytes.

    `TooMuchMarket` for more lines than a sheet holds.
    """
    if len(answer.rows) >= MOST_ROWS:
        raise TooMuchMarket(f"{len(answer.rows)} lines are more than a sheet holds; ask for csv, or for fewer days")
    packed = io.BytesIO()
    book = Workbook(packed, OPTIONS)
    book.set_properties({"title": answer.asked.analysis, "created": datetime.combine(answer.asked.last, time())})
    bold = book.add_format({"bold": True})
    looks: dict[Look, Format | None] = {look: book.add_format(style) for look, style in STYLES.items()}
    grid = grid_of(answer)
    if grid is not None:
        _table(book.add_worksheet("Grid"), grid.head, grid.rows, bold, looks)
    told = (tuple(map(Square, one)) for one in lines(answer))
    _table(book.add_worksheet("Figures"), header(answer), told, bold, looks)
    sheet = book.add_worksheet("Read with")
    sheet.set_column(0, 1, 3 * WIDTH)
    for row, squares in enumerate(_read_with(answer, with_colours=grid is not None)):
        _row(sheet, row, squares, looks)
    book.close()
    return packed.getvalue()


def _read_with(answer: Answer, *, with_colours: bool) -> Iterable[Sequence[Square]]:
    counted = {"left_out": answer.left_out, "counts": answer.counts}
    for name, value in answer.heading.items():
        if name not in counted:
            yield Square(name), Square(value_of(value))
    for title, counts in counted.items():
        for name, count in counts.items():
            yield Square(f"{title}: {name}"), Square(count)
    if with_colours:
        for look, meaning in LOOKS.items():
            yield Square(look, look), Square(meaning)


def _table(
    sheet: Worksheet,
    head: Sequence[str],
    rows: Iterable[Sequence[Square]],
    bold: Format,
    looks: dict[Look, Format | None],
) -> None:
    sheet.set_column(0, len(head) - 1, WIDTH)
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(head):
        sheet.write_string(0, place, name, bold)
    row = 0
    for row, squares in enumerate(rows, 1):
        _row(sheet, row, squares, looks)
    sheet.autofilter(0, 0, row, len(head) - 1)


def _row(sheet: Worksheet, row: int, squares: Sequence[Square], looks: dict[Look, Format | None]) -> None:
    for place, square in enumerate(squares):
        _write(sheet, row, place, square.value, looks.get(square.look))


def _write(sheet: Worksheet, row: int, place: int, value: Value, look: Format | None) -> None:
    if value is None:
        return
    if isinstance(value, str):
        clean = "".join(one if one.isprintable() or one in "\n\t" else " " for one in value)
        sheet.write_string(row, place, clean, look)
    elif isinstance(value, Decimal) and (not value.is_finite() or len(value.as_tuple().digits) > EXACT_DIGITS):
        sheet.write_string(row, place, f"{value:f}", look)
    else:
        # A decimal is written digit by digit; as a float 97.99 would be 97.98999999999999.
        sheet.write_number(row, place, value, look)
