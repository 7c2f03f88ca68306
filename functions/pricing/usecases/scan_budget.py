"""The budget for looks: what an organisation pays for, where it is spent, and what it brought."""

import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

from pricing.domain.errors import NoScanBudget
from pricing.domain.market import Offer, ProductFacts
from pricing.domain.scan_budget import Budget, Candidate, chosen, credit, distance_to_flip
from pricing.domain.scan_effects import Effects, on_sale
from pricing.usecases.ports import Facts, Offers
from shared.kernel.clock import Clock

DAYS_REPORTED = 30
PRODUCTS_AT_ONCE = 500
# A budget that was just set may be spent on the first scan.
FIRST_SHARE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBudget:
    """An organisation's budget, and what is left of it: `left` looks at `at`, after granting `granted` to `job_id`."""

    organisation_id: str
    budget: Budget
    set_by: str
    set_at: datetime
    left: float = 0.0
    at: datetime | None = None
    job_id: str | None = None
    granted: int = 0
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
        """Return the offers to look at; asking twice for one job is granting once."""
        now = self.clock()
        kept = await self._granted(organisation_id, job_id, now)
        offers: dict[str, Offer] = {}
        candidates: list[Candidate] = []
        async for facts, of_product in self._products(organisation_id):
            candidates += _candidates(facts, of_product)
            offers |= {offer.offer_id: offer for offer in of_product}
        return [offers[one.offer_id] for one in chosen(candidates, kept.budget, kept.granted, now)]

    async def _granted(self, organisation_id: str, job_id: str, now: datetime) -> KeptBudget:
        while True:
            kept = await self.budgets.find(organisation_id)
            if kept is None:
                raise NoScanBudget("there is no budget for looks; PUT /pricing/scan-budget sets one")
            if kept.job_id == job_id:
                return kept
            since = FIRST_SHARE if kept.at is None else now - kept.at
            left = credit(kept.budget, kept.left, max(since, timedelta(0)))
            most = math.floor(left)
            spent = replace(kept, left=left - most, at=now, job_id=job_id, granted=most)
            if await self.budgets.spend(spent):
                return spent

    async def _products(self, organisation_id: str) -> AsyncIterator[tuple[ProductFacts | None, list[Offer]]]:
        part: list[list[Offer]] = []
        walked = [one async for one in self.offers.walk(organisation_id)]
        for _, some in groupby(walked, key=lambda one: one.product_id):
            part.append(list(some))
            if len(part) == PRODUCTS_AT_ONCE:
                async for one in self._with_facts(organisation_id, part):
                    yield one
                part = []
        async for one in self._with_facts(organisation_id, part):
            yield one

    async def _with_facts(
        self, organisation_id: str, part: list[list[Offer]]
    ) -> AsyncIterator[tuple[ProductFacts | None, list[Offer]]]:
        facts = await self.facts.by_id(organisation_id, [some[0].product_id for some in part])
        for some in part:
            yield facts.get(some[0].product_id), some


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
