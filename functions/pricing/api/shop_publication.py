"""How and where a shop's prices go out, over HTTP."""

import re
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import AfterValidator, Field, SecretStr

from pricing.api.managers import must_manage
from pricing.domain.publication import (
    LARGEST_CANARY_PERCENT,
    LONGEST_CANARY_MINUTES,
    LONGEST_PROPOSAL_HOURS,
    PublicationSettings,
)
from pricing.domain.shop_connection import ConnectedTarget, OwnTarget, ShopConnection, ShopCredentials, Target
from pricing.usecases.connected_shops import CheckedShop, CheckedState
from pricing.usecases.house import Pricing
from shared.kernel.public_url import LONGEST_URL
from shared.runtime.answers import Body, MoneyView, View, answer, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking

# No blank and no colon, which parts a key from its secret where they are sent.
PRINTED = re.compile(r"[!-9;-~]+")


def _printed(credential: SecretStr) -> SecretStr:
    if not PRINTED.fullmatch(credential.get_secret_value()):
        raise ValueError("copy it as the shop shows it: no blanks, no colon")
    return credential


type Credential = Annotated[SecretStr, Field(min_length=10, max_length=200), AfterValidator(_printed)]
type WholePercent = Annotated[int, Field(ge=0, le=100)]
type ShopId = Annotated[str, Path(max_length=64)]


class OwnCatalogueTarget(Body):
    """Prices go out to the own catalogue."""

    kind: Literal["OWN_CATALOGUE"]


class WooCommerceTarget(Body):
    """Prices go out to a WooCommerce shop. Its key comes with each change of the target, and is shown to nobody."""

    kind: Literal["WOOCOMMERCE"]
    url: str = Field(max_length=LONGEST_URL, examples=["https://shop.example"])
    consumer_key: Credential = Field(description="Of a key with the permission read/write")
    consumer_secret: Credential


class PublicationBody(Body):
    """Settings to change; what is left out stays."""

    mode: Literal["test", "live"] | None = Field(default=None, description="`live` writes prices, `test` writes none")
    automatic: bool | None = Field(default=None, description="Publish what policies let through when their run ends")
    canary_percent: int | None = Field(default=None, ge=0, le=LARGEST_CANARY_PERCENT)
    canary_minutes: int | None = Field(default=None, ge=0, le=LONGEST_CANARY_MINUTES)
    max_failed_percent: WholePercent | None = None
    max_kpi_drop_percent: WholePercent | None = None
    proposal_hours: int | None = Field(default=None, ge=1, le=LONGEST_PROPOSAL_HOURS)
    target: Annotated[OwnCatalogueTarget | WooCommerceTarget, Field(discriminator="kind")] | None = Field(
        default=None, description="Where prices go out"
    )


class TargetView(View):
    """Where prices go out; `url` is that of a connected shop."""

    kind: str
    url: str | None


class PublicationView(View):
    """How prices of a shop go out. Nobody has changed it yet where `changed_by` is null."""

    shop_id: str
    mode: str
    automatic: bool
    canary_percent: int
    canary_minutes: int
    max_failed_percent: int
    max_kpi_drop_percent: int
    proposal_hours: int
    target: TargetView
    changed_by: str | None
    changed_at: str | None


class CheckedProductView(View):
    """How a product of ours stands in the connected shop."""

    sku: str
    state: CheckedState
    ours: MoneyView | None
    theirs: MoneyView | None


class ConnectorCheckView(View):
    """What a look at a connected shop found; prices can go out to it while `problem` is null.

    `currency` is null where the shop's key may not read it: then nobody compares it with ours.
    """

    shop_id: str
    target: TargetView
    problem: str | None
    currency: str | None
    products: list[CheckedProductView]


def publication_routes(house: Pricing) -> APIRouter:
    """The routes of how prices of a shop go out."""
    router = APIRouter(tags=["publication"])

    @router.get("/shops/{shop_id}/publication", response_model=PublicationView, summary="Read how prices go out")
    async def get_publication(asking: Asking, shop_id: ShopId) -> Response:
        asking.must("prices:read")
        return answer(_settings(await house.stores.publication.of(asking.organisation_id, shop_id)))

    @router.patch(
        "/shops/{shop_id}/publication",
        response_model=PublicationView,
        responses=described(403),
        summary="Set how prices go out",
    )
    async def patch_publication(asking: Asking, shop_id: ShopId, body: PublicationBody) -> Response:
        """A shop starts in test mode: prices are decided and approved, none is written until a manager goes live."""
        asking.must("prices:publish")
        must_manage(asking)
        changes = body.model_dump(exclude_none=True, exclude={"target"})
        changed = await house.set_publication(
            asking.organisation_id,
            shop_id,
            asking.user_id,
            lambda known: replace(known, **changes),
            None if body.target is None else _target(body.target),
        )
        return answer(_settings(changed))

    @router.post(
        "/shops/{shop_id}/connector-check",
        response_model=ConnectorCheckView,
        responses=described(403, 409),
        summary="Look at the connected shop",
    )
    async def check_connector(asking: Asking, shop_id: ShopId) -> Response:
        """Fifty products at most are looked up there by their SKU, with the key that was set; nothing is written."""
        asking.must("prices:publish")
        must_manage(asking)
        return answer(_checked(shop_id, await house.check_connector(asking.organisation_id, shop_id)))

    return router


def _target(body: OwnCatalogueTarget | WooCommerceTarget) -> Target:
    if isinstance(body, OwnCatalogueTarget):
        return OwnTarget()
    credentials = ShopCredentials(
        key=body.consumer_key.get_secret_value(), secret=body.consumer_secret.get_secret_value()
    )
    return ConnectedTarget(kind=body.kind, url=body.url, credentials=credentials)


def _shown_target(connection: ShopConnection | None) -> dict[str, Any]:
    if connection is None:
        return {"kind": "OWN_CATALOGUE", "url": None}
    return {"kind": connection.kind, "url": connection.url}


def _checked(shop_id: str, checked: CheckedShop) -> dict[str, Any]:
    products = [
        {
            "sku": one.sku,
            "state": one.state,
            "ours": _money(one.ours, one.currency),
            "theirs": _money(one.theirs, checked.currency or one.currency),
        }
        for one in checked.products
    ]
    return {
        "shop_id": shop_id,
        "target": _shown_target(checked.connection),
        "problem": checked.problem,
        "currency": checked.currency,
        "products": products,
    }


def _money(amount: Decimal | None, currency: str) -> dict[str, str] | None:
    return None if amount is None else {"amount": f"{amount:f}", "currency": currency}


def _settings(settings: PublicationSettings) -> dict[str, Any]:
    hidden = {"organisation_id", "connection"}
    fields = {name: value for name, value in asdict(settings).items() if name not in hidden}
    fields["target"] = _shown_target(settings.connection)
    return fields | {"changed_at": None if settings.changed_at is None else timestamp(settings.changed_at)}
