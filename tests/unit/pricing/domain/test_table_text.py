"""Answers as tables: no cell is carried out, and text comes back as it was."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pricing.api import analytics_views as views
from pricing.domain.analysis import ANALYSES, COLUMNS, Analysis, Answer, Asked
from pricing.domain.report import FORMULA_MARKS
from pricing.domain.table_text import READ_WITH, csv_text, header, value_of
from shared.runtime.answers import View
from tests.builders.pricing import MONDAY

VIEWS: dict[str, type[View]] = {
    "history": views.HistoryRow,
    "matrix": views.MatrixRow,
    "index": views.IndexRow,
    "positions": views.PositionsRow,
    "volatility": views.VolatilityRow,
    "breaches": views.BreachesRow,
    "below-cost": views.BelowCostRow,
    "outliers": views.OutliersRow,
    "summary": views.SummaryRow,
    "slices": views.SlicesRow,
}


def answer(analysis: Analysis, **cells: object) -> Answer:
    day = date(2026, 11, 23)
    asked = Asked(analysis=analysis, organisation_id="org", shop_ids=("s",), first=day - timedelta(days=6), last=day)
    return Answer(asked=asked, rows=(dict.fromkeys(COLUMNS[analysis]) | cells,))


def test_every_line_is_documented_as_it_is() -> None:
    assert tuple(VIEWS) == ANALYSES
    for analysis in ANALYSES:
        assert set(VIEWS[analysis].model_fields) == set(COLUMNS[analysis])
        assert header(answer(analysis))[-len(READ_WITH) :] == READ_WITH


@given(st.text(st.characters(blacklist_categories=["Cs"])))
def test_text_comes_back_and_begins_with_no_mark_of_a_formula(text: str) -> None:
    written = csv_text(answer("below-cost", sku=text))

    (_, row) = list(csv.reader(io.StringIO(written, newline="")))
    cell = row[COLUMNS["below-cost"].index("sku")]
    assert cell.removeprefix("'") == text.removeprefix("'") or cell == f"'{text}"
    assert not cell.startswith(FORMULA_MARKS)


def test_numbers_stay_numbers_and_times_are_written_out() -> None:
    assert value_of(Decimal("-1.50")) == Decimal("-1.50")
    assert value_of(True) == "yes"
    assert value_of(7) == 7
    assert value_of(MONDAY) == "2026-11-23T06:00:00+00:00"
    assert value_of([{"at": MONDAY, "before": None, "after": Decimal("9.90")}]) == (
        "at 2026-11-23T06:00:00+00:00, after 9.90"
    )
    assert "1E" not in csv_text(answer("below-cost", cost=Decimal("1E+3")))
