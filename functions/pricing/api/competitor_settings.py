"""What an organisation says of a competitor, over HTTP: trust, tax, corrections, sellers, weight and expiry."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from pricing.api.bodies import DecimalText
from pricing.api.views import CompetitorView, shown_competitor
from pricing.domain.competitor_rules import Correction, Corrections, Sellers, TaxRule, Trust
from pricing.domain.market import Competitor
from pricing.usecases.house import Pricing
from shared.runtime.answers import Body, answer
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking


class TrustBody(Body):
    """When a new price is not believed."""

    jump_percent: DecimalText = Field(default="40", description="A larger move than this is not believed at once")
    divergence_percent: DecimalText | None = Field(default=None, description="Nor is a price this far from our own")
    min_confidence: DecimalText = Field(default="0", description="Nor is a reading less certain than this, 0 to 1")


class TaxBody(Body):
    """On which basis the competitor's prices stand, and the rate between the two."""

    basis: Literal["including", "excluding"]
    rate_percent: DecimalText = Field(examples=["19"])


class CorrectionBody(Body):
    """One arithmetic rule for one captured field, in the page's currency."""

    operation: Literal["add", "subtract", "multiply", "divide"]
    operand: DecimalText


class CorrectionsBody(Body):
    """What is corrected before prices are compared."""

    item_price: CorrectionBody | None = None
    list_price: CorrectionBody | None = None
    shipping: CorrectionBody | None = None


class SellersBody(Body):
    """Which sellers count: those of `only` if any is named, and none that a pattern of `exclude` means."""

    exclude: list[str] = Field(default=[], max_length=200, description="Patterns with * and ?, in any letter case")
    only: list[str] = Field(default=[], max_length=200, description="Leave out all except these")


class CompetitorChange(Body):
    """What to change of a competitor; what is left out stays as it is."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    trust: TrustBody = TrustBody()
    tax: TaxBody | None = Field(default=None, description="null: its prices are on the shop's own basis")
    corrections: CorrectionsBody = CorrectionsBody()
    sellers: SellersBody = SellersBody()
    weight: DecimalText = "1"
    expire_after_days: int = Field(default=14, ge=1, le=365)


def competitor_setting_routes(house: Pricing) -> APIRouter:
    """The routes of what is said of competitors."""
    router = APIRouter(tags=["competitors"])

    @router.get(
        "/competitors/{competitor_id}",
        response_model=CompetitorView,
        responses=described(404),
        summary="Read a competitor",
    )
    async def get_competitor(asking: Asking, competitor_id: str) -> Response:
        asking.must("market:read")
        return answer(shown_competitor(await house.stores.competitors.get(asking.organisation_id, competitor_id)))

    @router.patch(
        "/competitors/{competitor_id}",
        response_model=CompetitorView,
        responses=described(404),
        summary="Say how far to trust a competitor, and how to compare its prices",
    )
    async def change_competitor(asking: Asking, competitor_id: str, body: CompetitorChange) -> Response:
        """Prices that were read already stay as they were compared; the next look is compared as said here.

        Sellers and expiry count at once, in every decision and figure.
        """
        asking.must("market:write")
        known = await house.stores.competitors.get(asking.organisation_id, competitor_id)
        changed = _changed(known, body)
        await house.stores.competitors.change(changed)
        return answer(shown_competitor(changed))

    return router


def _changed(known: Competitor, body: CompetitorChange) -> Competitor:
    told: dict[str, Any] = {
        "name": body.name or known.name,
        "trust": _trust(body.trust),
        "tax": None if body.tax is None else TaxRule(basis=body.tax.basis, rate_percent=Decimal(body.tax.rate_percent)),
        "corrections": _corrections(body.corrections),
        "sellers": Sellers(exclude=tuple(body.sellers.exclude), only=tuple(body.sellers.only)),
        "weight": Decimal(body.weight),
        "expire_after_days": body.expire_after_days,
    }
    return replace(known, **{name: told[name] for name in body.model_fields_set})


def _trust(body: TrustBody) -> Trust:
    return Trust(
        jump_percent=Decimal(body.jump_percent),
        divergence_percent=None if body.divergence_percent is None else Decimal(body.divergence_percent),
        min_confidence=Decimal(body.min_confidence),
    )


def _corrections(body: CorrectionsBody) -> Corrections:
    return Corrections(
        item_price=_correction(body.item_price),
        list_price=_correction(body.list_price),
        shipping=_correction(body.shipping),
    )


def _correction(body: CorrectionBody | None) -> Correction | None:
    return None if body is None else Correction(operation=body.operation, operand=Decimal(body.operand))
