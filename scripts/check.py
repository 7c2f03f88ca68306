"""The fast gate: every check that needs no deployed stack, two at a time, and only the failures in full."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
LANES = 2
CHECK_SECONDS = 900

# Longest first, so that two lanes end together.
CHECKS: dict[str, tuple[str, ...]] = {
    "types": (PYTHON, "-m", "mypy"),
    "unit and contract tests": (PYTHON, "-m", "pytest", "tests/unit", "tests/contract", "-q", "-n", "2"),
    "terraform": (PYTHON, "-m", "scripts.terraform_check"),
    "lint": (PYTHON, "-m", "ruff", "check", "--quiet"),
    "format": (PYTHON, "-m", "ruff", "format", "--check", "--quiet"),
    "import contracts": (str(Path(PYTHON).with_name("lint-imports")), "--no-cache"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one check ended."""

    name: str
    passed: bool
    seconds: float
    output: str


def run_check(name: str, command: tuple[str, ...]) -> Result:
    """Run one check to its end."""
    started = time.monotonic()
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        timeout=CHECK_SECONDS,
    )
    seconds = time.monotonic() - started
    result = Result(name=name, passed=done.returncode == 0, seconds=seconds, output=done.stdout)
    print(f"  {'✓' if result.passed else '✗'} {name:<24} {seconds:6.1f} s{_summary(result)}", flush=True)
    return result


def _summary(result: Result) -> str:
    lines = result.output.strip().splitlines()
    return f"  {lines[-1]}" if result.passed and lines else ""


def main() -> int:
    """Run all checks; returns the exit code."""
    started = time.monotonic()
    with ThreadPoolExecutor(LANES) as lanes:
        results = list(lanes.map(run_check, CHECKS.keys(), CHECKS.values()))
    failed = [result for result in results if not result.passed]
    for result in failed:
        print(f"\n── {result.name} ──\n{result.output}")
    seconds = time.monotonic() - started
    print(f"{len(results) - len(failed)} of {len(results)} checks passed in {seconds:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
