"""Print what alerts make of a noisy week: how many messages, how much fewer than changes, and what they lose.

The week is drawn from a seed: prices that flicker and return, repricers' small steps, campaigns, and cuts that matter.
One rule tells each cut and each rise through the house's own steps; only the store is in memory.
"""

import sys

from rich.console import Console
from rich.table import Table

from tests.builders.alert_week import LARGEST, told_of

SEEDS = range(1, 6)


def main() -> int:
    """Live through the weeks; returns the exit code."""
    table = Table(
        "seed", "changes", "messages", "of them digests", "fewer", f"of the {LARGEST} largest", "half of them within",
        title="A week of 200 products at 6 competitors: a message per change beside ours",
    )  # fmt: skip
    for seed in SEEDS:
        week = told_of(seed)
        digests = sum(one.kind == "digest" for one in week.messages)
        table.add_row(
            f"{seed}",
            f"{week.changes:,}",
            f"{len(week.messages)}",
            f"{digests}",
            f"{week.fewer_percent:.1f} %",
            f"{len(week.told)} told",
            f"{sorted(week.delays)[len(week.delays) // 2]}",
        )
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
