"""Tables as people send them: CSV with a line of column names; every row is taken or told by line and column."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from shared.kernel.errors import Fault, Invalid

MOST_COLUMNS = 200
# A report with a fault for every row of the largest file would be larger than an answer or a document may be.
FAULTS_IN_A_REPORT = 1_000
LONGEST_TEXT = 500


class UnreadableFile(Invalid):
    """The file as a whole cannot be read; nothing of it was taken in."""

    code = "file/unreadable"
    title = "The file cannot be imported"


class BadCell(Exception):
    """What is wrong in one cell, and the mend; the row is left out and told of."""

    def __init__(self, column: str, detail: str) -> None:
        super().__init__(detail)
        self.column = column
        self.detail = detail


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in one cell: the line in the user's file, the column by its name there, and the mend."""

    line: int
    column: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which columns a table may have, by our names; `renamed` says what the user calls some of them."""

    columns: tuple[str, ...]
    required: tuple[str, ...]
    most_rows: int
    renamed: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ","
    mend: str = ""
    """What else helps where a column is missing, after naming it rightly."""
    longest: Mapping[str, int] = field(default_factory=dict)
    """How many characters a cell may have, where not the usual 500."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its line in the file, and its cells by our names."""

    line: int
    cells: Sequence[str]
    places: Mapping[str, int]
    longest: Mapping[str, int]

    def text(self, column: str) -> str | None:
        """What a cell says; None where it is empty or there is none. `BadCell` when it is too long."""
        value = self.raw(column).strip()
        most = self.longest.get(column, LONGEST_TEXT)
        if len(value) > most:
            raise BadCell(column, f"longer than {most} characters; shorten it")
        return value or None

    def required(self, column: str, why: str) -> str:
        """What a cell says; `BadCell` with the reason when it is empty."""
        value = self.text(column)
        if value is None:
            raise BadCell(column, f"empty; {why}")
        return value

    def raw(self, column: str) -> str:
        """A cell as it stands in the file."""
        place = self.places.get(column)
        return self.cells[place] if place is not None and place < len(self.cells) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead[T]:
    """A table after reading: what its good rows say, and what is wrong with the others, the first thousand of them."""

    rows: int
    good: tuple[T, ...]
    faults: tuple[RowFault, ...]
    told: frozenset[str]
    """The columns that the table has, by our names."""


def text_of_file(content: bytes, most_bytes: int | None = None) -> str:
    """The text of a file, which is UTF-8 with or without a byte order mark."""
    if most_bytes is not None and len(content) > most_bytes:
        raise UnreadableFile(f"the file is larger than {most_bytes // 1_000_000} MB; send it in parts")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = f"byte {error.start}"
        raise UnreadableFile(f"the file is not UTF-8 at {place}; save it as «CSV UTF-8»") from None


def read_table[T](text: str, layout: Layout, parse: Callable[[Row], T]) -> TableRead[T]:
    """Give each row to `parse`; what it refuses with `BadCell` is told by line and column."""
    reader = csv.reader(io.StringIO(text), delimiter=layout.delimiter, strict=True)
    header = next(_lines(reader), None)
    if header is None:
        wanted = " and ".join(_wanted(layout)[column] for column in layout.required)
        raise UnreadableFile(f"the file is empty; its first line must name the columns, at least {wanted}")
    places = _places(header, layout)
    good: list[T] = []
    faults: list[RowFault] = []
    rows = 0
    for cells in _lines(reader):
        rows += 1
        if rows > layout.most_rows:
            raise UnreadableFile(f"the file has more than {layout.most_rows} rows; send it in parts")
        row = Row(reader.line_num, cells, places, layout.longest)
        try:
            good.append(parse(row))
        except BadCell as bad:
            if len(faults) < FAULTS_IN_A_REPORT:
                faults.append(fault(row, bad, layout))
    return TableRead(rows=rows, good=tuple(good), faults=tuple(faults), told=frozenset(places))


def fault(row: Row, bad: BadCell, layout: Layout) -> RowFault:
    """What is wrong in a row, in the words of the user's file."""
    name = _wanted(layout).get(bad.column, bad.column)
    return RowFault(row.line, name, row.raw(bad.column)[:LONGEST_TEXT], bad.detail)


def _wanted(layout: Layout) -> dict[str, str]:
    return {column: layout.renamed.get(column, column) for column in layout.columns}


def _lines(reader: "Iterator[list[str]]") -> Iterator[list[str]]:
    try:
        yield from (cells for cells in reader if cells)
    except csv.Error as error:
        raise UnreadableFile(f"the file is not well-formed CSV: {error}; check its quotes and delimiter") from None


def _places(header: list[str], layout: Layout) -> dict[str, int]:
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(f"the header has {len(header)} columns, more than {MOST_COLUMNS}; leave some out")
    names = [name.strip()[:LONGEST_TEXT] for name in header]
    wanted = _wanted(layout)
    places = {column: names.index(name) for column, name in wanted.items() if name in names}
    missing = [column for column in (*layout.required, *layout.renamed) if column not in places]
    if missing:
        faults = tuple(
            Fault(f"header/{wanted[column]}", _header_mend(wanted[column], names, layout)) for column in missing
        )
        columns = ", ".join(dict.fromkeys(wanted[column] for column in missing))
        raise UnreadableFile(f"the header lacks: {columns}; it names: {', '.join(names)}", faults=faults)
    return places


def _header_mend(name: str, names: list[str], layout: Layout) -> str:
    lowered = {one.lower(): one for one in names}
    close = get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    hint = f"did you mean «{lowered[close[0]]}»? " if close else ""
    return f"{hint}name the column {name}{layout.mend}"
