"""The environment that started programs get: nothing of the caller's but what any program needs."""

import os
from pathlib import Path

KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TZ")


def clean_environment(home: Path, **added: str) -> dict[str, str]:
    """Functions inherit the emulator's environment, so a stray variable here would be a setting there."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "HOME": str(home), "TMPDIR": str(home / "tmp"), **added}
