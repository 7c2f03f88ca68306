"""CSV files in requests, and what is wrong in them in answers."""

from typing import Any

from fastapi import Request

from shared.kernel.tables import RowFault, text_of_file
from shared.runtime.answers import View

LARGEST_FILE_BYTES = 5_000_000
TAKES_CSV: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}},
}
"""What the OpenAPI document says of a route that takes a file as the request's body."""


class RowFaultView(View):
    """What is wrong in one cell of the file, and how to mend it."""

    line: int
    column: str
    value: str
    detail: str


def shown_fault(fault: RowFault) -> dict[str, object]:
    """A fault as `RowFaultView`."""
    return {"line": fault.line, "column": fault.column, "value": fault.value, "detail": fault.detail}


async def sent_file(request: Request) -> str:
    """The text of the file that is the request's body; `UnreadableFile` says why there is none."""
    return text_of_file(await request.body(), LARGEST_FILE_BYTES)
