"""Rules of alerts, over HTTP."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from pricing.api.bodies import DecimalText
from pricing.api.filters import ScopeBody, ScopeView, scope_of, shown_scope
from pricing.domain.alerts.rule import (
    MOST_BUDGET,
    MOST_COOLDOWN_MINUTES,
    MOST_NAMED,
    AlertRule,
    AlertTrigger,
    Size,
    Timing,
)
from pricing.usecases.house import Pricing
from shared.kernel.identifiers import fresh_id
from shared.runtime.answers import Body, Slug, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging

type Hour = Annotated[int, Field(ge=0, le=23)]
type Cooldown = Annotated[int, Field(ge=0, le=MOST_COOLDOWN_MINUTES)]
type Budget = Annotated[int, Field(ge=1, le=MOST_BUDGET)]
type Times = Annotated[int, Field(ge=1, le=1000)]
type TriggerName = Literal[
    "under_floor",
    "below_cost",
    "map_breach",
    "rank_lost",
    "below_mine",
    "drop",
    "rise",
    "any_change",
    "new_competitor",
    "lost_competitor",
    "match_lost",
    "out_of_stock",
    "back_in_stock",
    "import_failed",
    "export_failed",
]
type Triggers = Annotated[list[TriggerName], Field(min_length=1, max_length=len(AlertTrigger))]
type Ids = Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=MOST_NAMED)]
type Baseline = Literal["before", "mine"]
type Which = Literal["any", "cheapest", "highest", "named"]


class SizeBody(Body):
    """How large a move must be."""

    amount: DecimalText = Field(examples=["5"])
    unit: Literal["percent", "money"] = "percent"


class TimingBody(Body):
    """When a rule speaks: as it happens, or on these weekdays (0 is Monday) at this hour, UTC; all days are daily."""

    instant: bool = True
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = Field(default=[], max_length=7)
    hour: Hour = 6


class AlertRuleChange(Body):
    """What of a rule is to change; what is left out stays."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    triggers: Triggers | None = None
    scope: ScopeBody | None = None
    baseline: Baseline | None = Field(default=None, description="Held against its own price before, or against ours")
    threshold: SizeBody | None = None
    which: Which | None = Field(default=None, description="Whose offers: any, the cheapest's, the highest's, `named`")
    named: Ids | None = None
    smallest_move_percent: DecimalText | None = None
    cooldown_minutes: Cooldown | None = Field(default=None, description="A cause is told once in this time")
    stop_after: Times | None = Field(default=None, description="An offer is told so often at all")
    most_a_day: Times | None = Field(default=None, description="A product is told so often a day")
    timing: TimingBody | None = None
    only_new: bool | None = Field(default=None, description="False tells all that stands again, on its weekdays")
    daily_budget: Budget | None = Field(default=None, description="Messages a day; the rest comes as one digest")
    digest_hour: Hour | None = Field(default=None, description="When the rule's day turns, UTC")
    subscribers: Ids | None = Field(default=None, description="Ids of the users whom it is for")
    enabled: bool | None = None


class NewAlertRule(AlertRuleChange):
    """A rule to keep; what is left out is as the documentation says."""

    shop_id: Slug
    name: str = Field(min_length=1, max_length=100)
    triggers: Triggers


class SizeView(View):
    """How large a move must be."""

    amount: str
    unit: str


class TimingView(View):
    """When a rule speaks."""

    instant: bool
    weekdays: list[int]
    hour: int


class AlertRuleView(View):
    """A rule of alerts."""

    rule_id: str
    shop_id: str
    name: str
    triggers: list[str]
    scope: ScopeView
    baseline: str
    threshold: SizeView
    which: str
    named: list[str]
    smallest_move_percent: str
    cooldown_minutes: int
    stop_after: int | None
    most_a_day: int
    timing: TimingView
    only_new: bool
    daily_budget: int
    digest_hour: int
    subscribers: list[str]
    enabled: bool
    version: int
    created_by: str
    created_at: str


class AlertRulePage(View):
    """Some rules of alerts, newest first."""

    data: list[AlertRuleView]
    next_cursor: str | None


