"""Answers as files: CSV, a workbook, and price paths as a picture."""

from datetime import date
from decimal import Decimal

from pricing.adapters.pictures import SvgPictures
from pricing.adapters.png import png
from pricing.adapters.workbooks import workbook
from pricing.domain.analysis import Answer, FileFormat
from pricing.domain.charts import MOST_PANELS, Panel, PathLine, Paths
from pricing.domain.table_text import csv_file, csv_text

MOST_LINES_DRAWN = 6
"""In a panel; there are as many panels at most."""


class Files:
    """Writes answers for spreadsheets and browsers."""

    def write(self, answer: Answer, file_format: FileFormat) -> bytes:
        """Return the file. A picture has our price and the rivals' as stepped lines, broken where a day is missing."""
        match file_format:
            case "csv":
                return csv_file(csv_text(answer))
            case "xlsx":
                return workbook(answer)
            case "svg":
                return _drawn(answer).encode()
            case "png":
                return png(_drawn(answer))


def _drawn(answer: Answer) -> str:
    return SvgPictures().paths(_paths(answer))


def _paths(answer: Answer) -> Paths:
    asked = answer.asked
    prices: dict[str, dict[str, Decimal | None]] = {}
    for row in answer.rows:
        price = row["price"]
        prices.setdefault(str(row["line"]), {})[str(row["day"])] = price if isinstance(price, Decimal) else None
    names = sorted(prices, key=lambda name: (name != "ours", name))
    shown = names[: MOST_LINES_DRAWN * MOST_PANELS]
    span = [date.fromordinal(asked.first.toordinal() + ahead).isoformat() for ahead in range(asked.days)]
    drawn = [
        PathLine(name=name, points=[(float(place), _float(prices[name].get(day))) for place, day in enumerate(span)])
        for name in shown
    ]
    changed = {str(row["day"]) for row in answer.rows if row["changes"]}
    ours = prices.get("ours", {})
    known = [(float(place), _float(ours.get(day))) for place, day in enumerate(span) if day in changed]
    panels = [
        Panel(
            title=f"{asked.sku} ({answer.currency}, {asked.mode})",
            lines=some,
            marks=[(at, price) for at, price in known if price is not None and some[0].name == "ours"],
            marked="our price changed",
        )
        for some in (drawn[at : at + MOST_LINES_DRAWN] for at in range(0, len(drawn), MOST_LINES_DRAWN))
    ]
    on = ", ".join(sorted(changed)) or "no day"
    described = f"{asked.sku} from {asked.first} to {asked.last}; our price changed on {on}."
    if len(names) > len(shown):
        described += f" {len(shown)} of {len(names)} lines are drawn."
    every = max(1, len(span) // 8)
    return Paths(
        title=f"Prices of {asked.sku}",
        described=described,
        unit=answer.currency or "",
        panels=panels,
        ticks=[(float(place), day) for place, day in enumerate(span) if place % every == 0],
    )


def _float(price: Decimal | None) -> float | None:
    return None if price is None else float(price)
