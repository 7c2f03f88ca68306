"""A folder of recorded pages, served under the addresses they were recorded at."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class RecordedPages:
    """Files by host and address; a fragment never reaches a server and is no part of the key."""

    files: dict[tuple[str, str], Path]

    def page(self, host: str, path_and_query: str) -> bytes | None:
        """Return a recorded page, if this address has one."""
        file = self.files.get((host, unquote(path_and_query)))
        return gzip.decompress(file.read_bytes()) if file else None

    def hosts(self) -> frozenset[str]:
        """Return the hosts that have pages."""
        return frozenset(host for host, _ in self.files)


def recorded_pages(folder: Path) -> RecordedPages:
    """Index a folder that holds ground_truth.json (key → url) and html/<key>.html.gz."""
    labels = json.loads((folder / "ground_truth.json").read_text(encoding="utf-8"))
    found: dict[tuple[str, str], Path] = {}
    for key, label in labels.items():
        parts = urlsplit(label["url"])
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        found[parts.hostname or "", unquote(address)] = folder / "html" / f"{key}.html.gz"
    return RecordedPages(found)