def alert_rule_routes(house: Pricing) -> APIRouter:
    """The routes of rules of alerts."""
    router = APIRouter(tags=["alert rules"])
    rules = house.stores.alert_rules

    @router.post(
        "/alert-rules",
        status_code=201,
        response_model=AlertRuleView,
        responses=described(409, 422),
        summary="Say what you want to hear of the market",
    )
    async def add_rule(asking: Asking, body: NewAlertRule) -> Response:
        """What changes from now on is told; the first look at an offer never is, nor a price that returns in time."""
        asking.must("market:write")
        at = house.clock()
        rule = AlertRule(
            rule_id=fresh_id("alt", at),
            organisation_id=asking.organisation_id,
            shop_id=body.shop_id,
            created_by=asking.user_id,
            created_at=at,
            **_fields(body, {"subscribers": (asking.user_id,)}),
        )
        saved = await house.save_alert_rule(rule)
        return answer(_shown(saved), status=201, headers={"Location": f"/pricing/alert-rules/{saved.rule_id}"})

    @router.get("/alert-rules", response_model=AlertRulePage, summary="List rules of alerts, newest first")
    async def list_rules(
        asking: Asking, paging: Paging, shop_id: Annotated[str | None, Query(max_length=64)] = None
    ) -> Response:
        asking.must("market:read")
        page = await rules.page(asking.organisation_id, paging, shop_id)
        return listing([_shown(one) for one in page.items], page)

    @router.get(
        "/alert-rules/{rule_id}",
        response_model=AlertRuleView,
        responses=described(404),
        summary="Read a rule of alerts",
    )
    async def get_rule(asking: Asking, rule_id: str) -> Response:
        asking.must("market:read")
        return answer(_shown(await rules.get(asking.organisation_id, rule_id)))

    @router.patch(
        "/alert-rules/{rule_id}",
        response_model=AlertRuleView,
        responses=described(404, 409, 422),
        summary="Change a rule of alerts",
    )
    async def change_rule(asking: Asking, rule_id: str, body: AlertRuleChange) -> Response:
        """What it has to say is forgotten when it is switched on or off; what was told stays in the list of alerts."""
        asking.must("market:write")
        changes = _fields(body, {})
        changed = await house.save_alert_rule.change(
            asking.organisation_id, rule_id, lambda known: replace(known, **changes)
        )
        return answer(_shown(changed))

    @router.delete("/alert-rules/{rule_id}", status_code=204, summary="Remove a rule of alerts")
    async def delete_rule(asking: Asking, rule_id: str) -> Response:
        """Its messages stay."""
        asking.must("market:write")
        await rules.remove(asking.organisation_id, rule_id)
        return Response(status_code=204)

    return router


def _fields(body: AlertRuleChange, otherwise: dict[str, Any]) -> dict[str, Any]:
    """The fields of a rule that a body says."""
    said = {name: getattr(body, name) for name in body.model_fields_set if name != "shop_id"}
    fields = {name: value for name, value in said.items() if value is not None or name == "stop_after"}
    if body.triggers is not None:
        fields["triggers"] = frozenset(map(AlertTrigger, body.triggers))
    for name in ("named", "subscribers"):
        if name in fields:
            fields[name] = tuple(fields[name])
    if body.scope is not None:
        fields["scope"] = scope_of(body.scope)
    if body.threshold is not None:
        fields["threshold"] = Size(Decimal(body.threshold.amount), body.threshold.unit)
    if body.timing is not None:
        timing = body.timing
        fields["timing"] = Timing(timing.instant, tuple(sorted(set(timing.weekdays))), timing.hour)
    if body.smallest_move_percent is not None:
        fields["smallest_move_percent"] = Decimal(body.smallest_move_percent)
    return otherwise | fields


def _shown(rule: AlertRule) -> dict[str, Any]:
    plain = ("shop_id", "name", "baseline", "which", "cooldown_minutes", "stop_after", "most_a_day")
    later = ("only_new", "daily_budget", "digest_hour", "enabled", "version", "created_by")
    return {
        "rule_id": rule.rule_id,
        **{name: getattr(rule, name) for name in (*plain, *later)},
        "triggers": [one.value for one in AlertTrigger if one in rule.triggers],
        "scope": shown_scope(rule.scope),
        "threshold": {"amount": f"{rule.threshold.amount:f}", "unit": rule.threshold.unit},
        "named": list(rule.named),
        "smallest_move_percent": f"{rule.smallest_move_percent:f}",
        "timing": {
            "instant": rule.timing.instant,
            "weekdays": list(rule.timing.weekdays),
            "hour": rule.timing.hour,
        },
        "subscribers": list(rule.subscribers),
        "created_at": timestamp(rule.created_at),
    }
