"""Promotions in memory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pricing.domain.errors import PromotionChanged, PromotionNotFound
from pricing.domain.promotions.law import the_law
from pricing.domain.promotions.promotion import BEGUN, LIVE, Promotion, PromotionState
from pricing.usecases.promotions.assess import AssessPromotion
from pricing.usecases.promotions.run import RunPromotions
from pricing.usecases.publication_gate import Gate
from pricing.usecases.publish import StartBatch
from shared.kernel.clock import system_clock
from shared.kernel.errors import Unavailable
from shared.kernel.paging import Page, Window
from tests.fakes.holds import FakeHolds
from tests.fakes.lists import page_of
from tests.fakes.own_prices import FakeOwnPrices
from tests.fakes.pricing import FakeFacts
from tests.fakes.publication import FakeChanges


@dataclass
class FakePromotions:
    """Promotions by id. It can be told to be out of order for one of them."""

    kept: dict[str, Promotion] = field(default_factory=dict)
    told: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    async def add(self, promotion: Promotion) -> Promotion:
        return self.kept.setdefault(promotion.promotion_id, promotion)

    async def get(self, organisation_id: str, promotion_id: str) -> Promotion:
        found = self.kept.get(promotion_id)
        if found is None or found.organisation_id != organisation_id:
            raise PromotionNotFound("none")
        return found

    async def page(
        self, organisation_id: str, window: Window, shop_id: str | None, state: PromotionState | None
    ) -> Page[Promotion]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id]
        wanted = [one for one in own if shop_id in {None, one.shop_id} and state in {None, one.state}]
        return page_of(wanted, lambda one: one.promotion_id, window, newest_first=True)

    async def save(self, promotion: Promotion) -> None:
        if promotion.promotion_id in self.broken:
            raise Unavailable("the database did not answer")
        known = self.kept.get(promotion.promotion_id)
        is_next = known is not None and known.revision + 1 == promotion.revision
        if known is None or not is_next or known.organisation_id != promotion.organisation_id:
            raise PromotionChanged("changed")
        self.kept[promotion.promotion_id] = promotion

    async def approve(self, promotion: Promotion) -> Sequence[str]:
        overlapping = [one.promotion_id for one in await self.overlapping(promotion, LIVE)]
        if not overlapping:
            await self.save(promotion)
        return overlapping

    async def overlapping(self, promotion: Promotion, states: Collection[PromotionState]) -> Sequence[Promotion]:
        return [
            one
            for one in self._of(promotion.organisation_id, promotion.product_ids, states)
            if one.promotion_id != promotion.promotion_id
            and one.starts_at < promotion.ends_at
            and one.ends_at > promotion.starts_at
        ]

    async def begun(self, organisation_id: str, product_ids: Sequence[str]) -> Sequence[Promotion]:
        return self._of(organisation_id, product_ids, BEGUN)

    async def touching(self, organisation_id: str, product_ids: Sequence[str], at: datetime) -> Sequence[Promotion]:
        some = self._of(organisation_id, product_ids, (*LIVE, PromotionState.ENDED))
        return [one for one in some if one.starts_at <= at <= one.ends_at]

    async def due(self, at: datetime, limit: int) -> Sequence[Promotion]:
        waiting = [(one.due_at, one) for one in self.kept.values() if one.due_at is not None and one.due_at <= at]
        return [one for _, one in sorted(waiting, key=lambda pair: pair[0])][:limit]

    async def keep_evidence(self, organisation_id: str, promotion_id: str, evidence: Sequence[dict[str, Any]]) -> None:
        assert organisation_id
        self.told |= {(promotion_id, one["product_id"]): one for one in evidence}

    async def evidence(self, organisation_id: str, promotion_id: str) -> Sequence[dict[str, Any]]:
        known = self.kept.get(promotion_id)
        if known is not None and known.organisation_id != organisation_id:
            return []
        own = [one for (whose, _), one in self.told.items() if whose == promotion_id]
        return sorted(own, key=lambda one: str(one["sku"]))

    def _of(
        self, organisation_id: str, product_ids: Sequence[str], states: Collection[PromotionState]
    ) -> list[Promotion]:
        own = [one for one in self.kept.values() if one.organisation_id == organisation_id and one.state in states]
        wanted = set(product_ids)
        return sorted((one for one in own if wanted.intersection(one.product_ids)), key=lambda one: one.promotion_id)


@dataclass
class FakeDecidesAgain:
    """Remembers which partitions are to be decided again."""

    noted: list[tuple[str, str, str]] = field(default_factory=list)

    async def decide_again(self, organisation_id: str, shop_id: str, partitions: Collection[str], at: datetime) -> None:
        assert at.tzinfo is not None
        self.noted += [(organisation_id, shop_id, one) for one in sorted(partitions)]


def runs_no_promotions(start: StartBatch, gate: Gate) -> RunPromotions:
    """What runs promotions where there is none."""
    promotions, facts, holds = FakePromotions(), FakeFacts(), FakeHolds()
    assess = AssessPromotion(facts=facts, own_prices=FakeOwnPrices(), holds=holds, promotions=promotions, law=the_law())
    return RunPromotions(
        promotions=promotions,
        assess=assess,
        facts=facts,
        holds=holds,
        changes=FakeChanges(),
        start=start,
        gate=gate,
        decides=FakeDecidesAgain(),
        clock=system_clock,
    )
