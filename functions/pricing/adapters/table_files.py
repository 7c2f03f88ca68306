"""Answers as files: CSV, a workbook, and prices or indexes over time as a picture."""

from pricing.adapters.pictures import SvgPictures
from pricing.adapters.png import png
from pricing.adapters.workbooks import workbook
from pricing.domain.analysis import Answer, FileFormat
from pricing.domain.answer_charts import chart_of
from pricing.domain.table_text import csv_file, csv_text


class Files:
    """Writes answers for spreadsheets and browsers."""

    def write(self, answer: Answer, file_format: FileFormat) -> bytes:
        """Return the file. A picture has stepped lines, broken where a day is missing."""
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
    return SvgPictures().paths(chart_of(answer))
