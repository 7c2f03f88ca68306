"""Raise alerts: each minute, for each shop in which something changed or is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pricing.domain.alerts.lines import AlertLine
from pricing.domain.alerts.market import MarketEvent, ripe_before, state_of
from pricing.domain.alerts.raising import LineKey, ShopAlerts, raised
from pricing.domain.alerts.rule import AlertRule
from pricing.domain.alerts.triggers import Position, Ruled
from pricing.domain.market import Competitor, Offer, ProductFacts
from pricing.domain.price_seen import Rivals, standing_look
from pricing.usecases.alert_ports import AlertDesk, ShopId
from pricing.usecases.ports import Competitors, Facts, Offers, Runs, StoredDecision
from shared.kernel.clock import Clock
from shared.kernel.each import for_each

SHOPS_AT_ONCE = 100
EVENTS_AT_ONCE = 1_000
LINES_AT_ONCE = 20_000
PAUSE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlerts:
    """Say what is due. What one minute leaves, the next one does; what fails for one shop fails after all others."""

    desk: AlertDesk
    facts: Facts
    offers: Offers
    competitors: Competitors
    runs: Runs
    clock: Clock
    pause: timedelta = PAUSE

    async def __call__(self) -> int:
        """Return how many alerts were raised."""
        now = self.clock()
        ripe = ripe_before(now, self.pause)
        return await for_each(await self.desk.due(ripe, now, SHOPS_AT_ONCE), lambda shop: self._raise(shop, ripe, now))

    async def _raise(self, shop: ShopId, ripe: datetime, now: datetime) -> int:
        rules = await self.desk.rules(shop)
        ledger = await self.desk.ledger(shop)
        events = await self.desk.events(shop, ripe, EVENTS_AT_ONCE)
        lines = await self._lines(shop, rules, events)
        step = raised(
            ShopAlerts(
                ledger=ledger,
                rules=rules,
                events=events,
                positions=await self._positions(shop, events) if rules else {},
                lines=lines,
                causes=await self.desk.causes(shop) if rules else {},
                names=await self._names(shop, lines, events),
            ),
            now,
        )
        done = await self.desk.settle(shop, step, events)
        return len(step.alerts) if done else 0

    async def _lines(
        self, shop: ShopId, rules: Sequence[AlertRule], events: Sequence[MarketEvent]
    ) -> Mapping[LineKey, AlertLine]:
        if not rules:
            return {}
        standing = sorted(one.rule_id for one in rules if not one.only_new)
        return await self.desk.lines(shop, {one.product_id for one in events}, standing, LINES_AT_ONCE)

    async def _names(
        self, shop: ShopId, lines: Mapping[LineKey, AlertLine], events: Sequence[MarketEvent]
    ) -> dict[str, str]:
        ids = {one.competitor_id for one in lines.values()} | {one.competitor_id for one in events}
        known = await self.competitors.some(shop.organisation_id, sorted(ids))
        return {name: one.name for name, one in known.items()}

    async def _positions(self, shop: ShopId, events: Sequence[MarketEvent]) -> dict[str, Position]:
        """Where the products of changes stand, by offer; not those of sellers that are ourselves or left out."""
        products = sorted({one.product_id for one in events})
        if not products:
            return {}
        organisation_id = shop.organisation_id
        facts = await self.facts.by_id(organisation_id, products)
        offers = await self.offers.of_products(organisation_id, products)
        ids = sorted({one.competitor_id for some in offers.values() for one in some})
        competitors = await self.competitors.some(organisation_id, ids)
        ruled = await self.runs.newest_decisions(organisation_id, products)
        found = {}
        for event in events:
            product = facts.get(event.product_id)
            if product is None or not product.active:
                continue
            position = _position(
                event, product, offers.get(event.product_id, ()), competitors, ruled.get(event.product_id)
            )
            if position is not None:
                found[event.offer_id] = position
        return found


def _position(
    event: MarketEvent,
    product: ProductFacts,
    offers: Sequence[Offer],
    competitors: Mapping[str, Competitor],
    ruled: StoredDecision | None,
) -> Position | None:
    rivals = Rivals(product, competitors)
    this = next((one for one in offers if one.offer_id == event.offer_id), None)
    if this is None or _left_out(this, rivals):
        return None
    others = [one for one in offers if one.offer_id != event.offer_id and not _left_out(one, rivals)]
    decision = None if ruled is None else ruled.decision
    return Position(
        facts=product,
        others=tuple(price for one in others if (price := state_of(one).on_sale) is not None),
        competitor_stays=any(one.competitor_id == event.competitor_id and not one.is_lost for one in others),
        ruled=None
        if ruled is None or decision is None
        else Ruled(
            decision_id=ruled.decision_id,
            reason=decision.reason.value,
            price=decision.price,
            decided_at=ruled.decided_at,
        ),
    )


def _left_out(offer: Offer, rivals: Rivals) -> bool:
    seen = standing_look(offer)
    return seen is not None and rivals.leaves_out(seen)
