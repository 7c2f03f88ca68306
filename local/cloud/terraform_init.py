"""`terraform init` where the registry may be out of reach: a mirror on this machine stands in for it."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local.cloud.config import ROOT
from local.cloud.errors import TerraformFailed
from scripts.toolchain.terraform import find_mirror

CACHE = ROOT / ".local" / "terraform-plugins"
INIT_SECONDS = 600
REGISTRY_SECONDS = 300


def _cli(environment: Mapping[str, str]) -> dict[str, str]:
    CACHE.mkdir(parents=True, exist_ok=True)
    cache = {"TF_PLUGIN_CACHE_DIR": str(CACHE), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1"}
    return {**os.environ, **cache, **environment}


def _init(program: str, folder: Path, environment: Mapping[str, str], *options: str) -> str | None:
    command = [program, f"-chdir={folder}", "init", "-input=false", "-no-color", *options]
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=REGISTRY_SECONDS, env=_cli(environment)
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {REGISTRY_SECONDS} s"
    return None if done.returncode == 0 else done.stderr.strip()


def initialise(program: str, folder: Path, environment: Mapping[str, str], *options: str) -> None:
    """Fetch providers and modules: from the registry, else from a mirror on this machine."""
    registry_said = _init(program, folder, environment, *options)
    if registry_said is None:
        return
    mirror = find_mirror()
    if mirror is None:
        raise TerraformFailed(
            f"terraform init failed ({first_error(registry_said)}) and no mirror of the AWS provider is on this "
            "machine: connect to the internet once, or name a mirror's folder in TF_PLUGIN_DIR"
        )
    mirror_said = _init(program, folder, environment, f"-plugin-dir={mirror}", *options)
    if mirror_said is not None:
        raise TerraformFailed(f"terraform init failed with the mirror {mirror}: {first_error(mirror_said)}")


def first_error(text: str) -> str:
    """Terraform's first error as one line."""
    lines = [line.strip(" │╷╵") for line in text.splitlines()]
    start = next((number for number, line in enumerate(lines) if line.startswith("Error")), 0)
    return " ".join(line for line in lines[start : start + 6] if line) or "no output"
