"""A zip whose bytes depend on its entries alone: sorted, dated 1980, one mode for all."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

OLDEST_DATE = (1980, 1, 1, 0, 0, 0)
READABLE = 0o644
LEVEL = 6
UNIX = 3


def add(archive: zipfile.ZipFile, entries: Mapping[str, bytes]) -> None:
    """Append the entries in the order of their names."""
    for name in sorted(entries):
        entry = zipfile.ZipInfo(name, OLDEST_DATE)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = UNIX
        entry.external_attr = READABLE << 16
        archive.writestr(entry, entries[name], compresslevel=LEVEL)


def write(path: Path, entries: Mapping[str, bytes], *, onto: Path | None = None) -> None:
    """Write a new archive, or one that begins with the entries of `onto` as they are compressed there."""
    if onto is not None:
        path.write_bytes(onto.read_bytes())
    with zipfile.ZipFile(path, "w" if onto is None else "a") as archive:
        add(archive, entries)
