"""Pull a catalogue file from the web: fetched where no store is reachable, imported where the web is not."""

from dataclasses import dataclass
from typing import Protocol

from products.domain.errors import FileNotPulled


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A job's order: which file, for which shop."""

    job_id: str
    organisation_id: str
    shop_id: str
    source_url: str


class Files(Protocol):
    """Files on the web."""

    async def fetch(self, url: str) -> bytes:
        """Return the file at an address; `FileNotPulled` says why there is none."""


class Drop(Protocol):
    """Where pulled files are handed over."""

    async def hand_over(self, pull: Pull, content: bytes) -> None:
        """Keep the file and tell the importer; twice is once."""

    async def give_up(self, pull: Pull, problem: str) -> None:
        """Tell the importer why there is no file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullFile:
    """Fetch a shop's file and hand it over, or say why it could not be fetched."""

    files: Files
    drop: Drop

    async def __call__(self, pull: Pull) -> None:
        """End in a file or in a named problem; either reaches the job."""
        try:
            content = await self.files.fetch(pull.source_url)
        except FileNotPulled as error:
            await self.drop.give_up(pull, error.detail)
            return
        await self.drop.hand_over(pull, content)
