"""Keep pricing's own copy of what the catalogue announces; an older message never replaces a newer one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pricing.domain.market import ProductFacts
from pricing.domain.price_change import PriceChange
from pricing.domain.promotions.own_price import own_price_of
from pricing.usecases.moves import LateMove, LateMoves
from pricing.usecases.own_prices import OwnPrices
from pricing.usecases.ports import Facts
from shared.kernel.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordProducts:
    """Keep what the catalogue announced, each price that it ever told, and moves of ours that only it saw succeed."""

    facts: Facts
    own_prices: OwnPrices
    moves: LateMoves
    clock: Clock

    async def __call__(self, facts: Sequence[ProductFacts], *, again: bool = False) -> None:
        """Keep each fact unless a later revision is known; what is told `again` mends a copy of the same revision.

        A price that was written and not read back (UNKNOWN) is a move of ours when the catalogue tells it: limits of a
        day and price wars count it from the moment since which it stands.
        """
        # First, so that no price is known that the history lacks.
        await self.own_prices.note([one for told in facts if (one := own_price_of(told)) is not None], again=again)
        await self.facts.keep(facts, again=again)
        for organisation_id in sorted({one.organisation_id for one in facts}):
            await self._note(organisation_id, [one for one in facts if one.organisation_id == organisation_id])

    async def _note(self, organisation_id: str, facts: Sequence[ProductFacts]) -> None:
        told = {one.product_id: one for one in facts}
        unread = await self.moves.unread(organisation_id, sorted(told))
        stands = [move for one in unread if (move := self._stands(one, told[one.product_id])) is not None]
        if not stands:
            return
        since = min(move.change.proposed_at for move in stands)
        known: dict[str, datetime] = {}
        for one in await self.moves.of_products(organisation_id, sorted(told), since):
            known[one.product_id] = one.at
        # Of several changes to one price the newest brought it; a move that was noted since then was made after it.
        newest = {move.change.product_id: move for move in stands}
        late = [move for one, move in newest.items() if one not in known or known[one] <= move.change.proposed_at]
        await self.moves.note(late, self.clock())

    def _stands(self, change: PriceChange, facts: ProductFacts) -> LateMove | None:
        """The move, where the catalogue tells its price, and tells it after the change was decided."""
        at = facts.price_since or self.clock()
        is_later = facts.revision > change.product_revision and at >= change.proposed_at
        return LateMove(change, at) if is_later and facts.price == change.after else None
