"""Terraform without an account: format, validity and tests with a mock provider."""

import os
import subprocess
import sys

from local.cloud.config import ROOT
from local.cloud.errors import TerraformFailed
from local.cloud.terraform_init import initialise
from scripts.toolchain.basics import MissingTool
from scripts.toolchain.terraform import ensure_terraform

FOLDER = ROOT / "terraform"
STEPS = (("fmt", "-check", "-recursive"), ("validate", "-no-color"), ("test", "-no-color"))
STEP_SECONDS = 600


def main() -> int:
    """Run the checks; returns the exit code."""
    try:
        program = ensure_terraform()
        # A data folder of its own: `make plan` has the real backend in the usual one.
        environment = {"TF_DATA_DIR": str(ROOT / ".local" / "terraform-check"), "CHECKPOINT_DISABLE": "1"}
        initialise(program, FOLDER, environment, "-backend=false")
    except (MissingTool, TerraformFailed) as error:
        print(error)
        return 1
    for step in STEPS:
        done = subprocess.run(
            [program, f"-chdir={FOLDER}", *step],
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment, "AWS_EC2_METADATA_DISABLED": "true"},
            timeout=STEP_SECONDS,
        )
        if done.returncode:
            print(f"terraform {step[0]} failed")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
