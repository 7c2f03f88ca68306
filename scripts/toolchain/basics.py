"""Folders, one kind of error, quiet commands and the hash that says "nothing changed"."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
LOCAL = ROOT / ".local"
PYTHON_VERSION = "3.13"


class MissingTool(Exception):
    """Something is missing; the text is one line that says what and how to mend it."""


def scripts_folder(environment: Path) -> Path:
    """Where an environment keeps its programs."""
    return environment / ("Scripts" if os.name == "nt" else "bin")


def say(line: str) -> None:
    """Tell what takes time, where a person looks; standard output stays for results."""
    sys.stderr.write(f"setup: {line}\n")
    sys.stderr.flush()


def run(command: list[str], *, timeout: float = 600, extra: dict[str, str] | None = None) -> tuple[int, str]:
    """Exit code and everything said; a program that is absent, hangs or cannot start fails with a code as well."""
    try:
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            cwd=ROOT,
            env={**os.environ, **(extra or {})},
        )
    except FileNotFoundError:
        return 127, f"{command[0]} not found"
    except PermissionError:
        return 126, f"{command[0]} may not be run"
    except subprocess.TimeoutExpired:
        return 124, f"{command[0]} gave no answer within {timeout:.0f} s"
    return done.returncode, done.stdout.strip()


def last_line(text: str) -> str:
    """The line of a failed program's output that usually names the cause."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no output"


def fingerprint(*parts: Path | str) -> str:
    """One hash over texts and the contents of files."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    """Whether the last finished set-up was for exactly this."""
    return stamp.is_file() and stamp.read_text(encoding="ascii") == wanted
