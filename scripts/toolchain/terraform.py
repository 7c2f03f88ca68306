"""Terraform and its AWS provider: found, or downloaded and checked against the published hashes."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import shutil
import stat
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from scripts.toolchain.basics import TOOLS, MissingTool, run, say

VERSION = "1.11.4"
RELEASES = "https://releases.hashicorp.com/terraform"
PROVIDER = "registry.terraform.io/hashicorp/aws"
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
# Where packagers and administrators put providers for machines that cannot reach the registry.
MIRRORS = (
    "~/.terraform.d/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
)


def find_terraform() -> str | None:
    """Terraform on PATH or in `.tools`, if it runs."""
    own = TOOLS / "terraform" / ("terraform.exe" if os.name == "nt" else "terraform")
    for found in (shutil.which("terraform"), str(own)):
        if found and run([found, "version"], timeout=60)[0] == 0:
            return found
    return None


def _download(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=120) as answer:  # noqa: S310 - the scheme is in RELEASES
        return bytes(answer.read())


def _published_hash(sums: str, archive: str) -> str:
    for line in sums.splitlines():
        digest, _, name = line.partition("  ")
        if name == archive:
            return digest
    raise MissingTool(f"there is no {archive}: install Terraform {VERSION} or newer yourself and put it on PATH")


def _fetch() -> bytes:
    machine = MACHINES.get(platform.machine().lower(), platform.machine().lower())
    archive = f"terraform_{VERSION}_{sys.platform.replace('win32', 'windows')}_{machine}.zip"
    say(f"Terraform is not on PATH: downloading {archive}")
    try:
        sums = _download(f"{RELEASES}/{VERSION}/terraform_{VERSION}_SHA256SUMS").decode()
        content = _download(f"{RELEASES}/{VERSION}/{archive}")
    except (urllib.error.URLError, TimeoutError) as error:
        raise MissingTool(
            f"Terraform is missing and cannot be downloaded ({error}): install it and put it on PATH"
        ) from None
    if hashlib.sha256(content).hexdigest() != _published_hash(sums, archive):
        raise MissingTool(f"{archive} does not match its published hash: nothing was installed; try again")
    return content


def ensure_terraform() -> str:
    """Terraform's path; downloaded into `.tools/terraform` when there is none."""
    found = find_terraform()
    if found:
        return found
    content = _fetch()
    folder = TOOLS / "terraform"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = next(entry for entry in archive.namelist() if entry.startswith("terraform"))
        program = Path(archive.extract(name, folder))
    program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return str(program)


def find_mirror() -> Path | None:
    """A folder on this machine that holds the AWS provider, in the layout `init -plugin-dir` takes."""
    named = os.environ.get("TF_PLUGIN_DIR")
    places = [Path(named)] if named else []
    places += [Path(place).expanduser() for place in MIRRORS]
    places += sorted(Path("/opt").glob("*"))
    return next((place for place in places if (place / PROVIDER).is_dir()), None)
