"""Days without a run, rebuilt from what had been observed by then: the market as of one moment of each day.

Known are the looks, our published prices, holds and competitors' settings. Catalogue facts are those of today: costs,
bounds, stock and families of then are not kept. A look that is or was doubted counts as doubted until the next one
that is believed. Price wars are left alone.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from pricing.domain.decisions.inputs import Inputs, inputs_of
from pricing.domain.market import Observation, Offer, ProductFacts
from pricing.usecases.moves import OwnMove, OwnMoves
from pricing.usecases.ports import Facts, ShopPart
from pricing.usecases.simulating.past import Past
from pricing.usecases.simulating.policies import Pair
from pricing.usecases.subjects import ReadSubjects, Together, WatchedOffers

LOOK_BACK = timedelta(days=30)
"""So long before the first rebuilt day a look may have been; older ones had expired."""
_BELIEVED = frozenset({"ok", "released"})


@dataclass(slots=True)
class _Known:
    """What was known of one offer: the newest price that is believed, and a doubted one after it."""

    latest: Observation | None = None
    quarantined: Observation | None = None

    def take(self, look: Observation) -> None:
        """Learn of the next look."""
        if look.quality in _BELIEVED:
            self.latest, self.quarantined = look, None
        else:
            self.quarantined = look


@dataclass(frozen=True, slots=True)
class _OffersThen:
    """The offers as they stood, in the place of those of now."""

    offers: WatchedOffers
    known: dict[str, _Known]

    async def to_decide(
        self, organisation_id: str, shop_id: str, product_ids: Sequence[str]
    ) -> dict[str, tuple[Offer, ...]]:
        """Return the offers that had been looked at by then, by product id."""
        now = await self.offers.to_decide(organisation_id, shop_id, product_ids)
        return {
            product_id: tuple(
                replace(one, latest=then.latest, quarantined=then.quarantined, previous=None, last_failure=None)
                for one in offers
                if (then := self.known.get(one.offer_id)) is not None
            )
            for product_id, offers in now.items()
        }


@dataclass(frozen=True, slots=True)
class _MovesThen:
    """Our moves up to a moment."""

    moves: OwnMoves
    at: datetime

    async def of_products(self, organisation_id: str, product_ids: Sequence[str], since: datetime) -> Sequence[OwnMove]:
        """Return what had been published for some products since a moment, oldest first."""
        return [one for one in await self.moves.of_products(organisation_id, product_ids, since) if one.at <= self.at]


@dataclass(slots=True, kw_only=True)
class RebuildDays:
    """Rebuilds one day after another, oldest first: each reads only what was seen since the one before."""

    facts: Facts
    subjects: ReadSubjects
    past: Past
    organisation_id: str
    pair: Pair
    parts: Sequence[ShopPart]
    known: dict[str, _Known] = field(default_factory=dict)
    seen_until: datetime | None = None

    async def __call__(self, at: datetime) -> AsyncIterator[list[Inputs]]:
        """The inputs of the shop's products as of a moment, part by part; nothing where nothing had been seen."""
        since = self.seen_until or at - LOOK_BACK
        for part in self.parts:
            products = await self.facts.in_part(self.organisation_id, self.pair.saved.shop_id, part)
            if not products:
                continue
            ids = [one.product_id for one in products]
            for look in await self.past.seen(self.organisation_id, ids, since, at):
                self.known.setdefault(look.offer_id, _Known()).take(look)
            inputs = await self._inputs(products, at)
            if any(one.offers for one in inputs):
                yield inputs
        self.seen_until = at

    async def _inputs(self, products: Sequence[ProductFacts], at: datetime) -> list[Inputs]:
        moves: dict[str, list[OwnMove]] = {}
        ids = [one.product_id for one in products]
        for move in await self.subjects.moves.of_products(self.organisation_id, ids, at - LOOK_BACK):
            moves.setdefault(move.product_id, []).append(move)
        then = [_as_of(one, moves.get(one.product_id, ()), at) for one in products]
        reading = replace(
            self.subjects,
            offers=_OffersThen(self.subjects.offers, self.known),
            moves=_MovesThen(self.subjects.moves, at),
        )
        read = await reading(Together(self.pair.both), self.organisation_id, then, at)
        return inputs_of(read.subjects, read.competitors, at)


def _as_of(facts: ProductFacts, moves: Sequence[OwnMove], at: datetime) -> ProductFacts:
    """A product with the price that it had, as far as our own moves tell."""
    before = [one for one in moves if one.at <= at]
    if before:
        return replace(facts, price=before[-1].after, price_since=before[-1].at)
    price: Decimal | None = moves[0].before if moves else facts.price
    since = facts.price_since
    return replace(facts, price=price, price_since=since if since is not None and since <= at else None)
