"""The writer of files, of which nothing is loaded before the first of them."""

from importlib import import_module

from pricing.domain.analysis import Answer, FileFormat
from pricing.usecases.tables import TableFiles


class TablesLater:
    """Writes answers as files; what that takes is loaded with the first of them."""

    def write(self, answer: Answer, file_format: FileFormat) -> bytes:
        """Return the file."""
        made: TableFiles = import_module("pricing.adapters.table_files").Files()
        return made.write(answer, file_format)
