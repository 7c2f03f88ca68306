"""Promotions, the evidence for them, and prior prices, over HTTP."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from pricing.api.managers import manages, must_manage
from pricing.api.promotion_bodies import (
    ChangedPromotion,
    Ended,
    EvidencePack,
    PriorPrices,
    PromotionBody,
    PromotionChecked,
    PromotionPage,
    PromotionView,
    Vouched,
    shown_check,
    shown_promotion,
)
from pricing.domain.promotions.promotion import PromotionState
from pricing.domain.report import safe
from pricing.usecases.house import Pricing
from pricing.usecases.promotions.prior_price import PriorPrice
from shared.runtime.answers import answer, in_reach, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging

MOST_SKUS = 100
COLUMNS = (
    "promotion_id",
    "sku",
    "product_id",
    "currency",
    "country",
    "price",
    "claim",
    "claim_value",
    "verdict",
    "prior_price",
    "why_none",
    "method",
    "window_start",
    "window_end",
    "law",
    "article",
    "source",
    "table",
    "final",
    "made_at",
    "hash",
    "shown_from",
    "shown_amount",
    "shown_source",
)


def promotion_routes(house: Pricing) -> APIRouter:
    """The routes of promotions."""
    router = APIRouter(tags=["promotions"])

    @router.post("/promotion-checks", response_model=PromotionChecked, summary="Check a promotion without keeping it")
    async def check_promotion(asking: Asking, body: PromotionBody) -> Response:
        """Prices and claims are checked apart: a price may be allowed, and what is claimed of it not."""
        asking.must("prices:read")
        judge = house.propose_promotion.judge
        return answer(shown_check(await judge(asking.organisation_id, body.asked(), asking.user_id)))

    @router.post("/promotions", status_code=201, response_model=PromotionView, summary="Propose a promotion")
    async def propose_promotion(asking: Asking, body: PromotionBody) -> Response:
        """A colleague who is a manager approves it; what is forbidden is refused with every finding."""
        asking.must("prices:approve")
        judged = await house.propose_promotion(asking.organisation_id, body.asked(), asking.user_id)
        location = f"/pricing/promotions/{judged.promotion.promotion_id}"
        return answer(shown_promotion(judged.promotion, judged), status=201, headers={"Location": location})

    @router.get("/promotions", response_model=PromotionPage, summary="List promotions, newest first")
    async def list_promotions(
        asking: Asking,
        paging: Paging,
        shop_id: Annotated[str | None, Query(max_length=64, description="Of one shop")] = None,
        state: Annotated[PromotionState | None, Query(description="In one state")] = None,
    ) -> Response:
        asking.must("prices:read")
        page = await house.stores.promotions.page(asking.organisation_id, paging, shop_id, state)
        return listing([shown_promotion(one) for one in page.items], page)

    @router.get(
        "/promotions/{promotion_id}",
        response_model=PromotionView,
        responses=described(404),
        summary="Read a promotion",
    )
    async def get_promotion(asking: Asking, promotion_id: str) -> Response:
        """Its prices on their way are `GET /pricing/price-changes?run_id=` with its id."""
        asking.must("prices:read")
        return answer(shown_promotion(await house.stores.promotions.get(asking.organisation_id, promotion_id)))

    @router.put(
        "/promotions/{promotion_id}",
        response_model=PromotionView,
        responses=described(404, 409),
        summary="Change a promotion before it begins",
    )
    async def change_promotion(asking: Asking, promotion_id: str, body: ChangedPromotion) -> Response:
        """It is PROPOSED again, whoever approved it before; whoever changes it is one of its authors."""
        asking.must("prices:approve")
        judged = await house.change_promotion(
            asking.organisation_id, promotion_id, body.asked(), asking.user_id, body.revision
        )
        return answer(shown_promotion(judged.promotion, judged))

    @router.post(
        "/promotions/{promotion_id}/approvals",
        response_model=PromotionView,
        responses=described(403, 404, 409),
        summary="Approve a promotion",
    )
    async def approve_promotion(asking: Asking, promotion_id: str, body: Vouched) -> Response:
        """Four eyes: a manager who is none of its authors. It is checked once more, and again when it begins."""
        asking.must("prices:approve")
        must_manage(asking, "a promotion is approved by")
        judged = await house.approve_promotion(asking.organisation_id, promotion_id, asking.user_id, body.revision)
        return answer(shown_promotion(judged.promotion, judged))

    @router.post(
        "/promotions/{promotion_id}/ends",
        response_model=PromotionView,
        responses=described(403, 404, 409),
        summary="Call a promotion off, or end it now",
    )
    async def end_promotion(asking: Asking, promotion_id: str, body: Ended) -> Response:
        """Before it begins nothing happened; later its prices return as at its end, and only managers end it."""
        asking.must("prices:approve")
        ended = await house.end_promotion(
            asking.organisation_id, promotion_id, asking.user_id, body.reason, manages=manages(asking)
        )
        return answer(shown_promotion(ended))

    return router


def evidence_routes(house: Pricing) -> APIRouter:
    """The routes of what verdicts rest on: the evidence for promotions, and prior prices."""
    router = APIRouter(tags=["promotions"])

    @router.get(
        "/promotions/{promotion_id}/evidence",
        response_model=EvidencePack,
        responses=described(404) | {200: {"content": {"text/csv": {}}}},
        summary="Read the evidence for a promotion",
    )
    async def get_evidence(
        asking: Asking,
        promotion_id: str,
        form: Annotated[
            Literal["json", "csv"], Query(alias="format", description="JSON, or a row for each shown price")
        ] = "json",
    ) -> Response:
        """As kept when it began, and before that as it would be now: prices, window, rule, prior price, verdict."""
        asking.must("prices:read")
        promotion, told = await house.read_evidence(asking.organisation_id, promotion_id)
        if form == "json":
            return answer({"promotion_id": promotion.promotion_id, "name": promotion.name, "data": told})
        headers = {"Content-Disposition": f'attachment; filename="{promotion.promotion_id}.csv"'}
        return Response(_table(told), media_type="text/csv; charset=utf-8", headers=headers)

    @router.get("/prior-price", response_model=PriorPrices, responses=described(404), summary="Read prior prices")
    async def get_prior_prices(
        asking: Asking,
        shop_id: Annotated[str, Query(min_length=1, max_length=64)],
        sku: Annotated[list[str], Query(min_length=1, max_length=MOST_SKUS, description="One or more SKUs")],
        at: Annotated[AwareDatetime | None, Query(description="Now, when left out")] = None,
        country: Annotated[str | None, Query(pattern=r"^[A-Z]{2}$", description="The shop's, when left out")] = None,
    ) -> Response:
        """What a reduction may be measured from: of the promotion in force at that moment, or as if one began then."""
        asking.must("prices:read")
        moment = house.clock() if at is None else in_reach(at)
        found = await house.read_prior_prices(asking.organisation_id, shop_id, sku, moment, country)
        return answer({"data": [_shown(one) for one in found]})

    return router


def _shown(one: PriorPrice) -> dict[str, Any]:
    window = one.measured.window
    return {
        "sku": one.facts.sku,
        "product_id": one.facts.product_id,
        "country": one.country,
        "currency": one.facts.currency,
        "price": one.facts.price,
        "prior_price": one.measured.prior.amount,
        "why_none": one.measured.prior.why_none,
        "method": one.measured.method,
        "window": {"start": timestamp(window.start), "end": timestamp(window.end)},
        "promotion_id": one.promotion_id,
        "first_promotion": one.measured.first_promotion,
        "rule": asdict(one.rule.source) | {"country": one.rule.country},
    }


def _table(told: Sequence[dict[str, Any]]) -> str:
    """The evidence as a table: a row for each price that was shown."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for one in told:
        plain = {name: one[name] for name in COLUMNS if name in one}
        rule, window = one["rule"], one["window"]
        plain |= {"claim": one["claim"]["kind"], "claim_value": one["claim"]["value"]}
        plain |= {"window_start": window["start"], "window_end": window["end"]}
        plain |= {"law": rule["law"], "article": rule["article"], "source": rule["url"], "table": rule["table"]}
        for price in one["prices"] or [{}]:
            shown = {"shown_from": price.get("valid_from"), "shown_amount": price.get("amount")}
            row = plain | shown | {"shown_source": price.get("source")}
            writer.writerow({name: safe(cell) if isinstance(cell, str) else cell for name, cell in row.items()})
    return text.getvalue()
