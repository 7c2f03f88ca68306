"""Connected shops in memory: what seals their credentials, and the way to them over a site that a test gives."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pricing.domain.price_change import PriceChange
from pricing.domain.shop_connection import ShopConnection
from pricing.usecases.shop_sites import (
    Asked,
    LineOutcome,
    Listed,
    PriceAsked,
    Repriced,
    ShopRefusedError,
    ShopSilentError,
    ShopSite,
    SiteRead,
    SiteWrote,
    read_from_site,
    write_to_site,
)
from shared.kernel.errors import Unavailable
from tests.fakes.publication import FakeShop


@dataclass
class FakeConnectedShops:
    """Sites by their address; each opens for the organisation that sealed its credentials, and for no other."""

    sites: dict[str, ShopSite] = field(default_factory=dict)

    async def write(
        self, organisation_id: str, connection: ShopConnection, currency: str, prices: Sequence[PriceAsked]
    ) -> SiteWrote:
        return await write_to_site(self._site(organisation_id, connection), currency, prices)

    async def read(
        self, organisation_id: str, connection: ShopConnection, asked: Sequence[Asked], *, with_currency: bool = False
    ) -> SiteRead:
        return await read_from_site(self._site(organisation_id, connection), asked, with_currency=with_currency)

    def _site(self, organisation_id: str, connection: ShopConnection) -> ShopSite:
        if not connection.sealed.startswith(f"{organisation_id}|"):
            raise Unavailable("sealed for somebody else")
        return self.sites[connection.url]


@dataclass
class FakeSite:
    """A shop system in memory: its prices by SKU. It may round, forget, fall silent after a write, or shut us out."""

    prices: dict[str, Decimal | None] = field(default_factory=dict)
    sells_in: str | None = "EUR"
    forgets: bool = False
    rounds: bool = False
    answers_writes: bool = True
    silent: str = ""
    shut: str = ""
    read_only: str = ""
    writes_at_once: int = 100
    written: list[tuple[str, Decimal]] = field(default_factory=list)

    async def currency(self) -> str | None:
        self._let_in()
        return self.sells_in

    async def listed(self, skus: Sequence[str]) -> Sequence[Listed]:
        self._let_in()
        known = list(self.prices)
        return [Listed(sku=sku, item_id=known.index(sku) + 1, price=self.prices[sku]) for sku in skus if sku in known]

    async def reprice(self, prices: Sequence[tuple[Listed, Decimal]]) -> Repriced:
        ids = [one.item_id for one, _ in prices]
        if self.read_only:
            return Repriced(said=dict.fromkeys(ids, ("untried", "")), stop=self.read_only)
        in_time = prices[: self.writes_at_once]
        for one, price in in_time if not self.forgets else ():
            self.prices[one.sku] = price.to_integral_value() if self.rounds else price
            self.written.append((one.sku, price))
        outcome: tuple[LineOutcome, str] = ("written", "") if self.answers_writes else ("unclear", "it may be written")
        said: dict[int, tuple[LineOutcome, str]] = dict.fromkeys(ids, ("untried", ""))
        said |= dict.fromkeys(ids[: len(in_time)], outcome)
        return Repriced(said=said)

    def _let_in(self) -> None:
        if self.shut:
            raise ShopRefusedError(self.shut)
        if self.silent:
            raise ShopSilentError(self.silent)


@dataclass
class FollowingCatalogue(FakeShop):
    """The own catalogue, which follows what another shop shows."""

    async def follow(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> None:
        assert organisation_id
        assert batch_id
        self.prices |= {change.product_id: change.after for change in changes}
        self.noted += [(change.product_id, change.after) for change in changes]
