"""Print what each door costs to open, from the zip and the layer alone, against a bare interpreter.

Times are the best of several interleaved rounds of one run: read the ratios, not the milliseconds.
"""

import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scripts.build import build_all
from scripts.doors import imported_modules, unpack
from scripts.function_table import Row, read_table
from scripts.packaging.recipe import PLATFORMS

ROUNDS = 5
BARE = "bare interpreter"


def seconds(row: Row, path: list[str]) -> tuple[float, int]:
    """How long a fresh interpreter takes to import the row's door, and how many modules it has then."""
    started = time.perf_counter()
    modules = imported_modules(row, path)
    return time.perf_counter() - started, len(modules)


def main() -> int:
    """Measure and print; returns the exit code."""
    rows = sorted(read_table(), key=lambda row: row.name)
    best: dict[str, tuple[float, int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        artifacts = Path(folder, "artifacts")
        build_all(PLATFORMS["local"], artifacts)
        paths = {house: unpack(artifacts, house, Path(folder, house)) for house in {row.house for row in rows}}
        bare = Path(folder, "bare")
        for house in paths:
            package = bare / house / "handlers"
            package.mkdir(parents=True, exist_ok=True)
            for row in rows:
                if row.house == house:
                    (package / f"{row.door}.py").write_text("handler = print\n", encoding="utf-8")
        for _ in range(ROUNDS):
            taken = seconds(rows[0], [str(bare)])
            best[BARE] = min(best.get(BARE, taken), taken)
            for row in rows:
                taken = seconds(row, paths[row.house])
                best[row.name] = min(best.get(row.name, taken), taken)
    _print(best)
    return 0


def _print(best: dict[str, tuple[float, int]]) -> None:
    floor = best[BARE][0]
    table = Table("door", "ms", "× bare", "modules", title=f"Cold start, best of {ROUNDS}")
    for name, (taken, modules) in best.items():
        table.add_row(name, f"{taken * 1000:.0f}", f"{taken / floor:.1f}", str(modules))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
