"""Import a file that was pulled from the web, under the id of its job."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from products.domain.errors import FileNotPulled
from products.usecases.import_catalogue import ImportCatalogue
from products.usecases.ports import Imports
from shared.kernel.clock import Clock
from shared.kernel.errors import Rejected
from shared.kernel.tables import text_of_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What the puller tells: the file's hash, or why there is no file."""

    job_id: str
    organisation_id: str
    shop_id: str
    sha256: str | None
    problem: str


class PulledFiles(Protocol):
    """The files that the puller kept."""

    async def read(self, organisation_id: str, job_id: str) -> bytes:
        """Return a pulled file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPulled:
    """Import a pulled file; a file that is not there or cannot be read ends its job with the reason."""

    files: PulledFiles
    import_catalogue: ImportCatalogue
    imports: Imports
    clock: Clock

    async def __call__(self, pulled: Pulled) -> None:
        """Import the file, once however often this is asked."""
        try:
            text = text_of_file(await self._content(pulled))
            await self.import_catalogue(pulled.organisation_id, pulled.shop_id, text, import_id=pulled.job_id)
        except Rejected as error:
            whose, at = pulled.organisation_id, self.clock()
            await self.imports.refuse(whose, pulled.shop_id, pulled.job_id, error.detail, at)

    async def _content(self, pulled: Pulled) -> bytes:
        if pulled.sha256 is None:
            raise FileNotPulled(pulled.problem)
        content = await self.files.read(pulled.organisation_id, pulled.job_id)
        if hashlib.sha256(content).hexdigest() != pulled.sha256:
            raise FileNotPulled("the file was replaced on its way; pull it again")
        return content
