"""Files of answers: workbooks without formulas, and pictures that are the same as SVG and as PNG."""

import io
import re
import struct
import zipfile
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.adapters.png import FONTS, png
from pricing.adapters.table_files import Files
from pricing.adapters.workbooks import MOST_ROWS
from pricing.domain.analysis import ANALYSES, COLUMNS, Analysis, Answer, Asked, Dimension
from pricing.domain.errors import InvalidWindow, TooMuchMarket
from pricing.domain.report import FORMULA_MARKS
from pricing.usecases.tables import checked_format
from tests.builders.pricing import MONDAY

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
NOTHING = {"map_breach": False, "msrp_breach": False, "changes": []}


def answer(analysis: Analysis, by: tuple[Dimension, ...] = (), **cells: Any) -> Answer:
    day = MONDAY.date()
    asked = Asked(analysis=analysis, organisation_id="org", shop_ids=("s",), first=day, last=day, by=by, sku="HP-100")
    return Answer(asked=asked, rows=(dict.fromkeys(COLUMNS[analysis]) | NOTHING | cells,), currency="EUR")


def sheets(book: bytes) -> list[ET.Element]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert archive.testzip() is None
        names = sorted(one for one in archive.namelist() if one.startswith("xl/worksheets/sheet"))
        return [ET.fromstring(archive.read(one)) for one in names]


def cells(sheet: ET.Element) -> dict[str, tuple[str, str]]:
    """Each cell by its place: its kind (`n` for a number) and what is in it."""
    return {
        str(one.get("r")): (one.get("t") or "n", "".join(one.itertext())) for one in sheet.iter(f"{MAIN}c") if len(one)
    }


def test_a_workbook_that_would_lose_lines_is_refused() -> None:
    row = answer("index").rows[0]
    found = replace(answer("index"), rows=(row,) * MOST_ROWS)

    with pytest.raises(TooMuchMarket, match="csv"):
        Files().write(found, "xlsx")


@pytest.mark.parametrize("analysis", ANALYSES)
def test_every_analysis_is_written_twice_the_same(analysis: Analysis) -> None:
    found = answer(analysis, by=("category", "day"))

    book = Files().write(found, "xlsx")

    assert book == Files().write(found, "xlsx")
    names = 3 if analysis in {"matrix", "history", "slices"} else 2
    assert len(sheets(book)) == names


def test_numbers_are_numbers_and_amounts_too_fine_for_a_spreadsheet_stay_whole() -> None:
    fine = Decimal("12345678901234.567")
    book = Files().write(answer("below-cost", sku="00123", cost=Decimal("97.99"), lowest=fine, days=7), "xlsx")

    told = cells(sheets(book)[0])

    place = {name: f"{chr(ord('A') + at)}2" for at, name in enumerate(COLUMNS["below-cost"])}
    assert told[place["cost"]] == ("n", "97.99")
    assert told[place["days"]] == ("n", "7")
    assert told[place["sku"]] == ("inlineStr", "00123")
    assert told[place["lowest"]] == ("inlineStr", "12345678901234.567")


def test_a_matrix_shows_by_colour_who_is_under_map() -> None:
    found = answer("matrix", sku="A", competitor_id="c1", price=Decimal(9), place="dearer", map_breach=True)

    book = Files().write(found, "xlsx")

    (grid, _, about) = sheets(book)
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        styles = ET.fromstring(archive.read("xl/styles.xml"))
    breach = next(one for one in grid.iter(f"{MAIN}c") if one.get("r") == "F2")
    style = next(styles.iter(f"{MAIN}cellXfs"))[int(breach.get("s", "0"))]
    fill = list(styles.iter(f"{MAIN}fill"))[int(style.get("fillId", "0"))]
    assert [one.get("rgb") for one in fill.iter(f"{MAIN}fgColor")] == ["FFC00000"]
    assert ("inlineStr", "under MAP or MSRP") in cells(about).values()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["", *FORMULA_MARKS]))
