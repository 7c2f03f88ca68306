"""What alerts are kept in: rules, changes that wait, lines, messages, and what people found useful."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pricing.domain.alerts.alert import Alert, Cause
from pricing.domain.alerts.lines import AlertLine
from pricing.domain.alerts.market import MarketEvent
from pricing.domain.alerts.raising import Ledger, LineKey, Step
from pricing.domain.alerts.rule import AlertRule
from shared.kernel.paging import Page, Window


class AlertRules(Protocol):
    """The rules of alerts of every organisation."""

    async def add(self, rule: AlertRule) -> None:
        """Keep a new rule."""

    async def get(self, organisation_id: str, rule_id: str) -> AlertRule:
        """Return one rule; `AlertRuleNotFound` when there is none."""

    async def change(self, organisation_id: str, rule_id: str, change: Callable[[AlertRule], AlertRule]) -> AlertRule:
        """Keep what `change` makes of a rule; `AlertRuleChanged` when somebody else was faster.

        What a rule has to say is forgotten when it is switched on or off.
        """

    async def remove(self, organisation_id: str, rule_id: str) -> None:
        """Forget a rule and what it has to say; its messages stay. One that is not there is forgotten already."""

    async def page(self, organisation_id: str, window: Window, shop_id: str | None) -> Page[AlertRule]:
        """Return some rules, newest first, of one shop or of all."""


@dataclass(frozen=True, slots=True, order=True)
class ShopId:
    """One shop of one organisation."""

    organisation_id: str
    shop_id: str


class AlertDesk(Protocol):
    """Where changes wait, and become lines and messages."""

    async def due(self, ripe_before: datetime, at: datetime, limit: int) -> Sequence[ShopId]:
        """Return some shops that have changes from before a moment, or something to say by now."""

    async def rules(self, shop: ShopId) -> Sequence[AlertRule]:
        """Return the shop's rules that are on."""

    async def events(self, shop: ShopId, ripe_before: datetime, limit: int) -> Sequence[MarketEvent]:
        """Return changes from before a moment, oldest first."""

    async def ledger(self, shop: ShopId) -> Ledger:
        """Return where the shop's alerts stand."""

    async def lines(
        self, shop: ShopId, product_ids: Collection[str], standing_of: Collection[str], limit: int
    ) -> Mapping[LineKey, AlertLine]:
        """Return the shop's lines that wait, those of these rules that stand, and all those of these products."""

    async def causes(self, shop: ShopId) -> Mapping[tuple[str, str], Cause]:
        """Return what is known of the shop's causes, by rule and cause."""

    async def settle(self, shop: ShopId, step: Step, taken: Sequence[MarketEvent]) -> bool:
        """Keep a step and forget the changes that it took in, all in one.

        False, and nothing is done, when another step was faster or one of the changes went on meanwhile.
        """


class Alerts(Protocol):
    """The messages of every organisation."""

    async def page(self, organisation_id: str, window: Window, shop_id: str | None, rule_id: str | None) -> Page[Alert]:
        """Return some alerts, newest first."""

    async def get(self, organisation_id: str, alert_id: str) -> Alert:
        """Return one alert; `AlertNotFound` when there is none."""

    async def judge(self, organisation_id: str, alert_id: str, user_id: str, *, useful: bool) -> Alert:
        """Keep whether somebody found an alert useful and level its causes, in one."""
