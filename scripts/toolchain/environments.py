"""Virtual environments that hold exactly what a requirements file pins, hashes checked."""

from __future__ import annotations

from pathlib import Path

from scripts.toolchain.basics import (
    PYTHON_VERSION,
    ROOT,
    MissingTool,
    fingerprint,
    is_current,
    last_line,
    run,
    say,
    scripts_folder,
)
from scripts.toolchain.python import find_python
from scripts.toolchain.uv import find_uv, pip_settings


def _wanted(requirements: Path, *, with_project: bool) -> str:
    parts: list[Path | str] = [PYTHON_VERSION, requirements]
    return fingerprint(*parts, ROOT / "pyproject.toml") if with_project else fingerprint(*parts)


def _uv(uv: str, arguments: list[str], purpose: str, settings: dict[str, str]) -> None:
    code, output = run([uv, *arguments], extra=settings)
    if code:
        raise MissingTool(f"cannot {purpose}: {last_line(output)}")


def ensure_environment(folder: Path, requirements: Path, *, with_project: bool) -> None:
    """Make or bring up to date one environment; nothing is done when it already holds what is pinned."""
    stamp = folder / ".requirements.sha256"
    python = scripts_folder(folder) / "python"
    wanted = _wanted(requirements, with_project=with_project)
    if python.exists() and is_current(stamp, wanted):
        return
    name = folder.relative_to(ROOT)
    uv, settings = find_uv(), pip_settings()
    if run([str(python), "-c", "import sys; sys.exit(sys.version_info[:2] != (3, 13))"], timeout=30)[0]:
        say(f"making {name}")
        interpreter = find_python(uv)
        _uv(uv, ["venv", "--quiet", "--clear", "--python", interpreter, str(folder)], f"make {name}", settings)
    say(f"installing {requirements.relative_to(ROOT)} into {name}")
    sync = ["pip", "sync", "--quiet", "--require-hashes", "--python", str(python), str(requirements)]
    _uv(uv, sync, f"install {requirements.relative_to(ROOT)}", settings)
    if with_project:
        install = ["pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--python", str(python)]
        _uv(uv, [*install, "--editable", str(ROOT)], "install the project itself", settings)
    stamp.write_text(wanted, encoding="ascii")