def test_no_text_is_carried_out_or_breaks_the_file(text: str, mark: str) -> None:
    written = Files().write(answer("matrix", sku=mark + text, name=mark + text, competitor_id=mark + text), "xlsx")

    for sheet in sheets(written):
        assert not list(sheet.iter(f"{MAIN}f"))
        assert not [one for kind, one in cells(sheet).values() if kind != "n" and one.startswith(FORMULA_MARKS)]


def test_a_history_is_the_same_picture_as_svg_and_as_png() -> None:
    found = answer("history", day="2026-11-23", line="ours", price=Decimal("92.99"))

    drawn = Files().write(found, "svg").decode()
    dots = Files().write(found, "png")

    assert dots.startswith(SIGNATURE)
    height = float(re.findall(r'height="([\d.]+)"', drawn)[0])
    assert struct.unpack(">II", dots[16:24]) == (2 * 960, round(2 * height))
    assert dots == Files().write(found, "png") == png(drawn)


def test_our_own_changes_are_marked_where_they_are() -> None:
    change = {"at": MONDAY, "before": None, "after": Decimal("92.99"), "source": "catalogue"}
    row: dict[str, Any] = {"day": "2026-11-23", "line": "ours", "price": Decimal("92.99")}

    plain, marked = (Files().write(answer("history", **row, changes=some), "svg").decode() for some in ([], [change]))

    # One on the line, and one that says what it is.
    assert marked.count("<circle") - plain.count("<circle") == 2
    assert "our price changed</text>" in marked
    assert "our price changed on 2026-11-23" in marked
    assert "our price changed on no day" in plain


def test_a_picture_of_very_many_rivals_stays_one_that_can_be_drawn() -> None:
    one = answer("history", day="2026-11-23", line="ours", price=Decimal(9))
    rivals = [{**one.rows[0], "line": f"c{number:03}"} for number in range(200)]

    drawn = Files().write(replace(one, rows=(*one.rows, *rivals)), "svg").decode()

    assert "36 of 201 lines are drawn." in drawn
    assert float(re.findall(r'height="([\d.]+)"', drawn)[0]) < 1500
    assert "ours</text>" in drawn


def test_words_are_drawn_with_the_font_that_comes_with_it() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30" font-family="Helvetica, sans-serif">{}</svg>'
    words = [svg.format(f'<text x="4" y="20"{bold}>{text}</text>') for text in ("", "Ž", "Ы") for bold in ("",)]
    bold = svg.format('<text x="4" y="20" font-weight="bold">Ž</text>')

    assert len(FONTS) == 2
    assert len({png(one) for one in (*words, bold)}) == 4


@pytest.mark.parametrize("by", [("day",), ("day", "category"), ("category", "day"), ("brand", "week")])
def test_indexes_are_drawn_over_days_and_weeks(by: tuple[Dimension, ...]) -> None:
    one = answer("slices", by=by)
    time, other = ("key", "second") if by[0] in {"day", "week"} else ("second", "key")
    times = ("2026-11-22", "2026-11-23") if "day" in by else ("2026-W47", "2026-W48")
    groups = ("Audio", None) if len(by) > 1 else (None,)
    told: list[dict[str, Any]] = [{time: at, other: name, "index": Decimal(98)} for name in groups for at in times]
    rows = [{**one.rows[0], **some} for some in told]
    asked = replace(one.asked, first=MONDAY.date() - timedelta(days=1))

    drawn = Files().write(replace(one, asked=asked, rows=tuple(rows)), "svg").decode()

    assert drawn.count("<polyline") == len(groups)
    assert all(f">{word}</text>" in drawn for word in (times[0], times[1]))
    assert (">Audio</text>" in drawn, ">none</text>" in drawn, ">all</text>" in drawn) == (
        *(len(by) > 1, len(by) > 1),
        len(by) == 1,
    )
    assert "below 100 we are cheaper" in drawn


@pytest.mark.parametrize("analysis", [one for one in ANALYSES if one != "history"])
def test_only_what_runs_over_time_is_drawn(analysis: Analysis) -> None:
    checked_format(analysis, ("brand",), "xlsx")
    checked_format("slices", ("brand", "week"), "png")
    for wanted in ("svg", "png"):
        with pytest.raises(InvalidWindow):
            checked_format(analysis, ("brand",), wanted)
