"""Whether prices of a shop may be written now: its mode, and the emergency stops."""

from dataclasses import dataclass

from pricing.domain.emergency_stop import EmergencyStop
from pricing.domain.errors import ShopInTestMode, WritesStopped
from pricing.domain.publication import PublicationSettings
from pricing.usecases.publication_ports import EmergencyStops, PublicationSettingsStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What stands between approved prices and a shop."""

    settings: PublicationSettingsStore
    emergency_stops: EmergencyStops

    async def settings_of(self, organisation_id: str, shop_id: str) -> PublicationSettings:
        """How prices of the shop go out."""
        return await self.settings.of(organisation_id, shop_id)

    async def must_be_open(self, organisation_id: str, shop_id: str, despite: str | None = None) -> None:
        """Refuse with `ShopInTestMode` or `WritesStopped` when no price of the shop may be written."""
        settings = await self.settings.of(organisation_id, shop_id)
        if settings.mode == "test":
            raise ShopInTestMode(
                f"«{shop_id}» computes prices and writes none; PATCH /pricing/shops/{shop_id}/publication"
                ' {"mode": "live"} switches writing on'
            )
        stop = await self._stop(organisation_id, shop_id, despite)
        if stop is not None:
            raise WritesStopped(f"{_said(stop)}; POST /pricing/emergency-stops/{stop.stop_id}/lifts lets writing go on")

    async def look(
        self, organisation_id: str, shop_id: str, despite: str | None = None
    ) -> tuple[PublicationSettings, str | None]:
        """The shop's settings, and why no price of it may be written just now, if so."""
        settings = await self.settings.of(organisation_id, shop_id)
        if settings.mode == "test":
            return settings, "the shop was put into test mode"
        stop = await self._stop(organisation_id, shop_id, despite)
        return settings, None if stop is None else _said(stop)

    async def _stop(self, organisation_id: str, shop_id: str, despite: str | None) -> EmergencyStop | None:
        stops = await self.emergency_stops.in_force(organisation_id, shop_id)
        return next((one for one in stops if one.stop_id != despite), None)


def _said(stop: EmergencyStop) -> str:
    return f"{stop.stop_id} stops all writing: {stop.reason}"
