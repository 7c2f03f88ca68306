"""Reading a catalogue file: every row is taken in or rejected by line and column, with the mend."""

import re
from collections.abc import Callable
from decimal import Decimal

from products.domain.product import Draft
from products.domain.shop import Mapping
from shared.kernel.errors import Invalid
from shared.kernel.gtin import checked_gtin
from shared.kernel.money import MINOR_UNITS, checked_currency, parsed_amount
from shared.kernel.tables import BadCell, Layout, Row, TableRead, read_table

LARGEST_FILE_ROWS = 20_000
LARGEST_PRICE = Decimal(1_000_000)
_WHOLE = re.compile(r"\d{1,6}", re.ASCII)
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
        "pack_quantity",
        "family",
        "stock",
        "sold_28d",
        "supplier",
        "currency",
    ),
)


def read_file(text: str, mapping: Mapping, currency: str) -> TableRead[Draft]:
    """Read the rows of a CSV file with named headers, for a shop that sells in `currency`."""
    lines: dict[str, int] = {}

    def parse(row: Row) -> Draft:
        draft = _draft(row, currency)
        if draft.sku in lines:
            raise BadCell("sku", f"line {lines[draft.sku]} has this SKU already; keep one of the two")
        lines[draft.sku] = row.line
        return draft

    layout = Layout(
        columns=FIELDS,
        required=REQUIRED,
        most_rows=LARGEST_FILE_ROWS,
        renamed=mapping.columns,
        delimiter=mapping.delimiter,
        mend=", or map it with PUT …/import-mapping",
    )
    return read_table(text, layout, parse)


def _draft(row: Row, currency: str) -> Draft:
    text = row.text

    def required(field: str) -> str:
        return row.required(field, "every product needs one")

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
        pack_quantity=_pack(text("pack_quantity")),
        family=text("family"),
        stock=_count("stock", text("stock")),
        sold_28d=_count("sold_28d", text("sold_28d")),
        supplier=text("supplier"),
    )
    if draft.min_price is not None and draft.max_price is not None and draft.min_price > draft.max_price:
        raise BadCell("min_price", f"above the max_price of {draft.max_price}; one of the two is wrong")
    return draft


def _kept[T](field: str, value: str | None, check: Callable[[str], T]) -> T | None:
    try:
        return None if value is None else check(value)
    except Invalid as error:
        raise BadCell(field, f"{error.detail}; correct it, or leave the cell empty") from None


def _category(value: str | None) -> str | None:
    return None if value is None else " > ".join(part.strip() for part in value.split(">") if part.strip()) or None


def _tags(value: str | None) -> tuple[str, ...]:
    tags = dict.fromkeys(tag.strip().lower() for tag in (value or "").replace(";", "|").split("|"))
    return tuple(tag for tag in tags if tag)


def _pack(value: str | None) -> int | None:
    if value is None:
        return None
    if not _WHOLE.fullmatch(value) or int(value) == 0:
        raise BadCell(
            "pack_quantity", "must be a whole number of units above zero; leave the cell empty when it is not known"
        )
    return int(value)


def _count(field: str, value: str | None) -> int | None:
    if value is None:
        return None
    if not _WHOLE.fullmatch(value):
        raise BadCell(field, "must be a whole number of units, 0 or more; leave the cell empty when it is not known")
    return int(value)


def _own_currency(code: str | None, currency: str) -> None:
    if code is None or code == currency:
        return
    _kept("currency", code, checked_currency)
    raise BadCell("currency", f"this shop sells in {currency}; import {code} prices into a shop of that currency")


def _amount(field: str, value: str, currency: str) -> Decimal:
    amount = _kept(field, value, parsed_amount) or Decimal(0)
    if amount <= 0:
        raise BadCell(field, "must be above zero; leave the cell empty when it is not known")
    if amount > LARGEST_PRICE:
        raise BadCell(field, f"above {LARGEST_PRICE:,}; prices are in whole {currency}, not in its minor unit")
    digits = MINOR_UNITS[currency]
    rounded = amount.quantize(Decimal(1).scaleb(-digits))
    if rounded != amount:
        raise BadCell(field, f"{currency} has {digits} digits after the point; round it")
    return rounded
