"""Set how and where a shop's prices go out."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from pricing.domain.publication import PublicationSettings, checked
from pricing.domain.shop_connection import ConnectedTarget, ShopConnection, Target, checked_shop_url
from pricing.usecases.publication_ports import PublicationSettingsStore
from pricing.usecases.sealing import Seals
from shared.kernel.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPublication:
    """Change some of a shop's settings of publication; who did, and when, stays with them."""

    settings: PublicationSettingsStore
    seals: Seals
    clock: Clock

    async def __call__(
        self,
        organisation_id: str,
        shop_id: str,
        user_id: str,
        change: Callable[[PublicationSettings], PublicationSettings],
        target: Target | None = None,
    ) -> PublicationSettings:
        """Keep what `change` makes of the settings; `InvalidPublicationSettings` when they cannot be carried out.

        A target comes with its credentials each time: those of one address are never sent to another. They are kept
        sealed. Of two changes at once the later one is made to what the earlier one made.
        """
        connection = None if target is None else await self._connection(organisation_id, target)
        while True:
            known = await self.settings.of(organisation_id, shop_id)
            changed = checked(change(known))
            if target is not None:
                changed = replace(changed, connection=connection)
            changed = replace(changed, changed_by=user_id, changed_at=self.clock())
            if await self.settings.set(changed, known):
                return changed

    async def _connection(self, organisation_id: str, target: Target) -> ShopConnection | None:
        if not isinstance(target, ConnectedTarget):
            return None
        url = checked_shop_url(target.url)
        secret = json.dumps({"key": target.credentials.key, "secret": target.credentials.secret})
        return ShopConnection(kind=target.kind, url=url, sealed=await self.seals.seal(secret, organisation_id))
