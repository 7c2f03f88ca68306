"""Answers as files: CSV, a workbook, and price paths as a picture. Only the standard library; no cell is a formula."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from pricing.adapters.pictures import SvgPictures
from pricing.domain.analysis import Answer
from pricing.domain.charts import Panel, PathLine, Paths
from pricing.domain.table_text import Value, csv_text, header, lines, value_of

BYTE_ORDER_MARK = "\ufeff"
MOST_LINES_DRAWN = 6
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEETS = ("Figures", "Read with")
_EPOCH = (1980, 1, 1, 0, 0, 0)


class TableFiles:
    """Writes answers for spreadsheets and browsers."""

    def csv(self, answer: Answer) -> bytes:
        """A CSV file, with the mark without which spreadsheets take it for one in their own old encoding."""
        return (BYTE_ORDER_MARK + csv_text(answer)).encode()

    def xlsx(self, answer: Answer) -> bytes:
        """A workbook: the lines, and on a second sheet what they are to be read with; each time the same bytes."""
        about = [(name, value_of(value)) for name, value in answer.heading.items() if name != "left_out"]
        about += [(f"left out: {name}", count) for name, count in answer.left_out.items()]
        sheets = (_sheet([header(answer), *lines(answer)]), _sheet(about))
        files = {"[Content_Types].xml": _content_types(), "_rels/.rels": _root(), "xl/workbook.xml": _workbook()}
        files["xl/_rels/workbook.xml.rels"] = _relations()
        files |= {f"xl/worksheets/sheet{place}.xml": text for place, text in enumerate(sheets, 1)}
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), text, zipfile.ZIP_DEFLATED)
        return packed.getvalue()

    def svg(self, answer: Answer) -> bytes:
        """Our price and the rivals' as stepped lines over the days; where a day is missing the line is broken."""
        return SvgPictures().paths(_paths(answer)).encode()


def _paths(answer: Answer) -> Paths:
    asked = answer.asked
    prices: dict[str, dict[str, Decimal | None]] = {}
    for row in answer.rows:
        price = row["price"]
        prices.setdefault(str(row["line"]), {})[str(row["day"])] = price if isinstance(price, Decimal) else None
    shown = sorted(prices, key=lambda name: (name != "ours", name))
    span = [date.fromordinal(asked.first.toordinal() + ahead).isoformat() for ahead in range(asked.days)]
    drawn = [
        PathLine(name=name, points=[(float(place), _float(prices[name].get(day))) for place, day in enumerate(span)])
        for name in shown
    ]
    panels = [
        Panel(title=f"{asked.sku} ({answer.currency}, {asked.mode})", lines=some)
        for some in (drawn[at : at + MOST_LINES_DRAWN] for at in range(0, len(drawn), MOST_LINES_DRAWN))
    ]
    marked = [str(row["day"]) for row in answer.rows if row["changes"]]
    described = f"{asked.sku} from {asked.first} to {asked.last}; our price changed on {', '.join(marked) or 'no day'}."
    every = max(1, len(span) // 8)
    ticks = [(float(place), f"{day}*" if day in marked else day) for place, day in enumerate(span)]
    return Paths(
        title=f"Prices of {asked.sku}",
        described=described,
        unit=answer.currency or "",
        panels=panels,
        ticks=[one for place, one in enumerate(ticks) if place % every == 0 or one[1].endswith("*")],
    )


def _float(price: Decimal | None) -> float | None:
    return None if price is None else float(price)


def _sheet(rows: Iterable[Sequence[Value]]) -> str:
    made = "".join(
        f'<row r="{at}">{"".join(_cell(value, at, place) for place, value in enumerate(row))}</row>'
        for at, row in enumerate(rows, 1)
    )
    return f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{made}</sheetData></worksheet>'


def _cell(value: Value, row: int, place: int) -> str:
    if value is None:
        return ""
    at = f"{_column(place)}{row}"
    if isinstance(value, str):
        # Text of its own kind is never a formula, whatever it begins with.
        clean = "".join(one if one.isprintable() or one in "\n\t" else " " for one in value)
        return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(clean)}</t></is></c>'
    return f'<c r="{at}"><v>{f"{value:f}" if isinstance(value, Decimal) else value}</v></c>'


def _column(place: int) -> str:
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _content_types() -> str:
    office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{place}.xml" ContentType="{office}.worksheet+xml"/>'
        for place in range(1, len(_SHEETS) + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{office}.sheet.main+xml"/>{parts}</Types>'
    )


def _root() -> str:
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )


def _workbook() -> str:
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{place}" r:id="rId{place}"/>' for place, name in enumerate(_SHEETS, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _relations() -> str:
    made = "".join(
        f'<Relationship Id="rId{place}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{place}.xml"/>'
        for place in range(1, len(_SHEETS) + 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{made}</Relationships>'
