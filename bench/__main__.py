"""Run every benchmark, or those that are named: `python -m bench [extraction] [analytics 1000 30] …`."""

import sys
from importlib import import_module

NAMES = (
    "price_strings",
    "extraction",
    "repair",
    "cold_start",
    "warm_overhead",
    "schedules",
    "fairness",
    "fetch",
    "scan",
    "scan_cost",
    "scan_budget",
    "decisions",
    "runs",
    "alerts",
    "analytics",
)


def main(named: list[str]) -> int:
    """Run the benchmarks one after another; returns the exit code."""
    numbers = [one for one in named if one.isdigit()]
    named = [one for one in named if not one.isdigit()]
    unknown = sorted(set(named) - set(NAMES))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 1
    # Numbers are the sizes of the one that is named.
    sys.argv[1:] = numbers
    for name in named or NAMES:
        import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
