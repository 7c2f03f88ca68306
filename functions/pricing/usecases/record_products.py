"""Keep pricing's own copy of what the catalogue announces; an older message never replaces a newer one."""

from collections.abc import Sequence
from dataclasses import dataclass

from pricing.domain.market import ProductFacts
from pricing.usecases.ports import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordProducts:
    """Keep what the catalogue announced."""

    facts: Facts

    async def __call__(self, facts: Sequence[ProductFacts], *, again: bool = False) -> None:
        """Keep each fact unless a later revision is known; what is told `again` mends a copy of the same revision."""
        await self.facts.keep(facts, again=again)
