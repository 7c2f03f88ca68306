"""Answers for the assistant: contracts in, contracts out, each number with the record it was read from."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from pricing.domain.errors import ProductUnknown
from pricing.domain.market import Observation, Offer
from pricing.usecases.ports import StoredDecision
from pricing.usecases.questions import AskMarket, Loss, ProductPosition
from shared.contracts.envelope import Amount
from shared.contracts.pricing import (
    AnsweredProduct,
    LostFirstPlaceQuestion,
    PricingAnswer,
    ProductQuestion,
    SourcedNumber,
    SummaryQuestion,
)

type Question = LostFirstPlaceQuestion | ProductQuestion | SummaryQuestion


class QuestionDoor:
    """Serves the assistant's questions."""

    def __init__(self, market: AskMarket) -> None:
        self._market = market

    async def __call__(self, question: Question) -> PricingAnswer:
        """Answer one question."""
        if isinstance(question, LostFirstPlaceQuestion):
            return await self._lost(question)
        if isinstance(question, ProductQuestion):
            return await self._product(question)
        return await self._summary(question)

    async def _lost(self, question: LostFirstPlaceQuestion) -> PricingAnswer:
        found = await self._market.lost_first_place(question.organisation_id, question.limit)
        totals = (_number("products that lost first place", found.total, "/pricing/offers"),)
        return PricingAnswer(
            tool=question.tool,
            as_of=_newest(found.offers),
            totals=totals,
            products=tuple(_lost_product(loss) for loss in found.losses),
            more=found.total - len(found.losses),
        )

    async def _product(self, question: ProductQuestion) -> PricingAnswer:
        try:
            found = await self._market.product_position(question.organisation_id, question.sku)
        except ProductUnknown:
            return PricingAnswer(tool=question.tool, as_of=None)
        return PricingAnswer(tool=question.tool, as_of=_newest(found.offers), products=(_positioned(found),))

    async def _summary(self, question: SummaryQuestion) -> PricingAnswer:
        found = await self._market.market_summary(question.organisation_id)
        failed = sum(_failing(offer) for offer in found.offers)
        totals = (
            _number("products", found.products, "/products/items"),
            _number("offers watched", len(found.offers), "/pricing/offers"),
            _number("offers whose last look failed", failed, "/pricing/offers"),
        )
        return PricingAnswer(tool=question.tool, as_of=_newest(found.offers), totals=totals)


def _failing(offer: Offer) -> bool:
    failure, latest = offer.last_failure, offer.latest
    return failure is not None and (latest is None or failure.captured_at > latest.captured_at)


def _newest(offers: Sequence[Offer]) -> datetime | None:
    return max((offer.latest.captured_at for offer in offers if offer.latest is not None), default=None)


def _number(label: str, value: Decimal | int, record: str, unit: str = "") -> SourcedNumber:
    return SourcedNumber(
        label=label, value=f"{value:f}" if isinstance(value, Decimal) else str(value), unit=unit, record=record
    )


def _seen(label: str, seen: Observation) -> SourcedNumber:
    price = seen.landed_price if seen.landed_price is not None else Decimal(0)
    return _number(label, price, f"/pricing/observations/{seen.observation_id}", seen.currency or "")


def _decided(stored: StoredDecision | None) -> tuple[str, Amount | None, tuple[SourcedNumber, ...]]:
    if stored is None or stored.decision.price is None:
        return "", None, ()
    decision, price = stored.decision, stored.decision.price
    record = f"/pricing/decisions/{stored.decision_id}"
    amount = Amount(amount=f"{price:f}", currency=decision.currency)
    return decision.reason.value, amount, (_number("decided price", price, record, decision.currency),)


def _lost_product(loss: Loss) -> AnsweredProduct:
    facts, lost = loss.lost.facts, loss.lost
    reason, price, decided = _decided(loss.decision)
    late = loss.decision is not None and loss.decision.decided_at < lost.now.captured_at
    own = () if facts.price is None else (_own_price(facts.product_id, facts.price, facts.currency),)
    return AnsweredProduct(
        product_id=facts.product_id,
        sku=facts.sku,
        name=facts.name,
        competitor=lost.offer.competitor_id,
        reason_code=reason,
        price=price,
        numbers=(
            *own,
            _seen("competitor's price before", lost.before),
            _seen("competitor's price", lost.now),
            *decided,
        ),
        notes=("decided before this price was seen; run the policy again",) if late else (),
    )


def _own_price(product_id: str, price: Decimal, currency: str) -> SourcedNumber:
    return _number("our price", price, f"/products/items/{product_id}", currency)


def _positioned(found: ProductPosition) -> AnsweredProduct:
    facts = found.facts
    reason, price, decided = _decided(found.decision)
    own = () if facts.price is None else (_own_price(facts.product_id, facts.price, facts.currency),)
    seen = tuple(_seen(offer.competitor_id, offer.latest) for offer in found.offers if offer.latest is not None)
    return AnsweredProduct(
        product_id=facts.product_id,
        sku=facts.sku,
        name=facts.name,
        reason_code=reason,
        price=price,
        numbers=(*own, *seen, *decided),
    )
