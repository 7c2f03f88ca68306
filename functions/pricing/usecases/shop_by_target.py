"""The shop that a publication writes to: the own catalogue, or the one that the shop's settings connect."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pricing.domain.price_change import Failure, PriceChange
from pricing.domain.shop_connection import ShopConnection
from pricing.usecases.connected_shops import ConnectedShops
from pricing.usecases.publication_ports import PublicationSettingsStore, Shop, Shown, Written, Wrote
from pricing.usecases.shop_sites import Asked, Line, PriceAsked


class OwnCatalogue(Shop, Protocol):
    """The own catalogue, which also follows what another shop shows."""

    async def follow(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> None:
        """Bring the catalogue to prices that another shop shows, whatever it said before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopByTarget:
    """Looks up with each call where the shop's prices go out."""

    settings: PublicationSettingsStore
    own: OwnCatalogue
    connected: ConnectedShops

    async def write(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> Wrote:
        """Write prices; what the shop shows already counts as written."""
        connection = await self._connection(organisation_id, changes)
        if connection is None:
            return await self.own.write(organisation_id, batch_id, changes)
        lines: list[Line] = []
        stop = ""
        # A connected shop has one currency, and a number of another one is no price of it.
        for currency in sorted({one.currency for one in changes}):
            prices = [_asked(one) for one in changes if one.currency == currency]
            wrote = await self.connected.write(organisation_id, connection, currency, prices)
            lines += wrote.lines
            stop = stop or wrote.stop
        return Wrote([_written(one) for one in lines], stop)

    async def read(self, organisation_id: str, changes: Sequence[PriceChange]) -> Shown:
        """Return what the shop shows for the products of these changes."""
        connection = await self._connection(organisation_id, changes)
        if connection is None:
            return await self.own.read(organisation_id, changes)
        asked = [Asked(product_id=one.product_id, sku=one.sku) for one in changes]
        read = await self.connected.read(organisation_id, connection, asked)
        return Shown({one.product_id: one.price for one in read.looks if one.found == "one"}, read.unread)

    async def note(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> None:
        """Let the catalogue follow what a connected shop was seen to show."""
        if await self._connection(organisation_id, changes) is not None:
            await self.own.follow(organisation_id, batch_id, changes)

    async def _connection(self, organisation_id: str, changes: Sequence[PriceChange]) -> ShopConnection | None:
        return (await self.settings.of(organisation_id, changes[0].shop_id)).connection


def _asked(change: PriceChange) -> PriceAsked:
    return PriceAsked(product_id=change.product_id, sku=change.sku, price=change.after, expected=change.before)


def _written(line: Line) -> Written:
    if line.outcome == "written":
        return Written(line.product_id, None)
    if line.outcome in {"unclear", "untried"}:
        return Written(line.product_id, None, unclear=line.detail, untried=line.outcome == "untried")
    failure: Failure = "conflict" if line.outcome == "conflict" else "refused"
    return Written(line.product_id, line.detail, failure)
