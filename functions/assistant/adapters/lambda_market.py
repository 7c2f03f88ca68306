"""Pricing, asked through its function."""

from assistant.domain.composing import Line, Number, Told
from assistant.domain.plan import Plan
from shared.contracts.envelope import Message
from shared.contracts.pricing import (
    AnsweredProduct,
    LostFirstPlaceQuestion,
    PricingAnswer,
    ProductQuestion,
    SourcedNumber,
    SummaryQuestion,
)
from shared.runtime.aws import invoke


class LambdaMarket:
    """Asks the pricing house's question function."""

    def __init__(self, function: str) -> None:
        self._function = function

    async def ask(self, organisation_id: str, plan: Plan) -> Told:
        """Return what pricing knows."""
        answered = await invoke(self._function, _question(organisation_id, plan).model_dump_json())
        return _told(PricingAnswer.model_validate_json(answered))


def _question(organisation_id: str, plan: Plan) -> Message:
    if plan.tool == "lost_first_place":
        return LostFirstPlaceQuestion(organisation_id=organisation_id)
    if plan.tool == "product_position":
        return ProductQuestion(organisation_id=organisation_id, sku=plan.sku or "")
    return SummaryQuestion(organisation_id=organisation_id)


def _told(answer: PricingAnswer) -> Told:
    return Told(
        tool=answer.tool,
        as_of=answer.as_of,
        totals=tuple(_number(total) for total in answer.totals),
        lines=tuple(_line(product) for product in answer.products),
        more=answer.more,
    )


def _number(number: SourcedNumber) -> Number:
    return Number(label=number.label, value=number.value, unit=number.unit, record=number.record)


def _line(product: AnsweredProduct) -> Line:
    return Line(
        sku=product.sku,
        name=product.name,
        competitor=product.competitor,
        reason_code=product.reason_code,
        numbers=tuple(_number(number) for number in product.numbers),
        notes=product.notes,
    )
