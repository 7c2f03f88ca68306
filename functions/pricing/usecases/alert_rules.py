"""Save and change rules of alerts."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pricing.domain.alerts.rule import AlertRule, checked
from pricing.domain.errors import TooManyAlertRules
from pricing.usecases.alert_ports import AlertRules
from shared.kernel.paging import Window

# Fewer than are read when alerts are raised, so that several who add one at once mute none.
MOST_OF_A_SHOP = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveAlertRule:
    """Keep a rule that can be carried out; `InvalidAlertRule` when it cannot."""

    rules: AlertRules

    async def __call__(self, rule: AlertRule) -> AlertRule:
        """Keep a new rule; `TooManyAlertRules` when its shop has as many as are heard."""
        known = await self.rules.page(rule.organisation_id, Window(limit=MOST_OF_A_SHOP), rule.shop_id)
        if len(known.items) == MOST_OF_A_SHOP:
            raise TooManyAlertRules(f"«{rule.shop_id}» has {MOST_OF_A_SHOP} rules of alerts; remove or widen one")
        await self.rules.add(checked(rule))
        return rule

    async def change(self, organisation_id: str, rule_id: str, change: Callable[[AlertRule], AlertRule]) -> AlertRule:
        """Keep what `change` makes of a rule."""
        return await self.rules.change(
            organisation_id, rule_id, lambda known: checked(replace(change(known), version=known.version + 1))
        )
