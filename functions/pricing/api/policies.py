"""Policies, over HTTP."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from pricing.api.policy_files import TAKES_POLICY, YAML, is_yaml, sent_policy
from pricing.domain.errors import PolicyNotFound
from pricing.domain.policies.version import Policy
from pricing.usecases.house import Pricing
from pricing.usecases.trials import Checked, FoundFault, PreviewAsked
from shared.runtime.answers import Body, Slug, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


class FindingView(View):
    """What the checker found: which fault, in which rule, for which product, and how to mend it."""

    code: str
    severity: Literal["error", "warning", "info"]
    rule: str | None
    message: str
    sku: str | None
    mend: str


class CaseView(View):
    """What became of one of a policy's own tests."""

    name: str
    passed: bool
    expected: str
    got: str
    steps: list[dict[str, str]]


class CheckView(View):
    """A policy before it is saved. One that is not sound is refused when it is saved."""

    sound: bool
    document_hash: str
    findings: list[FindingView]
    tests: list[CaseView]


class PolicyHead(View):
    """One version of a policy, without its document."""

    policy_id: str
    version: int
    shop_id: str
    name: str
    currency: str
    author_id: str
    created_at: str
    approved_by: str | None
    approved_at: str | None
    document_hash: str


class PolicyView(PolicyHead):
    """One version of a policy. `document` is what docs/policies.md describes."""

    document: dict[str, object]
    findings: list[FindingView]


class PolicyPage(View):
    """Some policies in their newest version."""

    data: list[PolicyHead]
    next_cursor: str | None


class PreviewedView(View):
    """What a policy would decide for one product, and what the saved one would. Amounts are in `currency`."""

    product_id: str
    sku: str
    rule: str | None
    currency: str
    current: str | None
    price: str | None
    reason: str
    binding: str | None
    route: str
    goal_reached: bool
    change_percent: str | None
    margin_before_percent: str | None
    margin_after_percent: str | None
    against_price: str | None
    against_reason: str | None
    steps: list[dict[str, str]]


class PreviewView(View):
    """Some products, and where to go on."""

    rows: list[PreviewedView]
    next_after: str | None


class PolicyApproval(Body):
    """Which version you vouch for."""

    version: int = Field(ge=1)


MOST_DIGITS = 9
AS_YAML: dict[int | str, dict[str, Any]] = {200: {"content": {YAML: {"schema": {"type": "string"}}}}}


