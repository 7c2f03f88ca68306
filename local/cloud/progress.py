"""Say what is being done and how long it took: spinners for a person, plain lines for a log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

# A log that stays silent longer looks hung.
SAY_AGAIN_SECONDS = 15


class Step(Protocol):
    """One thing being done."""

    def note(self, text: str) -> None:
        """Say how far it is."""


class Steps:
    """Steps that may run at the same time, each with a line of its own."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("[dim]{task.fields[note]}"))
        self._progress = Progress(*columns, TimeElapsedColumn(), console=self.console, transient=True)
        self._live = self.console.is_terminal

    def __enter__(self) -> Self:
        """Show the spinners, where someone can see them."""
        if self._live:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the spinners away; the finished lines stay."""
        if self._live:
            self._progress.stop()

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Time one step; its line stays when it is done."""
        started = time.monotonic()
        task = self._progress.add_task(title, note="", total=None)
        line = _Line(self._progress, task, None if self._live else self.console)
        if not self._live:
            self.console.print(f"  … {title}", highlight=False)
        mark = "[red]✗[/]"
        try:
            yield line
            mark = "[green]✓[/]"
        finally:
            self._progress.remove_task(task)
            note = f" [dim]({line.text})[/]" if line.text else ""
            self.console.print(f"  {mark} {title}{note} {time.monotonic() - started:.1f} s", highlight=False)


@dataclass(slots=True)
class _Line:
    progress: Progress
    task: TaskID
    log: Console | None
    text: str = ""
    said: float = field(default_factory=time.monotonic)

    def note(self, text: str) -> None:
        self.text = text
        self.progress.update(self.task, note=text)
        if self.log and time.monotonic() - self.said > SAY_AGAIN_SECONDS:
            self.said = time.monotonic()
            self.log.print(f"    {text}", highlight=False)
