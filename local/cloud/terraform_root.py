"""A working copy of the production Terraform root, with what only this machine knows laid beside it."""

import hashlib
import json
import platform
import shutil
from pathlib import Path

from local.cloud.config import HOUSES, LocalConfig
from scripts.toolchain.terraform import MACHINES

LEFT_OUT = shutil.ignore_patterns(".terraform*", "*.tfstate*", "*_override.tf", "atlas", "tests")
ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}
VARIABLES_FILE = "this-machine.tfvars.json"
OVERRIDE = """\
terraform {
  backend "local" {}
}

provider "aws" {
  s3_use_path_style = true
}
"""


def variables(config: LocalConfig) -> dict[str, object]:
    """What environments/local.tfvars cannot know."""
    machine = platform.machine().lower()
    return {
        "api_tags": {"ms-custom-id": config.api_id, "_custom_id_": config.api_id},
        "architecture": ARCHITECTURES.get(MACHINES.get(machine, machine), machine),
        "artifacts_dir": str(config.artifacts_dir),
        "mongodb_uris": dict.fromkeys(HOUSES, config.mongodb),
        "public_url": config.api_url,
        "region": config.region,
        "otlp_endpoint": config.otlp_endpoint,
        "scanner_connect_to": config.market,
        "valkey_url": config.valkey,
    }


def lay_out(config: LocalConfig, folder: Path) -> None:
    """Copy the root, so that the repository stays as it is and several local clouds live side by side."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(config.terraform_dir, folder, ignore=LEFT_OUT)
    (folder / "local_override.tf").write_text(OVERRIDE, encoding="utf-8")
    own = folder / VARIABLES_FILE
    own.touch(mode=0o600)  # a MongoDB of the developer's own has its password here
    own.write_text(json.dumps(variables(config)), encoding="utf-8")


def fingerprint(config: LocalConfig, folder: Path) -> str:
    """One hash of all that decides what an apply would do."""
    digest = hashlib.sha256(config.endpoint.encode())
    laid = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    for path in [*laid, *sorted(config.artifacts_dir.glob("*.zip"))]:
        digest.update(path.name.encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()
