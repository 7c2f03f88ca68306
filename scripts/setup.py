"""Set up this clone: `.venv`, the emulator's own environment and Terraform, whatever of it is missing.

    python3 scripts/setup.py              .venv from requirements/dev.txt
    python3 scripts/setup.py --cloud      also .local/ministack and Terraform
    python3 scripts/setup.py --terraform  also Terraform

Runs on any Python from 3.9 with nothing installed, and does nothing when all is up to date.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.toolchain.basics import LOCAL, ROOT, MissingTool
from scripts.toolchain.environments import ensure_environment
from scripts.toolchain.terraform import ensure_terraform


def set_up(*, cloud: bool, terraform: bool) -> None:
    """Bring up to date what was asked for."""
    ensure_environment(ROOT / ".venv", ROOT / "requirements" / "dev.txt", with_project=True)
    if cloud:
        ensure_environment(LOCAL / "ministack", ROOT / "requirements" / "ministack.txt", with_project=False)
    if cloud or terraform:
        ensure_terraform()


def main() -> int:
    """Set up; returns the exit code."""
    parser = argparse.ArgumentParser(description="Set up this clone.")
    parser.add_argument("--cloud", action="store_true", help="also what the local cloud needs")
    parser.add_argument("--terraform", action="store_true", help="also Terraform")
    options = parser.parse_args()
    try:
        set_up(cloud=options.cloud, terraform=options.terraform)
    except MissingTool as missing:
        sys.stderr.write(f"setup: {missing}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
