"""Try a template: how an alert would read over a channel."""

from dataclasses import dataclass

from pricing.domain.alerts.tokens import EXAMPLE, TOKENS, tokens_of
from pricing.domain.receiver import Channel
from pricing.domain.template import checked_template
from pricing.domain.told import Wording, body_of
from pricing.usecases.alert_ports import Alerts
from shared.kernel.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewTemplate:
    """Fill a template in with an alert of the organisation, or with one that nobody raised."""

    alerts: Alerts
    clock: Clock

    async def __call__(self, organisation_id: str, channel: Channel, template: str, alert_id: str | None) -> str:
        """Return what the channel would be sent, as JSON text; `InvalidTemplate` or `AlertNotFound` when it cannot."""
        checked_template(template, TOKENS)
        values = EXAMPLE
        if alert_id is not None:
            alert = await self.alerts.get(organisation_id, alert_id)
            values = tokens_of(alert, f"/pricing/alerts/{alert_id}")
        return body_of(channel, "alert.raised", {}, self.clock(), Wording(template, values))
