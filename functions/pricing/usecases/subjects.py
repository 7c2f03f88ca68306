"""Bring together what a decision is about: products with their offers, and what stands about each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from pricing.domain.decisions.subjects import Standing, Subject
from pricing.domain.market import Competitor, Offer, ProductFacts
from pricing.usecases.holds import Holds
from pricing.usecases.moves import OwnMove, OwnMoves
from pricing.usecases.ports import Competitors, Facts

DAY = timedelta(days=1)
LEARNT_FROM = timedelta(days=90)
GOALS = frozenset({"BEAT_LOWEST", "MATCH_LOWEST"})


@dataclass(frozen=True, slots=True)
class Read:
    """Subjects in the order of their products, the competitors whose offers they have, and our own moves by product."""

    subjects: list[Subject]
    competitors: Mapping[str, Competitor]
    moves: Mapping[str, list[OwnMove]]


class WatchedOffers(Protocol):
    """The offers that are watched, as far as decisions ask for them."""

    async def to_decide(
        self, organisation_id: str, shop_id: str, product_ids: Sequence[str]
    ) -> dict[str, tuple[Offer, ...]]:
        """Return the offers of each product of a shop, by product id."""


class Asks(Protocol):
    """What a compiled policy, or several of them, must know of products before it decides them."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Our other shops whose prices are followed."""

    def per_day(self, products: Sequence[ProductFacts]) -> Sequence[bool]:
        """Whether each product's largest moves are measured from the price at the start of the day."""


@dataclass(frozen=True, slots=True)
class Together:
    """Several policies, which ask for what any of them asks."""

    policies: Sequence[Asks]

    @property
    def channels(self) -> tuple[str, ...]:
        """Our other shops whose prices any of them follows."""
        return tuple(dict.fromkeys(channel for one in self.policies for channel in one.channels))

    def per_day(self, products: Sequence[ProductFacts]) -> list[bool]:
        """Whether any of them measures largest moves from the price at the start of the day."""
        return [any(asked) for asked in zip(*(one.per_day(products) for one in self.policies), strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSubjects:
    """Read what some products' decisions need."""

    facts: Facts
    offers: WatchedOffers
    competitors: Competitors
    holds: Holds
    moves: OwnMoves

    async def __call__(self, rules: Asks, organisation_id: str, products: Sequence[ProductFacts], at: datetime) -> Read:
        """Return what some products of one shop are decided from."""
        ids = [facts.product_id for facts in products]
        offers = await self.offers.to_decide(organisation_id, products[0].shop_id, ids) if products else {}
        named = {offer.competitor_id for of_product in offers.values() for offer in of_product}
        competitors = await self.competitors.some(organisation_id, sorted(named))
        moves: dict[str, list[OwnMove]] = {}
        for move in await self.moves.of_products(organisation_id, ids, at - LEARNT_FROM):
            moves.setdefault(move.product_id, []).append(move)
        standings = await self._standings(rules, organisation_id, products, moves, at)
        subjects = [
            Subject(facts, tuple(offers.get(facts.product_id, ())), standings[facts.product_id]) for facts in products
        ]
        return Read(subjects, competitors, moves)

    async def _standings(
        self,
        rules: Asks,
        organisation_id: str,
        products: Sequence[ProductFacts],
        moves: Mapping[str, list[OwnMove]],
        at: datetime,
    ) -> dict[str, Standing]:
        ids = [facts.product_id for facts in products]
        held: dict[str, set[str]] = {}
        for hold in await self.holds.of_products(organisation_id, ids, at):
            held.setdefault(hold.product_id, set()).add(hold.kind)
        channels = await self._channels(rules, organisation_id, products)
        return {
            facts.product_id: Standing(
                locked="lock" in held.get(facts.product_id, ()),
                in_promotion="promotion" in held.get(facts.product_id, ()),
                last_changed_at=facts.price_since,
                base_price=_base(moves.get(facts.product_id, ()), at) if by_day else None,
                learned_price=_learned(moves.get(facts.product_id, ())),
                channel_prices=channels.get(facts.sku, {}),
            )
            for facts, by_day in zip(products, rules.per_day(products), strict=True)
        }

    async def _channels(
        self, rules: Asks, organisation_id: str, products: Sequence[ProductFacts]
    ) -> dict[str, dict[str, Decimal]]:
        """The prices of the same articles in other shops of ours, by SKU and shop: of one currency and tax basis."""
        found: dict[str, dict[str, Decimal]] = {}
        basis = {facts.sku: (facts.currency, facts.tax_basis) for facts in products}
        for shop_id in rules.channels:
            there = await self.facts.by_sku(organisation_id, shop_id, list(basis))
            for sku, facts in there.items():
                if facts.active and facts.price is not None and (facts.currency, facts.tax_basis) == basis[sku]:
                    found.setdefault(sku, {})[shop_id] = facts.price
        return found


def _base(moves: Sequence[OwnMove], at: datetime) -> Decimal | None:
    """The price at the start of the last day, where it moved since."""
    return next((move.before for move in moves if move.at > at - DAY), None)


def _learned(moves: Sequence[OwnMove]) -> Decimal | None:
    """The newest price that reached its goal."""
    return next((move.after for move in reversed(moves) if move.reason in GOALS), None)
