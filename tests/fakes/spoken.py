"""What a house says to its store, as the driver sends it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent, register

ASKS = frozenset({"find", "aggregate", "count", "distinct"})
SAID = {
    "find": ("find", "filter", "sort", "limit", "projection"),
    "aggregate": ("aggregate", "pipeline", "cursor"),
    "count": ("count", "query"),
    "distinct": ("distinct", "key", "query"),
}


class _Heard(CommandListener):
    """Keeps what is asked while somebody listens."""

    def __init__(self) -> None:
        self.heard: list[Mapping[str, Any]] | None = None

    def started(self, event: CommandStartedEvent) -> None:
        if self.heard is not None and event.command_name in ASKS:
            wanted = SAID[event.command_name]
            self.heard.append({name: event.command[name] for name in wanted if name in event.command})

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing."""


_heard = _Heard()
# The driver takes listeners for the clients that are made from then on, and lets none go.
register(_heard)


@contextmanager
def spoken() -> Iterator[list[Mapping[str, Any]]]:
    """Every question that is asked of any store within, in order, as `explain` takes it."""
    _heard.heard = []
    try:
        yield _heard.heard
    finally:
        _heard.heard = None
