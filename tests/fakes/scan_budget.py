"""Budgets for looks in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pricing.domain.scan_effects import Effects
from pricing.usecases.scan_budget import KeptBudget


@dataclass
class FakeBudgets:
    """Budgets by organisation, and what each message of readings brought."""

    kept: dict[str, KeptBudget] = field(default_factory=dict)
    brought: dict[str, tuple[str, datetime, Effects]] = field(default_factory=dict)

    async def find(self, organisation_id: str) -> KeptBudget | None:
        return self.kept.get(organisation_id)

    async def set(self, kept: KeptBudget) -> None:
        before = self.kept.get(kept.organisation_id)
        told: dict[str, Any] = {"budget": kept.budget, "set_by": kept.set_by, "set_at": kept.set_at}
        self.kept[kept.organisation_id] = (
            kept if before is None else replace(before, **told, revision=before.revision + 1)
        )

    async def remove(self, organisation_id: str) -> None:
        self.kept.pop(organisation_id, None)

    async def spend(self, kept: KeptBudget) -> bool:
        before = self.kept.get(kept.organisation_id)
        if before is None or before.revision != kept.revision:
            return False
        self.kept[kept.organisation_id] = replace(kept, revision=kept.revision + 1)
        return True

    async def effects(self, organisation_id: str, since: datetime) -> Effects:
        own = [one for who, at, one in self.brought.values() if who == organisation_id and at >= since]
        return Effects(
            looks=sum(one.looks for one in own),
            billed_ms=sum(one.billed_ms for one in own),
            changes=sum(one.changes for one in own),
            useful=sum(one.useful for one in own),
        )
