"""Alerts, and what people say of them, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from pricing.domain.alerts.alert import Alert
from pricing.domain.alerts.lines import AlertLine
from pricing.domain.alerts.market import OfferState
from pricing.usecases.house import Pricing
from shared.runtime.answers import Body, MoneyView, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


class NewFeedback(Body):
    """Whether an alert was worth reading."""

    useful: bool


class AlertLineView(View):
    """One offer of an alert. `before` and `after` are as the page shows them; `money` is a week's, in the shop's money.

    `decision_id` is what our rule made of the product since: `GET /pricing/decisions/{decision_id}` explains it.
    """

    trigger: str
    product_id: str
    sku: str
    name: str
    competitor_id: str
    offer_id: str
    before: MoneyView | None
    after: MoneyView | None
    percent: str | None
    own_price: MoneyView | None
    money: MoneyView
    will: str
    under_floor: bool
    decision_id: str | None
    observation_id: str | None
    changed_at: str


class AlertSummary(View):
    """A message about one cause, or the digest of what a day's budget kept back. `money` is a week's."""

    alert_id: str
    rule_id: str
    shop_id: str
    kind: str
    raised_at: str
    text: str
    competitor_id: str | None
    direction: str | None
    money: MoneyView | None
    offers: int
    products: int
    under_floor: int
    first_at: str
    last_at: str
    subscribers: list[str]
    useful: bool | None
    useful_by: str | None


class AlertView(AlertSummary):
    """An alert with its lines, those of most money first, a hundred at most."""

    lines: list[AlertLineView]


class AlertPage(View):
    """Some alerts, newest first."""

    data: list[AlertSummary]
    next_cursor: str | None


def alert_routes(house: Pricing) -> APIRouter:
    """The routes of alerts."""
    router = APIRouter(tags=["alerts"])
    alerts = house.stores.alerts

    @router.get("/alerts", response_model=AlertPage, summary="List alerts, newest first")
    async def list_alerts(
        asking: Asking,
        paging: Paging,
        shop_id: Annotated[str | None, Query(max_length=64, description="Of one shop")] = None,
        rule_id: Annotated[str | None, Query(max_length=64, description="Of one rule")] = None,
    ) -> Response:
        asking.must("market:read")
        page = await alerts.page(asking.organisation_id, paging, shop_id, rule_id)
        return listing([_summary(one) for one in page.items], page)

    @router.get("/alerts/{alert_id}", response_model=AlertView, responses=described(404), summary="Read an alert")
    async def get_alert(asking: Asking, alert_id: str) -> Response:
        """What to do with it: approve what our rule proposes, hold the product, or leave the seller out."""
        asking.must("market:read")
        return answer(_shown(await alerts.get(asking.organisation_id, alert_id)))

    @router.post(
        "/alerts/{alert_id}/feedback",
        response_model=AlertView,
        responses=described(404),
        summary="Say whether an alert was useful",
    )
    async def judge(asking: Asking, alert_id: str, body: NewFeedback) -> Response:
        """Its causes are told earlier or later for it, and small moves of them less often; never not at all.

        The last word on an alert counts; the same word again changes nothing.
        """
        asking.must("market:write")
        judged = await alerts.judge(asking.organisation_id, alert_id, asking.user_id, useful=body.useful)
        return answer(_shown(judged))

    return router


def _summary(alert: Alert) -> dict[str, Any]:
    plain = ("alert_id", "rule_id", "shop_id", "kind", "text", "competitor_id", "direction", "offers", "products")
    whole = alert.currency is not None and alert.money is not None
    return {
        **{name: getattr(alert, name) for name in (*plain, "under_floor", "useful", "useful_by")},
        "money": {"amount": f"{alert.money:f}", "currency": alert.currency} if whole else None,
        "raised_at": timestamp(alert.raised_at),
        "first_at": timestamp(alert.first_at),
        "last_at": timestamp(alert.last_at),
        "subscribers": list(alert.subscribers),
    }


def _shown(alert: Alert) -> dict[str, Any]:
    return _summary(alert) | {"lines": [_line(one) for one in alert.lines]}


def _line(line: AlertLine) -> dict[str, Any]:
    event = line.event
    plain = ("product_id", "sku", "name", "competitor_id", "offer_id", "will", "under_floor", "decision_id")
    own = None if line.own_price is None else {"amount": f"{line.own_price:f}", "currency": line.currency}
    return {
        **{name: getattr(line, name) for name in plain},
        "trigger": line.trigger.value,
        "before": _price(event.before),
        "after": _price(event.after),
        "percent": None if event.percent is None else f"{event.percent:f}",
        "own_price": own,
        "money": {"amount": f"{line.money:f}", "currency": line.currency},
        "observation_id": event.after.observation_id,
        "changed_at": timestamp(event.at),
    }


def _price(state: OfferState) -> dict[str, str] | None:
    if state.landed is None or state.currency is None:
        return None
    return {"amount": f"{state.landed:f}", "currency": state.currency}
