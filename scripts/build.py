"""Build what Terraform deploys: the layer's zip and one for each house.

    python -m scripts.build [--platform lambda-arm64|lambda-x86_64|local] [--out build/artifacts]

`local` is this machine's own processor, for the emulator. The same commit gives the same bytes.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.packaging import archive, bytecode
from scripts.packaging.libraries import InstallFailed, libraries
from scripts.packaging.recipe import ARTIFACTS, PLATFORMS, PYTHON, ROOT, Artifact, Platform
from scripts.toolchain.basics import MissingTool
from scripts.toolchain.uv import find_uv

CACHE = ROOT / "build" / "cache"
OUT = ROOT / "build" / "artifacts"
# uv and the compiler each fill a core.
AT_ONCE = 2
MEGABYTE = 1_000_000


def build(artifact: Artifact, platform: Platform, *, uv: str, out: Path, cache: Path = CACHE) -> Path:
    """Build one zip; returns where it is."""
    known = libraries(artifact, platform, uv=uv, cache=cache)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        copied = Path(folder, "code", artifact.package.name)
        shutil.copytree(artifact.package, copied, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"))
        code = bytecode.with_compiled(copied.parent, prefix=artifact.prefix, unpacked=artifact.unpacked)
        made = Path(folder, "made.zip")
        archive.write(made, code, onto=known)
        finished = out / f"{artifact.name}.zip"
        made.replace(finished)
    return finished


def build_all(platform: Platform, out: Path) -> list[Path]:
    """Build every zip; returns where they are."""
    out.mkdir(parents=True, exist_ok=True)
    uv = os.environ.get("UV") or find_uv()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda artifact: build(artifact, platform, uv=uv, out=out), ARTIFACTS))


def main() -> int:
    """Build and say how large each zip became; returns the exit code."""
    parser = argparse.ArgumentParser(description="Build the layer and one zip for each house.")
    parser.add_argument("--platform", choices=PLATFORMS, default="lambda-arm64")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    if sys.version_info[:2] != PYTHON:
        print(f"build: bytecode is made by the runtime's own Python: run this with Python {PYTHON[0]}.{PYTHON[1]}")
        return 1
    started = time.monotonic()
    try:
        made = build_all(PLATFORMS[arguments.platform], arguments.out.resolve())
    except (MissingTool, InstallFailed, bytecode.BrokenSource) as error:
        print(f"build: {error}")
        return 1
    for path in made:
        print(f"{path.name:<14} {path.stat().st_size / MEGABYTE:7.2f} MB")
    print(f"{arguments.platform} in {time.monotonic() - started:.1f} s: {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
