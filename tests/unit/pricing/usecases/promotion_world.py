"""A shop with a history of prices, and promotions that run in it, for tests."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from pricing.domain.promotions.law import the_law
from pricing.domain.promotions.own_price import OwnPrice
from pricing.domain.promotions.promotion import Claim, Promotion
from pricing.usecases.promotions.assess import AssessPromotion
from pricing.usecases.promotions.manage import (
    ApprovePromotion,
    ChangePromotion,
    EndPromotion,
    ItemAsked,
    Judged,
    JudgePromotion,
    PromotionAsked,
    ProposePromotion,
)
from pricing.usecases.promotions.prior_price import PriorPrice, ReadPriorPrices
from pricing.usecases.promotions.run import RunPromotions
from tests.builders.pricing import some_facts
from tests.fakes.own_prices import FakeOwnPrices
from tests.fakes.promotions import FakeDecidesAgain, FakePromotions
from tests.unit.pricing.usecases.publication_world import World

DAY0 = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WAS_100 = Claim("was", Decimal(100))
LONG_AGO = -400


@dataclass
class PromotedShop:
    """A shop in Germany; prices that are written are heard of by the next minute."""

    now: datetime = DAY0 - DAY
    world: World = field(default_factory=World)
    own_prices: FakeOwnPrices = field(default_factory=FakeOwnPrices)
    promotions: FakePromotions = field(default_factory=FakePromotions)
    decides: FakeDecidesAgain = field(default_factory=FakeDecidesAgain)

    def __post_init__(self) -> None:
        self.world.facts.kept.clear()
        self.world.shop.prices.clear()

    def product(self, sku: str, *told: tuple[str, float], **changes: Any) -> None:
        """A product with these prices, each since so many days before day 0."""
        fields: dict[str, Any] = {"product_id": f"p-{sku}", "sku": sku, "country": "DE", "time_zone": "Europe/Berlin"}
        facts = some_facts(told[-1][0], **(fields | {"price_number": len(told)} | changes))
        for number, (price, days) in enumerate(told, 1):
            self._note(sku, price, DAY0 + days * DAY, number)
        self.world.facts.kept[facts.product_id] = facts
        self.world.shop.prices[facts.product_id] = facts.price

    def _note(self, sku: str, price: str, since: datetime, number: int) -> None:
        own = OwnPrice(
            organisation_id="org",
            product_id=f"p-{sku}",
            amount=Decimal(price),
            currency="EUR",
            valid_from=since,
            number=number,
            revision=number,
        )
        asyncio.run(self.own_prices.note([own]))

    def set_price(self, sku: str, price: str) -> None:
        """Somebody, or we, set a price in the shop; the catalogue tells of it."""
        facts = self.world.facts.kept[f"p-{sku}"]
        number = (facts.price_number or 0) + 1
        self._note(sku, price, self.now, number)
        self.world.facts.kept[f"p-{sku}"] = replace(
            facts, price=Decimal(price), price_number=number, revision=facts.revision + 1, price_since=self.now
        )
        self.world.shop.prices[f"p-{sku}"] = Decimal(price)

    @property
    def assess(self) -> AssessPromotion:
        return AssessPromotion(
            facts=self.world.facts,
            own_prices=self.own_prices,
            holds=self.world.holds,
            promotions=self.promotions,
            law=the_law(),
        )

    @property
    def judge(self) -> JudgePromotion:
        return JudgePromotion(facts=self.world.facts, assess=self.assess, clock=lambda: self.now)

    @property
    def running(self) -> RunPromotions:
        return RunPromotions(
            promotions=self.promotions,
            assess=self.assess,
            facts=self.world.facts,
            holds=self.world.holds,
            changes=self.world.changes,
            start=self.world.starting,
            gate=self.world.gate,
            decides=self.decides,
            clock=lambda: self.now,
        )

    def asked(self, *items: ItemAsked, **changes: Any) -> PromotionAsked:
        fields: dict[str, Any] = {
            "shop_id": "demo-eu",
            "name": "Winter",
            "starts_at": DAY0,
            "ends_at": DAY0 + 14 * DAY,
            "items": items,
        }
        return PromotionAsked(**(fields | changes))

    def check(self, asked: PromotionAsked, organisation_id: str = "org") -> Judged:
        return asyncio.run(self.judge(organisation_id, asked, "author"))

    def propose(self, *items: ItemAsked, **changes: Any) -> Promotion:
        proposing = ProposePromotion(judge=self.judge, promotions=self.promotions)
        return asyncio.run(proposing("org", self.asked(*items, **changes), "author")).promotion

    def change(self, promotion: Promotion, *items: ItemAsked, user_id: str = "author", **changes: Any) -> Promotion:
        changing = ChangePromotion(judge=self.judge, promotions=self.promotions)
        asked = self.asked(*items, **changes)
        return asyncio.run(changing("org", promotion.promotion_id, asked, user_id, promotion.revision)).promotion

    def approve(self, promotion: Promotion, user_id: str = "manager", organisation_id: str = "org") -> Promotion:
        approving = ApprovePromotion(assess=self.assess, promotions=self.promotions, clock=lambda: self.now)
        return asyncio.run(approving(organisation_id, promotion.promotion_id, user_id, promotion.revision)).promotion

    def approved(self, *items: ItemAsked, **changes: Any) -> Promotion:
        return self.approve(self.propose(*items, **changes))

    def end(self, promotion: Promotion, *, manages: bool = True) -> Promotion:
        ending = EndPromotion(promotions=self.promotions, clock=lambda: self.now)
        return asyncio.run(ending("org", promotion.promotion_id, "manager", "sold out", manages=manages))

    def prior(self, sku: str, at: datetime, country: str | None = None, organisation_id: str = "org") -> PriorPrice:
        reading = ReadPriorPrices(facts=self.world.facts, promotions=self.promotions, assess=self.assess)
        return asyncio.run(reading(organisation_id, "demo-eu", [sku], at, country))[0]

    def tick(self) -> int:
        return asyncio.run(self.running())

    def publish(self) -> None:
        """The publisher does what it was asked for, and the catalogue tells of what changed."""
        self.world.now = self.now
        for batch in list(self.world.batches.kept.values()):
            self.world.publish(batch)
        for name, price in self.world.shop.prices.items():
            facts = self.world.facts.kept[name]
            if price is not None and price != facts.price:
                self.set_price(facts.sku, str(price))

    def until(self, moment: datetime, *, minutes: int = 1) -> None:
        """Let time pass, minute by minute where something is due, with a scheduler and a publisher that work."""
        while self.now < moment:
            due = [one.due_at for one in self.promotions.kept.values() if one.due_at is not None]
            following = self.now + minutes * MINUTE
            self.now = min(moment, max(following, min(due, default=moment)))
            self.tick()
            self.publish()

    def of(self, promotion: Promotion) -> Promotion:
        return self.promotions.kept[promotion.promotion_id]

    def shown(self, sku: str) -> str:
        return str(self.world.shop.prices[f"p-{sku}"])

    def states(self, promotion: Promotion) -> dict[str, str]:
        return {item.sku: item.state.value for item in self.of(promotion).items}

    def held(self, sku: str) -> bool:
        holds = asyncio.run(self.world.holds.of_products("org", [f"p-{sku}"], self.now))
        return bool(holds)


def an_item(sku: str, price: str, claim: Claim | None = None, **changes: Any) -> ItemAsked:
    return ItemAsked(sku=sku, price=Decimal(price), claim=claim or Claim(), **changes)


def codes(judged: Judged, severity: str = "error") -> Sequence[str]:
    return [one.code for one in judged.findings if one.severity == severity]
