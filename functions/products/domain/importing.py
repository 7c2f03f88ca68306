"""Reading a catalogue file: every row is taken in or rejected by line and column, with the mend."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from products.domain.errors import UnreadableFile
from products.domain.product import Draft
from products.domain.shop import Mapping
from shared.kernel.errors import Fault, Invalid
from shared.kernel.gtin import checked_gtin
from shared.kernel.money import MINOR_UNITS, checked_currency, parsed_amount

LARGEST_FILE_ROWS = 20_000
MOST_COLUMNS = 200
# A report with a fault for every row of the largest file would be larger than an answer or a document may be.
FAULTS_IN_A_REPORT = 1_000
LARGEST_PRICE = Decimal(1_000_000)
LONGEST_TEXT = 500
REQUIRED = ("sku", "name")
FIELDS = (
    *REQUIRED,
    *(
        "brand",
        "gtin",
        "mpn",
        "url",
        "category",
        "tags",
        "price",
        "cost",
        "min_price",
        "max_price",
        "map_price",
        "msrp",
        "currency",
    ),
)


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in one cell: the line in the user's file, the column by its name there, and the mend."""

    line: int
    column: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """A file after reading: the good rows, and what is wrong with the others, the first thousand of them."""

    rows: int
    drafts: tuple[Draft, ...]
    faults: tuple[RowFault, ...]
    told: frozenset[str]


class _BadCell(Exception):
    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail


def text_of_file(content: bytes) -> str:
    """The text of a file, which is UTF-8 with or without a byte order mark."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = f"byte {error.start}"
        raise UnreadableFile(f"the file is not UTF-8 at {place}; save it as «CSV UTF-8»") from None


def read_file(text: str, mapping: Mapping, currency: str) -> FileRead:
    """Read the rows of a CSV file with named headers, for a shop that sells in `currency`."""
    reader = csv.reader(io.StringIO(text), delimiter=mapping.delimiter, strict=True)
    header = next(_lines(reader), None)
    if header is None:
        raise UnreadableFile("the file is empty; its first line must name the columns, at least sku and name")
    places = _places(header, mapping)
    drafts: dict[str, tuple[int, Draft]] = {}
    faults: list[RowFault] = []
    rows = 0
    for cells in _lines(reader):
        rows += 1
        if rows > LARGEST_FILE_ROWS:
            raise UnreadableFile(f"the file has more than {LARGEST_FILE_ROWS} rows; send it in parts")
        line = reader.line_num
        try:
            draft = _draft(cells, places, currency)
            if draft.sku in drafts:
                raise _BadCell("sku", f"line {drafts[draft.sku][0]} has this SKU already; keep one of the two")
            drafts[draft.sku] = (line, draft)
        except _BadCell as bad:
            if len(faults) == FAULTS_IN_A_REPORT:
                continue
            column, value = _where(bad.field, header, places, cells)
            faults.append(RowFault(line, column, value, bad.detail))
    good = tuple(draft for _, draft in drafts.values())
    return FileRead(rows=rows, drafts=good, faults=tuple(faults), told=frozenset(places) - {"currency"})


def _lines(reader: "Iterator[list[str]]") -> Iterator[list[str]]:
    try:
        yield from (cells for cells in reader if cells)
    except csv.Error as error:
        raise UnreadableFile(f"the file is not well-formed CSV: {error}; check its quotes and delimiter") from None


def _places(header: list[str], mapping: Mapping) -> dict[str, int]:
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(f"the header has {len(header)} columns, more than {MOST_COLUMNS}; leave some out")
    names = [name.strip()[:LONGEST_TEXT] for name in header]
    wanted = {field: mapping.columns.get(field, field) for field in FIELDS}
    places = {field: names.index(column) for field, column in wanted.items() if column in names}
    missing = [field for field in (*REQUIRED, *mapping.columns) if field not in places]
    if missing:
        faults = tuple(Fault(f"header/{wanted[field]}", _header_mend(wanted[field], names)) for field in missing)
        columns = ", ".join(dict.fromkeys(wanted[field] for field in missing))
        raise UnreadableFile(f"the header lacks: {columns}; it names: {', '.join(names)}", faults=faults)
    return places


def _header_mend(column: str, names: list[str]) -> str:
    lowered = {name.lower(): name for name in names}
    close = get_close_matches(column.lower(), lowered, n=1, cutoff=0.6)
    hint = f"did you mean «{lowered[close[0]]}»? " if close else ""
    return f"{hint}name the column {column}, or map it with PUT …/import-mapping"


def _where(field: str, header: list[str], places: dict[str, int], cells: list[str]) -> tuple[str, str]:
    place = places.get(field)
    if place is None:
        return field, ""
    return header[place].strip()[:LONGEST_TEXT], cells[place][:LONGEST_TEXT] if place < len(cells) else ""


def _draft(cells: list[str], places: dict[str, int], currency: str) -> Draft:
    def text(field: str) -> str | None:
        place = places.get(field)
        value = cells[place].strip() if place is not None and place < len(cells) else ""
        if len(value) > LONGEST_TEXT:
            raise _BadCell(field, f"longer than {LONGEST_TEXT} characters; shorten it")
        return value or None

    def required(field: str) -> str:
        value = text(field)
        if value is None:
            raise _BadCell(field, "empty; every product needs one")
        return value

    def amount(field: str) -> Decimal | None:
        value = text(field)
        return None if value is None else _amount(field, value, currency)

    _own_currency(text("currency"), currency)
    draft = Draft(
        sku=required("sku"),
        name=required("name"),
        brand=text("brand"),
        gtin=_kept("gtin", text("gtin"), checked_gtin),
        mpn=text("mpn"),
        url=text("url"),
        category=_category(text("category")),
        tags=_tags(text("tags")),
        price=amount("price"),
        cost=amount("cost"),
        min_price=amount("min_price"),
        max_price=amount("max_price"),
        map_price=amount("map_price"),
        msrp=amount("msrp"),
    )
    if draft.min_price is not None and draft.max_price is not None and draft.min_price > draft.max_price:
        raise _BadCell("min_price", f"above the max_price of {draft.max_price}; one of the two is wrong")
    return draft


def _kept[T](field: str, value: str | None, check: Callable[[str], T]) -> T | None:
    try:
        return None if value is None else check(value)
    except Invalid as error:
        raise _BadCell(field, f"{error.detail}; correct it, or leave the cell empty") from None


def _category(value: str | None) -> str | None:
    return None if value is None else " > ".join(part.strip() for part in value.split(">") if part.strip()) or None


def _tags(value: str | None) -> tuple[str, ...]:
    tags = dict.fromkeys(tag.strip().lower() for tag in (value or "").replace(";", "|").split("|"))
    return tuple(tag for tag in tags if tag)


def _own_currency(code: str | None, currency: str) -> None:
    if code is None or code == currency:
        return
    _kept("currency", code, checked_currency)
    raise _BadCell("currency", f"this shop sells in {currency}; import {code} prices into a shop of that currency")


def _amount(field: str, value: str, currency: str) -> Decimal:
    amount = _kept(field, value, parsed_amount) or Decimal(0)
    if amount <= 0:
        raise _BadCell(field, "must be above zero; leave the cell empty when it is not known")
    if amount > LARGEST_PRICE:
        raise _BadCell(field, f"above {LARGEST_PRICE:,}; prices are in whole {currency}, not in its minor unit")
    digits = MINOR_UNITS[currency]
    rounded = amount.quantize(Decimal(1).scaleb(-digits))
    if rounded != amount:
        raise _BadCell(field, f"{currency} has {digits} digits after the point; round it")
    return rounded
