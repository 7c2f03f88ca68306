"""Build the zips that Terraform deploys, for the processor of this machine."""

import subprocess
import sys

from local.cloud.config import ROOT, LocalConfig
from local.cloud.errors import LocalCloudError

BUILD_SECONDS = 900


class BuildFailed(LocalCloudError):
    """The artefacts could not be built."""


def build(config: LocalConfig) -> None:
    """Run the build; it does nothing for what has not changed."""
    command = [sys.executable, "-m", "scripts.build", "--platform", "local", "--out", str(config.artifacts_dir)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=BUILD_SECONDS, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise BuildFailed(f"the artefacts could not be built: {lines[-1] if lines else 'no output'}")
