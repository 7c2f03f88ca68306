"""The account of a main job: what went in, what was read, what was decided, what was published."""

import json
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.table import Table
from rich.text import Text

SHOWN_ANSWER_LINES = 6
FACTORS_OF_A_MISREAD_POINT = (Decimal(100), Decimal(1000), Decimal("0.01"), Decimal("0.001"))


@dataclass(slots=True)
class Account:
    """Figures of one run, and the seconds each step took."""

    title: str
    assumptions: tuple[str, ...] = ()
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    rejections: list[str] = field(default_factory=list)
    offers: int = 0
    pages: int = 0
    pages_read: int = 0
    pages_failed: int = 0
    prices_right: int = 0
    prices_wrong: list[str] = field(default_factory=list)
    prices_missing: list[str] = field(default_factory=list)
    misread_points: int = 0
    decisions: dict[str, int] = field(default_factory=dict)
    proposed: int = 0
    approved: int = 0
    proposed_again: int = 0
    published: dict[str, int] = field(default_factory=dict)
    shown: str = ""
    example: list[str] = field(default_factory=list)
    question: str = ""
    answer: str = ""
    sources: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Keep it as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False), encoding="utf-8")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show it to a person."""
        table = Table(title=f"Main job on {self.title}", show_header=False, title_justify="left")
        for name, figures in self._lines():
            table.add_row(name, Text(figures))
        answer = Text(f"\n“{self.question}”\n{self._start_of_answer()}") if self.answer else Text("")
        yield from Group(table, answer).__rich_console__(console, options)

    def _start_of_answer(self) -> str:
        lines = self.answer.splitlines()
        left = len(lines) - SHOWN_ANSWER_LINES
        rest = [f"… and {left} more lines; account.json has them all"] if left > 0 else []
        return "\n".join([*lines[:SHOWN_ANSWER_LINES], *rest])

    def _lines(self) -> list[tuple[str, str]]:
        lines = [
            ("Rows in", f"{self.rows}: {self.accepted} accepted, {self.rejected} rejected"),
            *(("  rejected", text) for text in self.rejections),
            *(("  assumed", text) for text in self.assumptions),
            ("Offers watched", str(self.offers)),
            ("Pages fetched", f"{self.pages}: {self.pages_read} read, {self.pages_failed} failed with a reason"),
        ]
        if self.prices_right or self.prices_wrong or self.prices_missing:
            wrong, missing = len(self.prices_wrong), len(self.prices_missing)
            figures = (
                f"{self.prices_right} right, {wrong} wrong, {missing} not found; {self.misread_points} by ×100 or ×1000"
            )
            lines.append(("Prices of labelled pages", figures))
        lines += [("  wrong", text) for text in self.prices_wrong]
        lines += [("  not found", text) for text in self.prices_missing]
        lines += [
            ("Decisions", ", ".join(f"{reason} {count}" for reason, count in sorted(self.decisions.items()))),
            ("Price changes", f"{self.proposed} proposed, {self.approved} approved by a colleague"),
            ("After the market moved", f"{self.proposed_again} proposed"),
            ("Published", ", ".join(f"{state} {count}" for state, count in sorted(self.published.items()))),
            ("  shown now", self.shown),
            *(("  why", step) for step in self.example),
            ("Answer's sources", f"{self.sources} numbers, each with its record"),
            ("Seconds", ", ".join(f"{name} {seconds:.1f}" for name, seconds in self.seconds.items())),
        ]
        return lines


def by_misread_point(found: Decimal, label: Decimal) -> bool:
    """Whether a price is wrong in the way a misread decimal point makes it."""
    return label > 0 and found / label in FACTORS_OF_A_MISREAD_POINT
