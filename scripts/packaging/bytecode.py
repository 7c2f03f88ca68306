"""Compiled modules that Python takes without looking at their source.

The zips' sources are dated 1980 and Lambda may unpack them with any date, so a dated `.pyc` would
be thrown away and compiled anew at every cold start: 3.4 times the whole initialisation.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

COMPILER = Path(__file__).with_name("compile_sources.py")
COMPILE_SECONDS = 600


class BrokenSource(Exception):
    """Some sources are not Python that this interpreter can compile."""


def with_compiled(folder: Path, *, prefix: str, unpacked: str) -> dict[str, bytes]:
    """Every file of the folder and every module's bytecode, by the name each has in the zip."""
    sources = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    _compile(folder, sources, unpacked + prefix)
    files = (path for path in folder.rglob("*") if path.is_file())
    return {prefix + path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _compile(folder: Path, names: Sequence[str], unpacked: str) -> None:
    done = subprocess.run(
        [sys.executable, "-s", "-S", "-P", "-B", str(COMPILER), str(folder), unpacked],
        input="\n".join(names),
        check=False,
        capture_output=True,
        text=True,
        timeout=COMPILE_SECONDS,
        env={"PYTHONHASHSEED": "0", "PATH": os.environ.get("PATH", "")},
    )
    if done.returncode:
        raise BrokenSource(done.stderr.strip())