def policy_routes(house: Pricing) -> APIRouter:
    """The routes of policies."""
    router = APIRouter(tags=["policies"])

    @router.put(
        "/policies/{policy_id}",
        response_model=PolicyView,
        responses=described(409, 422),
        summary="Write a policy's next version",
        openapi_extra=TAKES_POLICY,
    )
    async def put_policy(asking: Asking, policy_id: Slug, request: Request) -> Response:
        """Send the document as JSON or YAML. It is checked and its own tests are run: what fails is not saved.

        Earlier versions stay as they were. Warnings come back with the version that was saved.
        """
        asking.must("policies:write")
        document = await sent_policy(request, house.texts.read_policy)
        policy, checked = await house.save_policy(asking.organisation_id, policy_id, document, asking.user_id)
        return answer(_shown(house, policy, checked.findings))

    @router.post(
        "/policy-checks",
        response_model=CheckView,
        responses=described(422),
        summary="Check a policy without saving it",
        openapi_extra=TAKES_POLICY,
    )
    async def check_policy(asking: Asking, request: Request) -> Response:
        """Unreachable rules, bounds that contradict, products without a floor, and what its own tests say."""
        asking.must("prices:read")
        document = await sent_policy(request, house.texts.read_policy)
        return answer(_shown_check(await house.trials.check(asking.organisation_id, document)))

    @router.post(
        "/policy-previews",
        response_model=PreviewView,
        responses=described(404, 422),
        summary="Preview a policy that is not saved",
        openapi_extra=TAKES_POLICY,
    )
    async def preview_policy(
        asking: Asking,
        request: Request,
        against: Annotated[str | None, Query(max_length=40, description="A saved policy to compare with")] = None,
        sku: Annotated[list[str] | None, Query(max_length=200, description="Only these products")] = None,
        after: Annotated[str, Query(max_length=250, description="`next_after` of the page before")] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 100,
    ) -> Response:
        """What it would decide now for the products of its shop, page by page; nothing is stored or proposed."""
        asking.must("prices:read")
        document = await sent_policy(request, house.texts.read_policy)
        asked = PreviewAsked(against=against, skus=tuple(sku or ()), after=after, limit=limit)
        return answer(asdict(await house.trials.preview(asking.organisation_id, document, asked)))

    @router.get("/policies", response_model=PolicyPage, summary="List your policies")
    async def list_policies(asking: Asking, paging: Paging) -> Response:
        asking.must("prices:read")
        page = await house.stores.policies.page(asking.organisation_id, paging)
        return listing([_head(policy) for policy in page.items], page)

    @router.get(
        "/policies/{policy_id}",
        response_model=PolicyView,
        responses=described(404) | AS_YAML,
        summary="Read a policy's newest version",
    )
    async def get_policy(asking: Asking, policy_id: str, request: Request) -> Response:
        """Ask with `Accept: application/yaml` for the document alone, as people write it."""
        asking.must("prices:read")
        return _answer(house, request, await house.stores.policies.latest(asking.organisation_id, policy_id))

    @router.get(
        "/policies/{policy_id}/versions/{version}",
        response_model=PolicyView,
        responses=described(404) | AS_YAML,
        summary="Read a policy as it was",
    )
    async def get_version(asking: Asking, policy_id: str, version: str, request: Request) -> Response:
        """Ask with `Accept: application/yaml` for the document alone, as people write it."""
        asking.must("prices:read")
        if not version.isdecimal() or len(version) > MOST_DIGITS:
            detail = f"«{version[:MOST_DIGITS]}» is no version of «{policy_id}»; versions are numbers from 1 on"
            raise PolicyNotFound(detail)
        policy = await house.stores.policies.version(asking.organisation_id, policy_id, int(version))
        return _answer(house, request, policy)

    @router.post(
        "/policies/{policy_id}/approvals",
        response_model=PolicyView,
        responses=described(404, 409),
        summary="Vouch for a colleague's policy",
    )
    async def approve_policy(asking: Asking, policy_id: str, body: PolicyApproval) -> Response:
        """Then its prices inside the band go out without a reader. Nobody approves a version of their own."""
        asking.must("prices:approve")
        policy = await house.approve_policy(asking.organisation_id, policy_id, body.version, asking.user_id)
        return answer(_shown(house, policy))

    return router


def _answer(house: Pricing, request: Request, policy: Policy) -> Response:
    if is_yaml(request.headers.get("accept", "")):
        return Response(house.texts.policy_yaml(policy.document), media_type=YAML)
    return answer(_shown(house, policy))


def _shown(house: Pricing, policy: Policy, findings: tuple[FoundFault, ...] = ()) -> dict[str, object]:
    return _head(policy) | {
        "document": house.texts.policy_data(policy.document),
        "findings": [_finding(one) for one in findings],
    }


def _head(policy: Policy) -> dict[str, object]:
    return {
        "policy_id": policy.policy_id,
        "version": policy.version,
        "shop_id": policy.shop_id,
        "name": policy.name,
        "currency": policy.currency,
        "author_id": policy.author_id,
        "created_at": timestamp(policy.created_at),
        "approved_by": policy.approved_by,
        "approved_at": None if policy.approved_at is None else timestamp(policy.approved_at),
        "document_hash": policy.document_hash,
    }


def _shown_check(checked: Checked) -> dict[str, object]:
    return {
        "sound": checked.is_sound,
        "document_hash": checked.document_hash,
        "findings": [_finding(one) for one in checked.findings],
        "tests": [
            {
                "name": one.name,
                "passed": one.passed,
                "expected": one.expected,
                "got": one.got,
                "steps": [asdict(step) for step in one.steps],
            }
            for one in checked.tests
        ],
    }


def _finding(one: FoundFault) -> dict[str, object]:
    return {
        "code": one.code,
        "severity": one.severity,
        "rule": one.rule,
        "message": one.message,
        "sku": one.sku,
        "mend": one.mend,
    }
