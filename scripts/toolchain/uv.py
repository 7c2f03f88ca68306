"""uv: found on PATH or in `.tools/uv`, else installed there with the user's own pip configuration."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv

from scripts.toolchain.basics import TOOLS, MissingTool, last_line, run, say, scripts_folder

REQUIREMENT = "uv>=0.5"
# pip's settings that say where packages come from, and what uv calls them: uv does not read pip's files.
PIP_TO_UV = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}


def _install() -> str:
    folder = TOOLS / "uv"
    say("uv is not on PATH: installing it into .tools/uv")
    try:
        venv.create(folder, with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise MissingTool(
            f"cannot make .tools/uv ({error}): install uv, or Python's venv and pip modules, and try again"
        ) from None
    python = str(scripts_folder(folder) / "python")
    code, output = run([python, "-m", "pip", "install", "--quiet", REQUIREMENT])
    if code:
        raise MissingTool(f"pip cannot install uv ({last_line(output)}): install uv yourself and put it on PATH")
    return str(scripts_folder(folder) / "uv")


def find_uv() -> str:
    """The program to call; installed when there is none that runs."""
    for found in (shutil.which("uv"), str(scripts_folder(TOOLS / "uv") / "uv")):
        if found and run([found, "--version"], timeout=30)[0] == 0:
            return found
    return _install()


def pip_settings() -> dict[str, str]:
    """The user's pip sources in uv's words, where uv has been told nothing else."""
    code, output = run([sys.executable, "-m", "pip", "config", "list"], timeout=30)
    settings = {}
    for line in output.splitlines() if code == 0 else ():
        key, _, value = line.partition("=")
        variable = PIP_TO_UV.get(key.rpartition(".")[2])
        if variable and variable not in os.environ:
            settings[variable] = value.strip("'\"")
    return settings
