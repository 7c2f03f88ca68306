"""Take a figure of the shop's own while a canary is out, and stop a publication that hurts."""

from dataclasses import dataclass

from pricing.domain.errors import NoCanaryOut
from pricing.domain.publication import Kpi, fell_too_far
from pricing.usecases.publication_gate import Gate
from pricing.usecases.publication_ports import Batch, Batches


@dataclass(frozen=True, slots=True, kw_only=True)
class TellKpi:
    """Compare a figure with what the shop's settings bear."""

    batches: Batches
    gate: Gate

    async def __call__(self, organisation_id: str, user_id: str, batch_id: str, kpi: Kpi) -> Batch:
        """Return the batch, which ends before its rest when the figure fell too far; `NoCanaryOut` when none waits."""
        batch = await self.batches.get(organisation_id, batch_id)
        if batch.state != "CANARY":
            raise NoCanaryOut(f"«{batch_id}» is {batch.state}; figures are heard while its canary is out")
        settings = await self.gate.settings_of(organisation_id, batch.shop_id)
        why = fell_too_far(kpi, settings)
        return batch if why is None else await self.batches.halt(batch, f"{why}, told by {user_id}")
