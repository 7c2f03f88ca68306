"""A zip's third-party part: installed once for the same requirements, then reused."""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

from scripts.packaging import archive, bytecode, recipe
from scripts.packaging.recipe import Artifact, Platform
from scripts.toolchain.uv import pip_settings

INSTALL_SECONDS = 900
RULES = ("archive.py", "bytecode.py", "compile_sources.py", "libraries.py", "recipe.py")


class InstallFailed(Exception):
    """uv could not install an artefact's libraries."""


def libraries(artifact: Artifact, platform: Platform, *, uv: str, cache: Path) -> Path:
    """The archive of the artefact's libraries, made when the cache has none for these requirements."""
    known = cache / f"{artifact.name}-{platform.name}-{_fingerprint(artifact, platform)}.zip"
    if known.exists():
        return known
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        made = Path(folder, "libraries.zip")
        archive.write(made, _collect(artifact, platform, uv, Path(folder, "target")))
        made.replace(known)
    for old in cache.glob(f"{artifact.name}-{platform.name}-*.zip"):
        if old != known:
            old.unlink(missing_ok=True)
    return known


def _fingerprint(artifact: Artifact, platform: Platform) -> str:
    digest = hashlib.sha256(platform.key.encode())
    here = Path(__file__).parent
    for path in (artifact.requirements, *(here / name for name in RULES)):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _collect(artifact: Artifact, platform: Platform, uv: str, target: Path) -> dict[str, bytes]:
    target.mkdir()
    if any("==" in line for line in artifact.requirements.read_text(encoding="utf-8").splitlines()):
        _install(artifact, platform, uv, target)
    for path in target.rglob("*"):
        if path.is_file() and not recipe.is_needed(PurePosixPath(path.relative_to(target).as_posix())):
            path.unlink()
    return bytecode.with_compiled(target, prefix=artifact.prefix, unpacked=artifact.unpacked)


def _install(artifact: Artifact, platform: Platform, uv: str, target: Path) -> None:
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--link-mode", "copy"]
    options += ["--no-compile-bytecode", "--no-installer-metadata", *platform.uv_options]
    places = ["--python", sys.executable, "--target", str(target), "--requirements", str(artifact.requirements)]
    done = subprocess.run(
        [uv, "pip", "install", "--quiet", *places, *options],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=INSTALL_SECONDS,
        env={**os.environ, **pip_settings()},
    )
    if done.returncode:
        raise InstallFailed(f"uv cannot install {artifact.requirements.name}: {done.stderr.strip()}")
