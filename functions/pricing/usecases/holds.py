"""Keep products out of automatic pricing: locks by people, and promotions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from pricing.domain.errors import InvalidHold, ProductUnknown
from pricing.domain.hold import HOLD_PREFIX, Hold, HoldKind, checked
from pricing.domain.market import ProductFacts
from pricing.domain.price_change import PriceChange, State, weighed
from pricing.usecases.ports import Facts
from pricing.usecases.publication_ports import PriceChanges
from shared.kernel.clock import Clock
from shared.kernel.identifiers import derived_id, fresh_id
from shared.kernel.money import MINOR_UNITS
from shared.kernel.paging import Page, Window

LARGEST = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAsked:
    """Which product is to be held, how, why, and for how long."""

    shop_id: str
    sku: str
    kind: HoldKind
    reason: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    price: Decimal | None = None


class Holds(Protocol):
    """The locks and promotions of every organisation."""

    async def add(self, hold: Hold) -> None:
        """Keep a new hold."""

    async def place(self, holds: Sequence[Hold]) -> None:
        """Keep holds; one of the same id stays as it is."""

    async def end(self, organisation_id: str, hold_id: str, at: datetime) -> Hold:
        """End a hold; one that has ended stays as it ended.

        `HoldNotFound` when there is none, `HoldOfPromotion` when it ends with the promotion that it names.
        """

    async def end_of(self, organisation_id: str, hold_ids: Sequence[str], at: datetime) -> None:
        """End holds; those that have ended, or never were, stay so."""

    async def page(self, organisation_id: str, window: Window, at: datetime | None) -> Page[Hold]:
        """Return some holds, newest first: all, or those in force or to come at a time."""

    async def of_products(self, organisation_id: str, product_ids: Sequence[str], at: datetime) -> Sequence[Hold]:
        """Return the holds that are in force at a time."""


async def holds_of(
    holds: Holds, organisation_id: str, product_ids: Sequence[str], at: datetime
) -> dict[str, list[Hold]]:
    """The holds in force at a time, by product; one that is not held is left out."""
    found: dict[str, list[Hold]] = {}
    for hold in await holds.of_products(organisation_id, product_ids, at):
        found.setdefault(hold.product_id, []).append(hold)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldProduct:
    """Take a product out of automatic pricing.

    What waits for the product is withdrawn, so that nothing overtakes the hold; of a hold that starts later, what
    waits is kept back when it starts: it is neither approved nor published.
    """

    facts: Facts
    holds: Holds
    changes: PriceChanges
    clock: Clock

    async def __call__(self, organisation_id: str, asked: HoldAsked, user_id: str) -> Hold:
        """Keep the hold and propose its price, if it names one; `ProductUnknown` when the shop has no such SKU."""
        found = await self.facts.by_sku(organisation_id, asked.shop_id, [asked.sku])
        if asked.sku not in found:
            raise ProductUnknown(f"no product «{asked.sku}» in shop «{asked.shop_id}»; GET /products/items lists them")
        at = self.clock()
        price = None if asked.price is None else _price(asked.price, found[asked.sku].currency)
        hold = checked(
            Hold(
                hold_id=fresh_id(HOLD_PREFIX, at),
                organisation_id=organisation_id,
                shop_id=asked.shop_id,
                product_id=found[asked.sku].product_id,
                sku=asked.sku,
                kind=asked.kind,
                reason=asked.reason,
                starts_at=asked.starts_at or at,
                ends_at=asked.ends_at,
                set_by=user_id,
                set_at=at,
                price=price,
            )
        )
        await self.holds.add(hold)
        if hold.holds(at):
            why = f"{hold.hold_id} holds the product: {hold.reason}"
            await self.changes.withdraw(organisation_id, hold.product_id, why, at)
        if hold.price is not None and hold.price != found[asked.sku].price:
            await self.changes.propose([_proposed(hold, hold.price, found[asked.sku])])
        return hold


def _price(asked: Decimal, currency: str) -> Decimal:
    step = Decimal(1).scaleb(-MINOR_UNITS[currency])
    if not step <= asked <= LARGEST or asked % step:
        detail = f"{asked:f} is no {currency} price: from {step:f} to {LARGEST:,}, with {MINOR_UNITS[currency]} digits"
        raise InvalidHold(detail)
    return asked.quantize(step)


def _proposed(hold: Hold, price: Decimal, facts: ProductFacts) -> PriceChange:
    """A person's price, on its way like any other: a colleague looks at it."""
    change = PriceChange(
        change_id=derived_id("chg", hold.hold_id),
        organisation_id=hold.organisation_id,
        shop_id=hold.shop_id,
        run_id=hold.hold_id,
        decision_id=hold.hold_id,
        product_id=hold.product_id,
        sku=hold.sku,
        currency=facts.currency,
        before=facts.price,
        after=price,
        reason="LOCKED",
        route="review",
        state=State.PROPOSED,
        policy_author_id=hold.set_by,
        product_revision=facts.revision,
        proposed_at=hold.set_at,
    )
    return weighed(change, facts)
