"""Answers as tables for spreadsheets: text that no spreadsheet carries out, and what each line is to be read with."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from pricing.domain.analysis import COLUMNS, Answer, Cell
from pricing.domain.report import safe

READ_WITH = ("benchmark", "price_mode", "currency", "from", "to", "direction")
"""What stands at the end of each line."""

BYTE_ORDER_MARK = "\ufeff"

type Value = str | int | Decimal | None


def header(answer: Answer) -> tuple[str, ...]:
    """The names of the columns."""
    return (*COLUMNS[answer.asked.analysis], *READ_WITH)


def lines(answer: Answer) -> Iterator[tuple[Value, ...]]:
    """The cells of each line: numbers as they are, everything else as text that is no formula."""
    told = tuple(value_of(answer.heading[name]) for name in READ_WITH)
    for row in answer.rows:
        yield (*map(value_of, row.values()), *told)


def value_of(cell: Cell) -> Value:
    """One cell."""
    if cell is None or isinstance(cell, Decimal):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return cell
    if isinstance(cell, float):
        return Decimal(str(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, list | tuple):
        return safe("; ".join(_told(one) for one in cell))
    return safe(str(cell))


def csv_text(answer: Answer) -> str:
    """The table as RFC 4180 has it. Amounts are never written with an exponent."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(header(answer))
    for cells in lines(answer):
        writer.writerow([_text(one) for one in cells])
    return file.getvalue()


def csv_file(text: str) -> bytes:
    """A CSV file, with the mark without which spreadsheets take it for one in their own old encoding."""
    return (BYTE_ORDER_MARK + text).encode()


def _text(value: Value) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _told(one: Cell) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    parts: Sequence[str] = [f"{name} {_text(value_of(value))}" for name, value in one.items() if value is not None]
    return ", ".join(parts)
