"""Answers as files: tables for spreadsheets, pictures of what can be drawn."""

from typing import Protocol

from pricing.domain.analysis import DRAWN, PICTURES, Analysis, Answer, FileFormat
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


def checked_format(analysis: Analysis, file_format: FileFormat) -> FileFormat:
    """The format, when the analysis has one such; `InvalidWindow` for a picture of what is not drawn."""
    if file_format in PICTURES and analysis not in DRAWN:
        raise InvalidWindow(f"only a history is drawn; ask for the {analysis} as json, csv or xlsx")
    return file_format
