"""Save and change rules of alerts."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pricing.domain.alerts.rule import AlertRule, checked
from pricing.usecases.alert_ports import AlertRules


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveAlertRule:
    """Keep a rule that can be carried out; `InvalidAlertRule` when it cannot."""

    rules: AlertRules

    async def __call__(self, rule: AlertRule) -> AlertRule:
        """Keep a new rule."""
        await self.rules.add(checked(rule))
        return rule

    async def change(self, organisation_id: str, rule_id: str, change: Callable[[AlertRule], AlertRule]) -> AlertRule:
        """Keep what `change` makes of a rule."""
        return await self.rules.change(
            organisation_id, rule_id, lambda known: checked(replace(change(known), version=known.version + 1))
        )
