"""Jobs that tell products again, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from products.domain.product import Product
from products.usecases.retell import Retelling
from shared.kernel.errors import Unavailable


@dataclass
class FakeRetellings:
    """How far each job is, what it told and what it planned. Killed before a batch, it raises as a dying worker."""

    kept: dict[tuple[str, str], Retelling] = field(default_factory=dict)
    planned: dict[str, int] = field(default_factory=dict)
    told: list[Product] = field(default_factory=list)
    rest: list[Retelling] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    killed_after: int | None = None

    async def begin(self, retelling: Retelling, products: int) -> Retelling:
        self.planned.setdefault(retelling.job_id, products)
        return self.kept.setdefault(_key(retelling), retelling)

    async def tell(self, retelling: Retelling, products: Sequence[Product], at: datetime) -> Retelling:
        if self.killed_after == 0:
            raise Unavailable("the worker died")
        if self.killed_after is not None:
            self.killed_after -= 1
        known = self.kept[_key(retelling)]
        if (known.after, known.finished_at) != (retelling.after, None):
            return known
        after = replace(known, finished_at=at)
        if products:
            after = replace(known, after=products[-1].product_id, told=known.told + len(products))
        self.told += products
        self.kept[_key(retelling)] = after
        return after

    async def go_on(self, retelling: Retelling, at: datetime) -> None:
        assert at.tzinfo is not None
        self.rest.append(retelling)

    async def stop(self, retelling: Retelling, at: datetime) -> None:
        self.kept[_key(retelling)] = replace(retelling, finished_at=at)

    async def refuse(self, organisation_id: str, job_id: str, detail: str, at: datetime) -> None:
        assert organisation_id
        assert at.tzinfo is not None
        self.refused[job_id] = detail


def _key(retelling: Retelling) -> tuple[str, str]:
    return retelling.organisation_id, retelling.job_id
