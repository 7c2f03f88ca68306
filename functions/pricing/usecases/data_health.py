"""Data health: per competitor and host what is delivered, late, doubted or failing, why, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pricing.domain.health import Health, OfferState, Tally, health_of, state_of
from pricing.domain.market import Offer
from pricing.usecases.ports import Facts
from shared.kernel.clock import Clock
from shared.kernel.paging import Page, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which offers of a competitor: in one state or in any, failing for one reason or for any, on one host or all."""

    competitor_id: str
    state: OfferState | None = None
    reason: str | None = None
    host: str | None = None


class HealthFacts(Protocol):
    """How the offers of an organisation are delivered, counted where they are kept."""

    async def tallies(self, organisation_id: str, since: datetime, month: datetime) -> Sequence[Tally]:
        """Count the offers by competitor, host, state and reason."""

    async def page(self, organisation_id: str, wanted: Wanted, since: datetime, window: Window) -> Page[Offer]:
        """Return some of the offers that are wanted, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetitorHealth:
    """One competitor's delivery, in all and by host."""

    competitor_id: str
    whole: Health
    hosts: dict[str, Health]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataHealth:
    """Every competitor that has an offer, at one moment, looking back over a window."""

    as_of: datetime
    since: datetime
    whole: Health
    competitors: tuple[CompetitorHealth, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferHealth:
    """An offer, the SKU it is of (None when pricing does not know the product), and its state."""

    offer: Offer
    sku: str | None
    state: OfferState


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDataHealth:
    """Show how competitors' data arrives."""

    health: HealthFacts
    facts: Facts
    clock: Clock

    async def __call__(self, organisation_id: str, window: timedelta) -> DataHealth:
        """Count everything anew."""
        now = self.clock()
        month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        tallies = await self.health.tallies(organisation_id, now - window, month)
        names = sorted({one.competitor_id for one in tallies})
        return DataHealth(
            as_of=now,
            since=now - window,
            whole=health_of(tallies),
            competitors=tuple(
                _competitor(name, [one for one in tallies if one.competitor_id == name]) for name in names
            ),
        )

    async def offers(
        self, organisation_id: str, wanted: Wanted, window: timedelta, page: Window
    ) -> tuple[Page[Offer], list[OfferHealth]]:
        """Return some of the offers that are wanted, with their SKUs."""
        from_ = self.clock() - window
        found = await self.health.page(organisation_id, wanted, from_, page)
        facts = await self.facts.by_id(organisation_id, list({one.product_id for one in found.items}))
        shown = [
            OfferHealth(
                offer=one,
                sku=facts[one.product_id].sku if one.product_id in facts else None,
                state=state_of(one, from_),
            )
            for one in found.items
        ]
        return found, shown


def _competitor(name: str, tallies: Sequence[Tally]) -> CompetitorHealth:
    hosts = sorted({one.host for one in tallies})
    by_host = {host: health_of(one for one in tallies if one.host == host) for host in hosts}
    return CompetitorHealth(competitor_id=name, whole=health_of(tallies), hosts=by_host)
