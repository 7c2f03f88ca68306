"""Which process a pid means: its start time tells it from a later process that got the same number."""

import os
import subprocess
from pathlib import Path

_STATE, _STARTED = 0, 19  # fields after the command's closing bracket in /proc/<pid>/stat


def _from_proc(pid: int) -> str | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[_STATE] in {"Z", "X"} else fields[_STARTED]


def _from_ps(pid: int) -> str | None:
    done = subprocess.run(
        ["ps", "-p", str(pid), "-o", "stat=,lstart="], check=False, capture_output=True, text=True, timeout=10
    )
    state, _, started = done.stdout.strip().partition(" ")
    return None if done.returncode or state.startswith("Z") else started.strip()


def started_at(pid: int) -> str | None:
    """When the process started, in the system's own words; None when there is no such living process."""
    if os.name != "posix" or pid <= 0:
        return None
    return _from_proc(pid) if Path("/proc/self/stat").exists() else _from_ps(pid)
