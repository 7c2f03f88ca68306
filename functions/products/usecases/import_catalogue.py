"""Import a catalogue file: the good rows are taken in, the others reported by line and column.

Importing the same file again changes nothing, so a failed upload is mended by repeating it.
"""

from dataclasses import dataclass
from itertools import batched

from products.domain.importing import read_file
from products.domain.product import Origin
from products.usecases.ports import Catalogue, ImportReport, Imports, Merged, Shops
from shared.kernel.clock import Clock
from shared.kernel.identifiers import fresh_id

ROWS_IN_A_TRANSACTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCatalogue:
    """Take a CSV file with named headers into a shop's catalogue."""

    shops: Shops
    catalogue: Catalogue
    imports: Imports
    clock: Clock

    async def __call__(
        self,
        organisation_id: str,
        shop_id: str,
        text: str,
        *,
        requested_by: str | None = None,
        import_id: str | None = None,
    ) -> ImportReport:
        """Return the report: rows, what they changed, and what is wrong with those left out.

        An import that a person asks for is a new job; one that a job asks for has the job's id.
        """
        shop = await self.shops.get(organisation_id, shop_id)
        read = read_file(text, shop.mapping, shop.currency)
        at = self.clock()
        origin = Origin(
            organisation_id=organisation_id,
            shop_id=shop_id,
            currency=shop.currency,
            own_seller_ids=shop.own_seller_ids,
            tax_basis=shop.tax_basis,
            country=shop.country,
            time_zone=shop.timezone,
            at=at,
            told=read.told - {"currency"},
        )
        merged = Merged()
        for drafts in batched(read.good, ROWS_IN_A_TRANSACTION, strict=False):
            merged += await self.catalogue.take_in(drafts, origin)
        report = ImportReport(
            import_id=import_id or fresh_id("imp", at),
            organisation_id=organisation_id,
            shop_id=shop_id,
            at=at,
            rows=read.rows,
            merged=merged,
            faults=read.faults,
        )
        return await self.imports.add(report, requested_by)
