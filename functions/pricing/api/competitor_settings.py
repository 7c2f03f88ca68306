"""What an organisation says of a competitor, over HTTP: trust, tax, corrections, sellers, weight and expiry."""

from collections.abc import Callable, Mapping
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
    region: str | None = Field(
        default=None,
        min_length=1,
        max_length=40,
        examples=["LV-1010"],
        description="The region or postal code that its pages show prices for; each look says it",
    )
    model_reader: bool = Field(
        default=False,
        description="Let a language model look at its pages where no reader finds a price, and propose recipes",
    )


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
        """What is left out stays as it is, inside `trust`, `corrections` and `sellers` too; null takes a rule away.

        Prices that were read already stay as they were compared; the next look is compared as said here.

        Sellers and expiry count at once, in every decision and figure.
        """
        asking.must("market:write")
        changed = await house.stores.competitors.change(
            asking.organisation_id, competitor_id, lambda known: _changed(known, body)
        )
        return answer(shown_competitor(changed))

    return router


def _changed(known: Competitor, body: CompetitorChange) -> Competitor:
    told: dict[str, Any] = {
        "name": body.name or known.name,
        "trust": _merged(known.trust, body.trust, dict.fromkeys(TrustBody.model_fields, _number)),
        "tax": None if body.tax is None else TaxRule(basis=body.tax.basis, rate_percent=Decimal(body.tax.rate_percent)),
        "corrections": _merged(
            known.corrections, body.corrections, dict.fromkeys(CorrectionsBody.model_fields, _correction)
        ),
        "sellers": _merged(known.sellers, body.sellers, dict.fromkeys(SellersBody.model_fields, tuple)),
        "weight": Decimal(body.weight),
        "expire_after_days": body.expire_after_days,
        "region": body.region,
        "model_reader": body.model_reader,
    }
    return replace(known, **{name: told[name] for name in body.model_fields_set})


def _merged[T: Trust | Corrections | Sellers](known: T, body: Body, made: Mapping[str, Callable[[Any], Any]]) -> T:
    """What is known, with what the body says; each of its fields is made what the settings hold."""
    return replace(known, **{name: made[name](getattr(body, name)) for name in body.model_fields_set})


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _correction(body: CorrectionBody | None) -> Correction | None:
    return None if body is None else Correction(operation=body.operation, operand=Decimal(body.operand))
