"""Record what scanners read: made comparable, held against what stands, believed or put into quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pricing.domain.market import Observation, ProductFacts
from pricing.domain.rates import OLDEST, Rates
from pricing.domain.recording import Known
from pricing.usecases.ports import Competitors, Facts, RateTables, Recorded, ScanLog
from shared.kernel.clock import Clock

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordObservations:
    """Record looks. A failed one is recorded too, and leaves the last price as it was.

    A message that comes twice is recorded once for ever, because an observation's id is made of its offer and its
    job. Messages may come in any order: an older look never replaces a newer one.
    """

    log: ScanLog
    facts: Facts
    competitors: Competitors
    rates: RateTables
    clock: Clock

    async def __call__(
        self, job_id: str, message_id: str, observations: Sequence[Observation], *, second_look: bool = False
    ) -> Recorded:
        """Keep the observations that are new; returns how many were."""
        known = await self._known(observations)
        return await self.log.record(job_id, message_id, observations, self.clock(), known, second_look=second_look)

    async def _known(self, observations: Sequence[Observation]) -> Known:
        """What the looks are held against. They are all of one organisation: a message has one."""
        if not observations:
            return Known()
        organisation_id = observations[0].organisation_id
        facts = await self.facts.by_id(organisation_id, list({one.product_id for one in observations}))
        competitors = await self.competitors.some(organisation_id, list({one.competitor_id for one in observations}))
        return Known(competitors=competitors, facts=facts, rates=await self._rates(observations, facts))

    async def _rates(self, observations: Sequence[Observation], facts: dict[str, ProductFacts]) -> Rates:
        own = {product_id: one.currency for product_id, one in facts.items()}
        # What a server left unchanged is only known beside its offer: its currency may be any.
        foreign = [
            one.captured_at.date()
            for one in observations
            if one.is_read and one.product_id in own and one.currency != own[one.product_id]
        ]
        return await self.rates.between(min(foreign) - OLDEST - _A_DAY, max(foreign) + _A_DAY) if foreign else Rates()
