"""Tell every product of a shop again, for a reader whose copy of the catalogue is damaged or lost.

It is told in batches, in the order of the products' ids; how far it is, is kept with each batch. So a worker that dies
loses nothing, and whoever comes after it goes on where it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from products.domain.errors import ShopNotFound
from products.domain.product import Product
from products.usecases.ports import Catalogue, Shops
from shared.kernel.clock import Clock

PRODUCTS_AT_ONCE = 500
# The rest is left to a message of its own; a chain of such messages stays short even for a million products.
PRODUCTS_FOR_A_MESSAGE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Retelling:
    """A job that tells a shop's products again: those up to `after` were told."""

    job_id: str
    organisation_id: str
    shop_id: str
    began_at: datetime
    after: str = ""
    told: int = 0
    finished_at: datetime | None = None


class Retellings(Protocol):
    """How far the jobs are that tell products again."""

    async def begin(self, retelling: Retelling, products: int) -> Retelling:
        """Keep a new job and announce how much it has to do, in one; one that is kept stays as it is."""

    async def tell(self, retelling: Retelling, products: Sequence[Product], at: datetime) -> Retelling:
        """Tell the products that come next and how far that brings the job, in one; without any the job is done.

        When another worker was faster nothing is told. Returns the job as it is kept then.
        """

    async def go_on(self, retelling: Retelling, at: datetime) -> None:
        """Ask for the rest."""

    async def stop(self, retelling: Retelling, at: datetime) -> None:
        """Note that nothing more is to be told."""

    async def refuse(self, organisation_id: str, job_id: str, detail: str, at: datetime) -> None:
        """Announce that there is nothing to tell, and why."""


class Stops(Protocol):
    """The wishes that work may end before it is done."""

    async def stopped(self, organisation_id: str, job_id: str) -> bool:
        """Whether the job is to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAgain:
    """Tell a shop's products again, as far as the time reaches."""

    shops: Shops
    catalogue: Catalogue
    retellings: Retellings
    stops: Stops
    clock: Clock

    async def __call__(self, organisation_id: str, job_id: str, shop_id: str, has_time: Callable[[], bool]) -> None:
        """Go on with the job, or end it with the reason when there is no such shop."""
        try:
            await self.shops.get(organisation_id, shop_id)
        except ShopNotFound as error:
            await self.retellings.refuse(organisation_id, job_id, f"{error.code}: {error.detail}", self.clock())
            return
        job = Retelling(job_id=job_id, organisation_id=organisation_id, shop_id=shop_id, began_at=self.clock())
        job = await self.retellings.begin(job, await self.catalogue.count(organisation_id, shop_id))
        enough = job.told + PRODUCTS_FOR_A_MESSAGE
        while job.finished_at is None:
            if await self.stops.stopped(organisation_id, job_id):
                await self.retellings.stop(job, self.clock())
                break
            if job.told >= enough or not has_time():
                await self.retellings.go_on(job, self.clock())
                break
            products = await self.catalogue.following(organisation_id, shop_id, job.after, PRODUCTS_AT_ONCE)
            job = await self.retellings.tell(job, products, self.clock())
