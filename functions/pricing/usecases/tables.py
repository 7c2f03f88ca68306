"""Answers as files: tables for spreadsheets, pictures of what can be drawn."""

from collections.abc import Iterable
from typing import Protocol

from pricing.domain.analysis import OVER_TIME, PICTURES, Analysis, Answer, Dimension, FileFormat
from pricing.domain.errors import InvalidWindow

MEDIA: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
    "png": "image/png",
}


class TableFiles(Protocol):
    """Writes answers for spreadsheets and browsers."""

    def write(self, answer: Answer, file_format: FileFormat) -> bytes:
        """Return the file; only what `checked_format` lets through."""


def checked_format(analysis: Analysis, by: Iterable[Dimension], file_format: str) -> None:
    """Refuse with `InvalidWindow` a picture of what is not drawn."""
    drawn = analysis == "history" or (analysis == "slices" and not OVER_TIME.isdisjoint(by))
    if file_format in PICTURES and not drawn:
        raise InvalidWindow(
            "a history is drawn, and a slice by day or week; ask for anything else as json, csv or xlsx"
        )
