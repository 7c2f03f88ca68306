"""Policies, over HTTP."""

from decimal import Decimal

from fastapi import APIRouter, Response

from pricing.api.bodies import BoundsBody, EvidenceBody, PolicyBody, RoutingBody, StepBody
from pricing.api.views import PolicyPage, PolicyView, shown_policy
from pricing.domain.policy import Bounds, Evidence, Policy, Routing, Step
from pricing.usecases.house import Pricing
from shared.kernel.identity import Caller
from shared.runtime.answers import Slug, answer, listing
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


def policy_routes(house: Pricing) -> APIRouter:
    """The routes of policies."""
    router = APIRouter(tags=["policies"])

    @router.put(
        "/policies/{policy_id}",
        response_model=PolicyView,
        responses=described(409),
        summary="Write a policy's next version",
    )
    async def put_policy(asking: Asking, policy_id: Slug, body: PolicyBody) -> Response:
        """A policy whose bounds contradict is refused by name. Earlier versions stay as they were."""
        asking.must("policies:write")
        return answer(shown_policy(await house.save_policy(_policy(house, asking, policy_id, body))))

    @router.get("/policies", response_model=PolicyPage, summary="List your policies")
    async def list_policies(asking: Asking, paging: Paging) -> Response:
        asking.must("prices:read")
        page = await house.stores.policies.page(asking.organisation_id, paging)
        return listing([shown_policy(policy) for policy in page.items], page)

    @router.get("/policies/{policy_id}", response_model=PolicyView, summary="Read a policy's newest version")
    async def get_policy(asking: Asking, policy_id: str) -> Response:
        asking.must("prices:read")
        return answer(shown_policy(await house.stores.policies.latest(asking.organisation_id, policy_id)))

    return router


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _policy(house: Pricing, asking: Caller, policy_id: str, body: PolicyBody) -> Policy:
    return Policy(
        policy_id=policy_id,
        version=1,
        organisation_id=asking.organisation_id,
        shop_id=body.shop_id,
        name=body.name,
        currency=body.currency,
        author_id=asking.user_id,
        created_at=house.clock(),
        reference=body.reference,
        relation=body.relation,
        step=_step(body.step),
        price_mode=body.price_mode,
        competitor_ids=tuple(body.competitor_ids),
        evidence=_evidence(body.evidence),
        bounds=_bounds(body.bounds),
        ending=_decimal(body.ending),
        smallest_move=Decimal(body.smallest_move),
        routing=_routing(body.routing),
    )


def _step(body: StepBody) -> Step:
    return Step(money=_decimal(body.money), percent=_decimal(body.percent))


def _evidence(body: EvidenceBody) -> Evidence:
    return Evidence(
        max_age_hours=body.max_age_hours,
        min_confidence=Decimal(body.min_confidence),
        min_agreement=body.min_agreement,
        accept_unknown_stock=body.accept_unknown_stock,
        match_types=tuple(body.match_types),
    )


def _bounds(body: BoundsBody) -> Bounds:
    return Bounds(
        min_margin_percent=_decimal(body.min_margin_percent),
        min_price=_decimal(body.min_price),
        max_price=_decimal(body.max_price),
        max_change_percent=_decimal(body.max_change_percent),
        respect_map=body.respect_map,
    )


def _routing(body: RoutingBody) -> Routing:
    return Routing(
        auto_within_percent=Decimal(body.auto_within_percent),
        manager_above_percent=Decimal(body.manager_above_percent),
        quarantine_above_percent=Decimal(body.quarantine_above_percent),
    )
