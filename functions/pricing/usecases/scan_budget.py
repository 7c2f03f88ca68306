"""The budget for looks: what an organisation pays for, where it is spent, and what it brought."""

import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from pricing.domain.errors import NoScanBudget
from pricing.domain.market import Offer, ProductFacts
from pricing.domain.scan_budget import Budget, Candidate, chosen, credit, distance_to_flip
from pricing.domain.scan_effects import Effects, on_sale
from pricing.usecases.ports import Facts, Offers
from shared.kernel.clock import Clock

DAYS_REPORTED = 30
PRODUCTS_AT_ONCE = 500
# A message that comes again comes within days.
GRANTS_KEPT = 50
# A budget that was just set may be spent on the first scan.
FIRST_SHARE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBudget:
    """An organisation's budget, and what is left of it: `left` looks at `at`. `granted`: looks by job."""

    organisation_id: str
    budget: Budget
    set_by: str
    set_at: datetime
    left: float = 0.0
    at: datetime | None = None
    granted: dict[str, int] = field(default_factory=dict)
    revision: int = 1


class Budgets(Protocol):
    """The budgets of every organisation, and what their looks brought."""

    async def find(self, organisation_id: str) -> KeptBudget | None:
        """Return the budget, if there is one."""

    async def set(self, kept: KeptBudget) -> None:
        """Keep a budget in the place of the one before; what is left stays."""

    async def remove(self, organisation_id: str) -> None:
        """Forget the budget; one that is not there is forgotten already."""

    async def spend(self, kept: KeptBudget) -> bool:
        """Keep what is left, unless somebody spent at the same moment; returns whether it was kept."""

    async def effects(self, organisation_id: str, since: datetime) -> Effects:
        """Sum up what looks brought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseByBudget:
    """Choose the offers that the looks of this moment are best spent on."""

    facts: Facts
    offers: Offers
    budgets: Budgets
    clock: Clock

    async def __call__(self, organisation_id: str, job_id: str) -> Sequence[Offer]:
        """Return the offers to look at. What a job was granted stays what it was granted, however often it asks."""
        now = self.clock()
        await self._budget(organisation_id)
        candidates = [one async for one in self._candidates(organisation_id)]
        while True:
            kept = await self._budget(organisation_id)
            since = FIRST_SHARE if kept.at is None else max(now - kept.at, timedelta(0))
            left = credit(kept.budget, kept.left, since)
            granted = kept.granted.get(job_id)
            some = chosen(candidates, kept.budget, math.floor(left) if granted is None else granted, now)
            if granted is None:
                grants = {**kept.granted, job_id: len(some)}
                newest = dict(list(grants.items())[-GRANTS_KEPT:])
                spent = replace(kept, left=left - len(some), at=now, granted=newest)
                if not await self.budgets.spend(spent):
                    continue
            return await self.offers.some(organisation_id, [one.offer_id for one in some])

    async def _budget(self, organisation_id: str) -> KeptBudget:
        kept = await self.budgets.find(organisation_id)
        if kept is None:
            raise NoScanBudget("there is no budget for looks; PUT /pricing/scan-budget sets one")
        return kept

    async def _candidates(self, organisation_id: str) -> AsyncIterator[Candidate]:
        """Every offer of the organisation, a few hundred products at a time."""
        part: dict[str, list[Offer]] = {}
        async for offer in self.offers.walk(organisation_id):
            if offer.product_id not in part and len(part) == PRODUCTS_AT_ONCE:
                for one in await self._of_part(organisation_id, part):
                    yield one
                part = {}
            part.setdefault(offer.product_id, []).append(offer)
        for one in await self._of_part(organisation_id, part):
            yield one

    async def _of_part(self, organisation_id: str, part: dict[str, list[Offer]]) -> list[Candidate]:
        facts = await self.facts.by_id(organisation_id, list(part)) if part else {}
        return [one for product_id, offers in part.items() for one in _candidates(facts.get(product_id), offers)]


def _candidates(facts: ProductFacts | None, offers: list[Offer]) -> list[Candidate]:
    watched = [offer for offer in offers if not offer.is_lost]
    sold = {offer.offer_id: float(price) for offer in watched if (price := on_sale(offer)) is not None}
    floor = None if facts is None or facts.min_price is None else float(facts.min_price)
    earns = 1.0 if facts is None or facts.price is None else float(facts.price)
    return [
        Candidate(
            offer_id=offer.offer_id,
            volatility=offer.volatility,
            looked_at=_looked_at(offer),
            distance=_distance(offer, [price for one, price in sold.items() if one != offer.offer_id], floor),
            earns=earns,
        )
        for offer in watched
    ]


def _distance(offer: Offer, others: list[float], floor: float | None) -> float:
    seen = offer.latest
    if seen is None or seen.landed_price is None or seen.landed_price <= 0:
        return 0.0
    price = seen.landed_price if seen.normalised is None else seen.normalised.landed_price
    return distance_to_flip(float(price), others, floor)


def _looked_at(offer: Offer) -> datetime | None:
    looks = [one.captured_at for one in (offer.latest, offer.last_failure, offer.quarantined) if one is not None]
    return max(looks, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetReport:
    """A budget, and what the looks of the last thirty days brought."""

    kept: KeptBudget
    since: datetime
    effects: Effects


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBudget:
    """Set how many looks a day an organisation pays for."""

    budgets: Budgets
    clock: Clock

    async def __call__(self, organisation_id: str, budget: Budget, user_id: str) -> None:
        """Keep the budget in the place of the one before."""
        at = self.clock()
        kept = KeptBudget(organisation_id=organisation_id, budget=budget, set_by=user_id, set_at=at)
        await self.budgets.set(kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBudget:
    """Read a budget with what it brought."""

    budgets: Budgets
    clock: Clock

    async def __call__(self, organisation_id: str) -> BudgetReport:
        """Return the report; `NoScanBudget` when there is no budget."""
        kept = await self.budgets.find(organisation_id)
        if kept is None:
            raise NoScanBudget("there is no budget for looks; PUT /pricing/scan-budget sets one")
        since = self.clock() - timedelta(days=DAYS_REPORTED)
        return BudgetReport(kept=kept, since=since, effects=await self.budgets.effects(organisation_id, since))
