"""Python 3.13: this one, one that uv or pyenv knows, or one that uv or pyenv installs."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from scripts.toolchain.basics import PYTHON_VERSION, MissingTool, last_line, run, say

PROBE = "import sys; print('%d.%d' % sys.version_info[:2])"


def _is_wanted(program: str) -> bool:
    code, output = run([program, "-c", PROBE], timeout=30)
    return code == 0 and output.splitlines()[-1:] == [PYTHON_VERSION]


def _pyenv_folder() -> Path:
    return Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"


def _candidates(uv: str) -> list[str]:
    found = [sys.executable]
    code, output = run([uv, "python", "find", "--no-project", "--no-python-downloads", PYTHON_VERSION], timeout=60)
    if code == 0:
        found.append(output.splitlines()[-1])
    found += [str(path) for path in sorted(_pyenv_folder().glob(f"{PYTHON_VERSION}.*/bin/python"), reverse=True)]
    named = shutil.which(f"python{PYTHON_VERSION}")
    return [*found, named] if named else found


def find_python(uv: str) -> str:
    """A Python of the version Lambda runs; installed when there is none."""
    for candidate in _candidates(uv):
        if _is_wanted(candidate):
            return candidate
    say(f"no Python {PYTHON_VERSION} found: uv installs one")
    code, output = run([uv, "python", "install", PYTHON_VERSION])
    if code and shutil.which("pyenv"):
        say(f"uv cannot ({last_line(output)}): pyenv builds one")
        code, output = run(["pyenv", "install", "--skip-existing", PYTHON_VERSION], timeout=1800)
    for candidate in _candidates(uv):
        if _is_wanted(candidate):
            return candidate
    raise MissingTool(
        f"no Python {PYTHON_VERSION}, and it could not be installed ({last_line(output)}): "
        f"install Python {PYTHON_VERSION} and try again"
    )
