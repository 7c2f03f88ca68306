"""Wishes for the catalogue's facts, through the outbox."""

from pricing.usecases.rebuild_facts import Rebuild
from shared.contracts.pricing import FactsWanted
from shared.kernel.identifiers import derived_id
from shared.runtime.job_facts import JobFacts
from shared.runtime.outbox import Outbox


class OutboxRebuilds:
    """What pricing asks the catalogue for."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def start(self, rebuild: Rebuild) -> None:
        """Announce the job and ask the catalogue, in one."""
        facts = JobFacts(rebuild.organisation_id, rebuild.job_id, ordered=False)
        title = f"Facts of {rebuild.shop_id} told again"
        opened = facts.opened("rebuild", title, rebuild.requested_by, rebuild.requested_at, rebuild.shop_id)
        wanted = FactsWanted(
            id=derived_id("evt", "pricing.facts-wanted", rebuild.job_id),
            occurred_at=rebuild.requested_at,
            correlation_id=rebuild.job_id,
            organisation_id=rebuild.organisation_id,
            job_id=rebuild.job_id,
            shop_id=rebuild.shop_id,
        )
        await self._outbox.tell([opened, wanted])
