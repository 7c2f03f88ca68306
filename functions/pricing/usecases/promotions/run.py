"""Begin and end promotions when their time has come, however late that is noticed.

Each step is kept before the next one, and each may be done twice: holds, price changes, publications and evidence have
ids made of the promotion's, and the shop writes a price only over the one that is expected.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pricing.domain.errors import PromotionChanged
from pricing.domain.hold import HOLD_PREFIX, LONGEST_REASON, Hold
from pricing.domain.price_change import PriceChange, State
from pricing.domain.promotions.evidence import Evidence
from pricing.domain.promotions.prices import OPEN, Move, Phase, change_id, change_of, ended, wanted
from pricing.domain.promotions.promotion import BEGUN, LIVE, SETTLES, Item, ItemState, Promotion, PromotionState
from pricing.usecases.holds import Holds
from pricing.usecases.ports import Facts
from pricing.usecases.promotions.assess import AssessPromotion
from pricing.usecases.promotions.ports import DecidesAgain, Promotions
from pricing.usecases.publication_gate import Gate
from pricing.usecases.publication_ports import PriceChanges
from pricing.usecases.publish import StartBatch
from shared.kernel.clock import Clock
from shared.kernel.each import for_each
from shared.kernel.errors import Conflict
from shared.kernel.identifiers import derived_id

AT_ONCE = 50
SOON = timedelta(minutes=1)
# So many publications of one promotion are looked through in a minute for one that is not over.
LOOKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPromotions:
    """Do what promotions of every organisation have to do by now, longest due first.

    A shop in test mode, or under an emergency stop, keeps its promotions waiting; they are tried again each minute.
    """

    promotions: Promotions
    assess: AssessPromotion
    facts: Facts
    holds: Holds
    changes: PriceChanges
    start: StartBatch
    gate: Gate
    decides: DecidesAgain
    clock: Clock

    async def __call__(self) -> int:
        """Return how many there were. What fails for one fails after all others."""
        return await for_each(await self.promotions.due(self.clock(), AT_ONCE), self._stepped)

    async def _stepped(self, promotion: Promotion) -> int:
        # When somebody was faster, what they made of it is done in the next minute.
        with suppress(PromotionChanged):
            await self._step(promotion)
        return 1

    async def _step(self, promotion: Promotion) -> None:
        at = self.clock()
        match promotion.state:
            case PromotionState.APPROVED:
                await self._hold(promotion, at)
            case PromotionState.HELD:
                await self._begin(promotion, at)
            case PromotionState.RUNNING if promotion.ends_at > at:
                await self._run(promotion, at)
            case _:
                await self._end(promotion, at)

    async def _hold(self, promotion: Promotion, at: datetime) -> None:
        """Take the products out of automatic pricing, and let what is on its way to the shop arrive."""
        if promotion.ends_at <= at:
            await self._over(promotion, at, "it was over before it could begin")
            return
        # First, so that what is called off or changed at this moment leaves no hold that nothing ends.
        due = max(promotion.starts_at, at + SETTLES)
        await self.promotions.save(promotion.changed(at, state=PromotionState.HELD, due_at=due))
        await self.holds.place([_hold(promotion, item, at) for item in promotion.items])
        for product_id in promotion.product_ids:
            why = f"{promotion.promotion_id} «{promotion.name}» begins"
            await self.changes.withdraw(promotion.organisation_id, product_id, why, at)

    async def _begin(self, promotion: Promotion, at: datetime) -> None:
        """Check every price and claim by what is known now, keep the evidence, and ask for the prices."""
        if promotion.ends_at <= at:
            await self._over(promotion, at, "it was over before it could begin")
            return
        why = await self._why_not(promotion)
        others = await self.promotions.begun(promotion.organisation_id, promotion.product_ids)
        taken: dict[str, Item] = {}
        for other in (one for one in others if one.promotion_id != promotion.promotion_id):
            for item in (one for one in other.items if one.product_id in promotion.product_ids):
                if item.state is ItemState.ON and other.is_followed_by(promotion):
                    taken[item.product_id] = item
                elif item.state is ItemState.ON:
                    why = why or f"{other.promotion_id} «{other.name}» has not ended yet"
        if why is not None:
            await self._wait(promotion, at, why)
            return
        # Whoever noted that it is HELD may have died before the products were.
        await self.holds.place([_hold(promotion, item, at) for item in promotion.items])
        begun = replace(promotion, began_at=at)
        evidence = {one.product_id: one for one in await self.assess(begun, at, final=True)}
        products = await self.facts.by_id(promotion.organisation_id, promotion.product_ids)
        items = []
        for item in promotion.items:
            one, facts = evidence.get(item.product_id), products.get(item.product_id)
            before = None if facts is None else facts.price
            last = taken.get(item.product_id)
            # Over a price that somebody set meanwhile, the one before the promotions is no better than that.
            standing = last.standing if last is not None and last.price == before else before
            items.append(_begun(item, one, replace(item, before=before, standing=standing)))
        kept = [one.data() for one in evidence.values()]
        await self.promotions.keep_evidence(promotion.organisation_id, promotion.promotion_id, kept)
        on = {item.product_id for item in items if item.state is ItemState.ON}
        ours = [name for name in promotion.product_ids if name not in on]
        theirs = [_hold_id(other, name) for other in others for name in taken if name in on]
        # A product without a price of this promotion is not held by it; one that it takes over, by it alone.
        own = [_hold_id(promotion, name) for name in ours]
        await self.holds.end_of(promotion.organisation_id, [*own, *theirs], at)
        running = begun.changed(at, state=PromotionState.RUNNING, items=tuple(items), due_at=at, detail="")
        await self.promotions.save(running)
        await self._run(running, at)

    async def _run(self, promotion: Promotion, at: datetime) -> None:
        """See that the promotion's prices are published, until each has reached an end."""
        moves = _moves(promotion, "on", {})
        settled, tried, why = await self._published(promotion, "on", moves, at)
        due = promotion.ends_at if settled else min(promotion.ends_at, at + SOON)
        await self.promotions.save(promotion.changed(at, due_at=due, publications=tried, detail=why))

    async def _end(self, promotion: Promotion, at: datetime) -> None:
        """Bring the prices back, let the products go, and have them decided again."""
        if promotion.state is not PromotionState.ENDING:
            promotion = promotion.changed(at, state=PromotionState.ENDING, ended_at=at, due_at=at)
            await self.promotions.save(promotion)
        on = await self._changes(promotion, "on", promotion.items)
        over = [
            replace(one, state=State.DENIED, decided_at=at, deny_reason="the promotion is over")
            for one in on.values()
            if one.state is State.APPROVED
        ]
        denied = set(await self.changes.move(State.APPROVED, over))
        if any(one.state in OPEN and one.change_id not in denied for one in on.values()):
            await self._wait(promotion, at, "prices of it are on their way to the shop")
            return
        promotion, waits = await self._handed_over(promotion, at)
        # A price that may be taken over does not return yet: the next one holds its product, and it would fail by that.
        moves = [(item, move) for item, move in _moves(promotion, "off", on) if item.product_id not in waits]
        settled, tried, why = await self._published(promotion, "off", moves, at)
        if not settled or waits:
            detail = why or next(iter(waits.values()), "")
            await self.promotions.save(promotion.changed(at, due_at=at + SOON, publications=tried, detail=detail))
            return
        off = await self._changes(promotion, "off", promotion.items)
        done = []
        for item in promotion.items:
            state, detail = ended(item, on.get(item.product_id), off.get(item.product_id))
            done.append(replace(item, state=state, detail=detail))
        await self._over(replace(promotion, items=tuple(done)), at, "")

    async def _handed_over(self, promotion: Promotion, at: datetime) -> tuple[Promotion, dict[str, str]]:
        """Leave to the next promotion what it took over; for which products one is about to, and which."""
        ids = [item.product_id for item in promotion.items if item.state is ItemState.ON]
        touching = await self.promotions.touching(promotion.organisation_id, ids, promotion.ends_at)
        followers = [one for one in touching if promotion.is_followed_by(one) and one.state in LIVE]
        taken: set[str] = set()
        waits: dict[str, str] = {}
        for other in followers:
            for item in (one for one in other.items if one.product_id in ids):
                if other.state not in BEGUN and other.ends_at > at and other.ended_at is None:
                    waits[item.product_id] = f"{other.promotion_id} «{other.name}» is about to take products over"
                elif item.state is ItemState.ON and other.state in BEGUN:
                    taken.add(item.product_id)
        items = tuple(
            replace(item, state=ItemState.CONTINUED) if item.product_id in taken else item for item in promotion.items
        )
        return replace(promotion, items=items), waits

    async def _over(self, promotion: Promotion, at: datetime, why: str) -> None:
        """Let the products go, have them decided again, and close the promotion."""
        await self.holds.end_of(
            promotion.organisation_id, [_hold_id(promotion, one) for one in promotion.product_ids], at
        )
        products = await self.facts.by_id(promotion.organisation_id, promotion.product_ids)
        ended_states = {item.product_id: item.state for item in promotion.items}
        free = {one.partition for one in products.values() if ended_states[one.product_id] != ItemState.CONTINUED}
        if promotion.state is not PromotionState.APPROVED:
            await self.decides.decide_again(promotion.organisation_id, promotion.shop_id, free, at)
        items = tuple(
            replace(item, state=ItemState.UNTOUCHED) if item.state is ItemState.PLANNED else item
            for item in promotion.items
        )
        closed = promotion.changed(
            at,
            state=PromotionState.ENDED,
            items=items,
            ended_at=promotion.ended_at or at,
            due_at=None,
            detail=why,
        )
        await self.promotions.save(closed)

    async def _published(
        self, promotion: Promotion, phase: Phase, moves: Sequence[tuple[Item, Move]], at: datetime
    ) -> tuple[bool, int, str]:
        """Whether every price of a phase reached an end; how many publications were tried, and what is in the way."""
        if not moves:
            return True, promotion.publications, ""
        products = await self.facts.by_id(promotion.organisation_id, [item.product_id for item, _ in moves])
        made = [
            change_of(promotion, item, phase, move, products[item.product_id], at)
            for item, move in moves
            if item.product_id in products
        ]
        if made:
            await self.changes.propose(made)
        found = await self._changes(promotion, phase, [item for item, _ in moves])
        open_ = [one for one in found.values() if one.state in OPEN]
        if not open_:
            return True, promotion.publications, ""
        if any(one.state is not State.APPROVED or one.batch_id is not None for one in open_):
            return False, promotion.publications, "prices of it are on their way to the shop"
        return await self._asked_for(promotion)

    async def _asked_for(self, promotion: Promotion) -> tuple[bool, int, str]:
        """Ask for the publication of approved prices, once more when the last one ended without them."""
        why = await self._why_not(promotion)
        if why is not None:
            return False, promotion.publications, why
        tried = promotion.publications
        for tried in range(promotion.publications, promotion.publications + LOOKS):
            batch_id = derived_id("bat", promotion.promotion_id, str(tried))
            user_id = promotion.approved_by or promotion.authors[-1]
            try:
                batch = await self.start(
                    promotion.organisation_id, user_id, promotion.shop_id, promotion.promotion_id, batch_id
                )
            except Conflict as error:
                return False, tried, error.detail
            if batch.finished_at is None:
                return False, tried, f"{batch_id} publishes its prices"
        return False, tried, "its publications end before their prices are written"

    async def _why_not(self, promotion: Promotion) -> str | None:
        _, why = await self.gate.look(promotion.organisation_id, promotion.shop_id)
        return why

    async def _changes(self, promotion: Promotion, phase: Phase, items: Sequence[Item]) -> dict[str, PriceChange]:
        ids = [change_id(promotion, phase, item.product_id) for item in items]
        return {one.product_id: one for one in await self.changes.some(promotion.organisation_id, ids)}

    async def _wait(self, promotion: Promotion, at: datetime, why: str) -> None:
        await self.promotions.save(promotion.changed(at, due_at=at + SOON, detail=why))


