"""Show what moved in the market between two moments: row by row, and counted by competitor and cause."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pricing.domain.errors import InvalidWindow, TooMuchMarket
from pricing.domain.market import Offer
from pricing.domain.market_change import Cause, MarketChange, OfferMoved, OfferMoves, Spell, moves_of
from pricing.domain.price_seen import Rivals, by_offer, longest_expiry
from pricing.usecases.market_history import LONGEST, MOMENT, PRODUCTS_AT_ONCE, MarketHistory, WalkMarket, Watched
from shared.kernel.clock import Clock
from shared.kernel.paging import InvalidCursor, Page, Window

USUAL = timedelta(days=7)
MOST_PRODUCTS_FOR_A_PAGE = 10 * PRODUCTS_AT_ONCE
MOST_LOOKS_FOR_A_PAGE = 100_000
MOST_LOOKS = 500_000
PRODUCT_DAYS_AT_ONCE = 600
LEAST_AT_ONCE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesAsked:
    """Which changes: of the last week, when no beginning is said, and until now, when no end is."""

    since: datetime | None = None
    until: datetime | None = None
    stale_after: timedelta = timedelta(hours=24)
    competitor_id: str | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change with the SKU and the shop of its product."""

    change: MarketChange
    sku: str
    shop_id: str


@dataclass(slots=True)
class CompetitorMoves:
    """One competitor's offers by what became of them, its changes by cause, and since when its oldest is stale."""

    offers: int = 0
    states: Counter[OfferMoved] = field(default_factory=Counter)
    causes: Counter[Cause] = field(default_factory=Counter)
    stale_since: datetime | None = None

    def take(self, moves: OfferMoves) -> None:
        """Count an offer."""
        self.offers += 1
        self.states[moves.state] += 1
        self.causes.update(one.cause for one in moves.changes)
        if moves.stale_since is not None:
            self.stale_since = min(self.stale_since or moves.stale_since, moves.stale_since)


@dataclass(frozen=True, slots=True)
class MarketMoves:
    """Every competitor that has an offer, in a spell."""

    spell: Spell
    competitors: dict[str, CompetitorMoves]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMarketChanges:
    """Compute the changes from the looks that were recorded."""

    history: MarketHistory
    walk: WalkMarket
    clock: Clock

    def spell(self, asked: ChangesAsked) -> Spell:
        """The window that is asked for; `InvalidWindow` for one that is none or too long."""
        now = self.clock() + MOMENT
        until = min(asked.until or now, now)
        since = asked.since or until - USUAL
        if since >= until:
            raise InvalidWindow(f"since {since.isoformat()} is not before until {until.isoformat()}")
        if until - since > LONGEST:
            raise InvalidWindow(f"the window is longer than {LONGEST.days} days; ask for it in parts")
        return Spell(since=since, until=until, stale_after=asked.stale_after)

    async def page(self, organisation_id: str, asked: ChangesAsked, window: Window) -> Page[ShownChange]:
        """Return some changes by product, oldest first. Of a product cut in two the next page shows the rest.

        A page reads a bounded number of products: it may be short, or empty, while another follows.
        """
        spell = self.spell(asked)
        start, _, skipped = (window.after or "/0").rpartition("/")
        if not skipped.isdecimal():
            raise InvalidCursor("use the next_cursor of the page before, unchanged, or leave cursor out to start anew")
        rows: list[ShownChange] = []
        products, looks, following = 0, 0, None
        async for watched in self.walk(
            organisation_id, competitor_id=asked.competitor_id, start=start, at_once=_at_once(spell), most=None
        ):
            enough = products >= MOST_PRODUCTS_FOR_A_PAGE or looks >= MOST_LOOKS_FOR_A_PAGE
            if following is not None and (enough or len(rows) == window.limit):
                return Page(items=tuple(rows), next_after=following)
            changes, read = await self._changes(organisation_id, watched, spell)
            products, looks = products + len(watched.facts), looks + read
            for product_id in watched.product_ids:
                begin = int(skipped) if product_id == start else 0
                wanted = [one for one in changes.get(product_id, ()) if asked.cause in {None, one.cause}][begin:]
                room = window.limit - len(rows)
                facts = watched.facts[product_id]
                rows += [ShownChange(one, facts.sku, facts.shop_id) for one in wanted[:room]]
                if len(wanted) > room:
                    return Page(items=tuple(rows), next_after=f"{product_id}/{begin + room}")
                following = f"{product_id}/{begin + len(wanted)}"
        return Page(items=tuple(rows))

    async def summary(self, organisation_id: str, asked: ChangesAsked) -> MarketMoves:
        """Count every offer by competitor; `TooMuchMarket` when there are too many products for one answer."""
        spell = self.spell(asked)
        found: dict[str, CompetitorMoves] = {}
        looks = 0
        async for watched in self.walk(organisation_id, competitor_id=asked.competitor_id, at_once=_at_once(spell)):
            moves, read = await self._moves(organisation_id, watched, spell)
            for offer, one in moves:
                found.setdefault(offer.competitor_id, CompetitorMoves()).take(one)
            looks += read
            if looks > MOST_LOOKS:
                detail = (
                    f"more than {MOST_LOOKS} looks lie in this window; name a competitor_id, or ask for a shorter one"
                )
                raise TooMuchMarket(detail)
        return MarketMoves(spell, dict(sorted(found.items())))

    async def _changes(
        self, organisation_id: str, watched: Watched, spell: Spell
    ) -> tuple[dict[str, list[MarketChange]], int]:
        """The changes of each product, oldest first, and how many looks were read for them."""
        moves, read = await self._moves(organisation_id, watched, spell)
        found: dict[str, list[MarketChange]] = {}
        for _, one in moves:
            for change in one.changes:
                found.setdefault(change.product_id, []).append(change)
        for changes in found.values():
            changes.sort(key=lambda one: (one.at, one.offer_id, one.cause.value))
        return found, read

    async def _moves(
        self, organisation_id: str, watched: Watched, spell: Spell
    ) -> tuple[list[tuple[Offer, OfferMoves]], int]:
        """What happened to each offer, and how many looks were read for that."""
        ids = watched.product_ids
        longest = longest_expiry(watched.competitors.values())
        before = {
            one.offer_id: one
            for one in await self.history.newest(organisation_id, ids, spell.since - longest, spell.since)
        }
        seen = await self.history.looks(organisation_id, ids, spell.since, spell.until)
        looks = by_offer(seen)
        found: list[tuple[Offer, OfferMoves]] = []
        for product_id in ids:
            rivals = Rivals(watched.facts[product_id], watched.competitors)
            for offer in watched.offers.get(product_id, ()):
                within = looks.get(offer.offer_id, ())
                found.append((offer, moves_of(offer, before.get(offer.offer_id), within, rivals, spell)))
        return found, len(seen)


def _at_once(spell: Spell) -> int:
    """So many products are read at once: the longer the window, the fewer."""
    days = max(1, (spell.until - spell.since).days)
    return max(LEAST_AT_ONCE, min(PRODUCTS_AT_ONCE, PRODUCT_DAYS_AT_ONCE // days))
