"""A Prometheus server for the tests: found, taken from Debian's packages, or downloaded and checked by its hash."""

from __future__ import annotations

import hashlib
import io
import platform
import shutil
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from scripts.toolchain.basics import TOOLS, MissingTool, last_line, run, say

VERSION = "2.53.5"
RELEASES = "https://github.com/prometheus/prometheus/releases/download"
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def find_prometheus() -> str | None:
    """Prometheus on PATH or in `.tools`, if it runs."""
    for found in (shutil.which("prometheus"), str(TOOLS / "prometheus" / "prometheus")):
        if found and run([found, "--version"], timeout=60)[0] == 0:
            return found
    return None


def _from_debian(folder: Path) -> bool:
    """Take the program out of Debian's package, which needs no right to install; False where that cannot be."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return False
    with tempfile.TemporaryDirectory() as place:
        fetch = ["sh", "-c", f"cd {place} && apt-get download -q prometheus"]
        if run(fetch)[0] and (run(["apt-get", "update", "-q"])[0] or run(fetch)[0]):
            return False
        package = next(Path(place).glob("prometheus_*.deb"))
        code, output = run(["dpkg-deb", "-x", str(package), place])
        if code:
            raise MissingTool(f"Debian's Prometheus cannot be unpacked: {last_line(output)}")
        shutil.copy2(Path(place, "usr", "bin", "prometheus"), folder / "prometheus")
    return True


def _download(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=120) as answer:  # noqa: S310 - the scheme is in RELEASES
        return bytes(answer.read())


def _from_release(folder: Path) -> None:
    machine = MACHINES.get(platform.machine().lower(), platform.machine().lower())
    archive = f"prometheus-{VERSION}.{sys.platform}-{machine}.tar.gz"
    try:
        sums = _download(f"{RELEASES}/v{VERSION}/sha256sums.txt").decode()
        content = _download(f"{RELEASES}/v{VERSION}/{archive}")
    except (urllib.error.URLError, TimeoutError) as error:
        raise MissingTool(f"Prometheus is missing and cannot be downloaded ({error}): put it on PATH") from None
    if f"{hashlib.sha256(content).hexdigest()}  {archive}" not in sums:
        raise MissingTool(f"{archive} does not match its published hash: nothing was installed; try again")
    with tarfile.open(fileobj=io.BytesIO(content)) as opened:
        program = next(one for one in opened.getmembers() if one.name.endswith("/prometheus"))
        program.name = "prometheus"
        opened.extract(program, folder, filter="data")


def ensure_prometheus() -> str:
    """Prometheus's path; put into `.tools/prometheus` when there is none."""
    found = find_prometheus()
    if found:
        return found
    folder = TOOLS / "prometheus"
    folder.mkdir(parents=True, exist_ok=True)
    say("Prometheus is not on PATH: fetching it for the tests")
    if not _from_debian(folder):
        _from_release(folder)
    return str(folder / "prometheus")
