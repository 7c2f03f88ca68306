"""Set how a shop's prices go out."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pricing.domain.publication import PublicationSettings, checked
from pricing.usecases.publication_ports import PublicationSettingsStore
from shared.kernel.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPublication:
    """Change some of a shop's settings of publication; who did, and when, stays with them."""

    settings: PublicationSettingsStore
    clock: Clock

    async def __call__(
        self,
        organisation_id: str,
        shop_id: str,
        user_id: str,
        change: Callable[[PublicationSettings], PublicationSettings],
    ) -> PublicationSettings:
        """Keep what `change` makes of the settings; `InvalidPublicationSettings` when they cannot be carried out."""
        changed = checked(change(await self.settings.of(organisation_id, shop_id)))
        changed = replace(changed, changed_by=user_id, changed_at=self.clock())
        await self.settings.set(changed)
        return changed