def _moves(promotion: Promotion, phase: Phase, on: Mapping[str, PriceChange]) -> list[tuple[Item, Move]]:
    """What moves in a phase; `on` are the changes that the promotion began with, by product."""
    moves = ((item, wanted(promotion, item, phase, on.get(item.product_id))) for item in promotion.items)
    return [(item, move) for item, move in moves if move is not None]


def _begun(item: Item, evidence: Evidence | None, begun: Item) -> Item:
    """A product as its promotion begins: ON, or BLOCKED by what was found."""
    if evidence is None:
        return replace(item, state=ItemState.BLOCKED, detail="PRODUCT_UNKNOWN: the catalogue has no such product")
    if evidence.errors:
        told = "; ".join(f"{one.code}: {one.message}" for one in evidence.errors)
        return replace(item, state=ItemState.BLOCKED, detail=told)
    return replace(begun, state=ItemState.ON)


def _hold_id(promotion: Promotion, product_id: str) -> str:
    return derived_id(HOLD_PREFIX, promotion.promotion_id, product_id)


def _hold(promotion: Promotion, item: Item, at: datetime) -> Hold:
    """The hold of a product: until the promotion is over, however late that is noticed."""
    return Hold(
        hold_id=_hold_id(promotion, item.product_id),
        organisation_id=promotion.organisation_id,
        shop_id=promotion.shop_id,
        product_id=item.product_id,
        sku=item.sku,
        kind="promotion",
        reason=f"{promotion.promotion_id} «{promotion.name}»"[:LONGEST_REASON],
        starts_at=at,
        ends_at=None,
        set_by=promotion.approved_by or promotion.authors[-1],
        set_at=at,
        promotion_id=promotion.promotion_id,
    )
