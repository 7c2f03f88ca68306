"""Publish approved prices: write, read back, reconcile. Sent is not applied.

Carried out twice, it writes once: a price that is shown already is not written again, and each change moves
from state to state only while it is in the one expected.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pricing.domain.errors import NothingToPublish
from pricing.domain.hold import held_back
from pricing.domain.price_change import UNDO_ENDED, Failure, PriceChange, State
from pricing.domain.promotions.law import Law
from pricing.domain.promotions.price_law import forbidden
from pricing.domain.publication import PublicationSettings
from pricing.usecases.holds import Holds, holds_of
from pricing.usecases.ports import Facts, Run, Stops
from pricing.usecases.publication_gate import Gate
from pricing.usecases.publication_ports import Batch, Batches, PriceChanges, Shop, Shown, Tally, Written, Wrote
from pricing.usecases.review_batch import ReviewBatch
from pricing.usecases.undo import propose_undo
from shared.kernel.clock import Clock
from shared.kernel.errors import Conflict
from shared.kernel.identifiers import derived_id, fresh_id

CHANGES_IN_A_CALL = 100
# What the slowest shop may take for so many, so that no worker dies among them.
SECONDS_FOR_A_CALL = 70

type TimeLeft = Callable[[], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartBatch:
    """Ask for the publication of a shop's approved prices that wait, of one run or of all."""

    changes: PriceChanges
    batches: Batches
    gate: Gate
    clock: Clock

    async def __call__(
        self, organisation_id: str, user_id: str, shop_id: str, run_id: str | None, batch_id: str | None = None
    ) -> Batch:
        """Return the batch; `NothingToPublish` when no approved price waits, or why none may be written now.

        Its prices are gathered when it is published: a batch that nobody took up binds none of them.
        """
        at = self.clock()
        batch_id = batch_id or fresh_id("bat", at)
        known = await self.batches.find(organisation_id, batch_id)
        if known is not None:
            # The same request has come before, and its prices may be published by now.
            return known
        await self.gate.must_be_open(organisation_id, shop_id)
        waiting = await self.changes.waiting(organisation_id, shop_id, run_id)
        if waiting == 0:
            raise NothingToPublish("approve proposals first: GET /pricing/price-changes?state=PROPOSED lists them")
        batch = Batch(
            batch_id=batch_id,
            organisation_id=organisation_id,
            shop_id=shop_id,
            run_id=run_id,
            state="PENDING",
            total=waiting,
            requested_by=user_id,
            requested_at=at,
        )
        return await self.batches.add(batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishAlone:
    """Publish what a run's policy let through, where the shop's prices go out by themselves."""

    start: StartBatch
    gate: Gate

    async def __call__(self, run: Run) -> Batch | None:
        """Return the run's own batch, one however often it is asked for; None where nothing may, or is to, go out."""
        settings, why = await self.gate.look(run.organisation_id, run.shop_id)
        if why is not None or not settings.automatic or run.state != "FINISHED":
            return None
        batch_id = derived_id("bat", run.run_id)
        try:
            return await self.start(run.organisation_id, "policy", run.shop_id, run.run_id, batch_id)
        except Conflict:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishBatch:
    """Bring every price of a batch to APPLIED, FAILED or UNKNOWN: the canary's first, then the rest.

    The price of a product that is held is not written, and FAILED by the hold's name, unless the hold names it. Nor is
    one that is forbidden: below the MAP, or below cost where the shop's country does not allow it, whoever approved.

    A batch ends early between two calls: cancelled by a person, or stopped by an emergency stop, by a shop that was
    put into test mode or takes no price at all, or because too many of its prices failed. Prices that were not sent are
    approved and free again, those of an undo DENIED: nobody wants them without it. Of those that were sent before a
    crash, the ones that the shop shows are APPLIED, the others free, and UNKNOWN where the shop cannot be read.

    What a slow shop leaves no time for is asked for again.
    """

    changes: PriceChanges
    batches: Batches
    holds: Holds
    facts: Facts
    law: Law
    gate: Gate
    shop: Shop
    review: ReviewBatch
    stops: Stops
    clock: Clock
    time_left: TimeLeft

    async def __call__(self, organisation_id: str, batch_id: str) -> Batch:
        """Publish what has not reached an end and return the batch; one whose canary is out waits for its time.

        One that has ended is looked at, when it is due for that.
        """
        batch = await self.batches.get(organisation_id, batch_id)
        if batch.finished_at is not None:
            return await self.review(batch)
        if batch.resume_at is not None and self.clock() < batch.resume_at:
            return batch
        settings = await self.gate.settings_of(organisation_id, batch.shop_id)
        if batch.undoes is not None and batch.started_at is None:
            await propose_undo(self.changes, batch, batch.undoes, self.clock())
        batch = await self.batches.begin(batch, settings.canary_share, self.clock())
        tally = await self.changes.tally(organisation_id, batch_id)
        began = tally.written
        if not batch.canary_passed:
            ended, tally = await self._stage(batch, tally, batch.canary_share, began)
            if ended is not None:
                return ended
            batch = await self.batches.pass_canary(batch, self._resume_at(batch, settings))
            if batch.resume_at is not None:
                return batch
        ended, _ = await self._stage(batch, tally, None, began)
        return ended or await self.batches.end(batch, "FINISHED", self.clock())

    def _resume_at(self, batch: Batch, settings: PublicationSettings) -> datetime | None:
        if not batch.canary_share or settings.canary_minutes == 0:
            return None
        return self.clock() + timedelta(minutes=settings.canary_minutes)

    async def _stage(self, batch: Batch, tally: Tally, below: int | None, began: int) -> tuple[Batch | None, Tally]:
        """Publish the prices of a share below one, or all; the batch when it goes no further now, and the new tally.

        `began` is how many had been written or tried when this work was taken up: some of it is done each time.
        """
        organisation_id, batch_id = batch.organisation_id, batch.batch_id
        if below == 0:
            return None, tally
        while some := await self.changes.unpublished(organisation_id, batch_id, CHANGES_IN_A_CALL, below):
            if await self.stops.stopped(organisation_id, batch_id):
                return await self._ended_early(batch, "CANCELLED", ""), tally
            if tally.written > began and self._hurried():
                await self.batches.ask_on(batch, tally.written)
                return batch, tally
            settings, why = await self.gate.look(organisation_id, batch.shop_id, batch.despite_stop)
            why = why or (await self.batches.get(organisation_id, batch_id)).halted
            if why:
                return await self._ended_early(batch, "STOPPED", why), tally
            news, stop = await self._publish(organisation_id, batch_id, some)
            tally = Tally(tally.written + news.written, tally.failed + news.failed)
            if stop:
                return await self._ended_early(batch, "STOPPED", stop), tally
            if settings.failed_too_often(tally.failed, tally.written):
                why = f"{tally.failed} of {tally.written} prices failed, more than {settings.max_failed_percent} %"
                return await self._ended_early(batch, "STOPPED", why), tally
        return None, tally

    def _hurried(self) -> bool:
        left = self.time_left()
        return left is not None and left < SECONDS_FOR_A_CALL

    async def _publish(self, organisation_id: str, batch_id: str, waiting: Sequence[PriceChange]) -> tuple[Tally, str]:
        """Publish some prices: how many were written or tried, and why the shop takes none, if so."""
        # Of two prices for one product the newer is written; the older then finds its starting price gone.
        changes = list({one.product_id: one for one in sorted(waiting, key=lambda one: one.proposed_at)}.values())
        approved = [replace(change, state=State.SENT) for change in changes if change.state is State.APPROVED]
        moved = set(await self.changes.move(State.APPROVED, approved))
        # What somebody took back since it was read is not written.
        sent = [
            replace(change, state=State.SENT)
            for change in changes
            if change.state is State.SENT or change.change_id in moved
        ]
        if not sent:
            return Tally(), ""
        kept = await self._held(organisation_id, sent) | await self._forbidden(organisation_id, sent)
        free = [change for change in sent if change.product_id not in kept]
        wrote = await self.shop.write(organisation_id, batch_id, free) if free else Wrote(())
        shown = await self.shop.read(organisation_id, sent)
        lines = {one.product_id: one for one in wrote.lines}
        # What was sent before the hold or the law came, by a worker that died then, may stand in the shop.
        lines |= {
            one.product_id: Written(one.product_id, kept[one.product_id][1], kept[one.product_id][0])
            for one in sent
            if one.product_id in kept and shown.prices.get(one.product_id) != one.after
        }
        at = self.clock()
        fresh = {one.change_id for one in approved}
        ended = [
            _untried(change, shown, at, fresh=change.change_id in fresh)
            if (line := lines.get(change.product_id)) is not None and line.untried
            else _ended(change, line, shown, at)
            for change in sent
        ]
        await self._settle(organisation_id, batch_id, ended, at)
        tried = [one for one in ended if one.state is not State.APPROVED]
        return Tally(len(tried), sum(is_error(one) for one in tried)), wrote.stop

    async def _settle(self, organisation_id: str, batch_id: str, ended: Sequence[PriceChange], at: datetime) -> None:
        # First the catalogue, then the end of the line: a worker that dies between the two notes it again.
        applied = [one for one in ended if one.state is State.APPLIED]
        if applied:
            await self.shop.note(organisation_id, batch_id, applied)
        await self.changes.settle(organisation_id, batch_id, ended, at)

    async def _held(self, organisation_id: str, changes: Sequence[PriceChange]) -> dict[str, tuple[Failure, str]]:
        product_ids = [change.product_id for change in changes]
        held = await holds_of(self.holds, organisation_id, product_ids, self.clock())
        backs = {one.product_id: held_back(one.run_id, held.get(one.product_id, ())) for one in changes}
        return {product_id: ("held", why) for product_id, why in backs.items() if why is not None}

    async def _forbidden(self, organisation_id: str, changes: Sequence[PriceChange]) -> dict[str, tuple[Failure, str]]:
        products = await self.facts.by_id(organisation_id, [change.product_id for change in changes])
        whys = {
            one.product_id: forbidden(one.after, products[one.product_id], self.law)
            for one in changes
            # A price below a MAP or a cost that came since goes back all the same: what stands is further below.
            if one.product_id in products and not one.mends
        }
        return {product_id: ("compliance", why) for product_id, why in whys.items() if why is not None}

    async def _ended_early(self, batch: Batch, state: str, why: str) -> Batch:
        organisation_id, batch_id = batch.organisation_id, batch.batch_id
        await self.changes.release(organisation_id, batch_id)
        while sent := await self.changes.unpublished(organisation_id, batch_id, CHANGES_IN_A_CALL):
            shown = await self.shop.read(organisation_id, sent)
            at = self.clock()
            left = [_freed(_untried(change, shown, at, fresh=False)) for change in sent]
            await self._settle(organisation_id, batch_id, left, at)
        return await self.batches.end(batch, state, self.clock(), why)


def is_error(change: PriceChange) -> bool:
    """Whether the shop is to blame: a price changed by hand, or a held product, is no reason to stop the others."""
    return change.state is State.UNKNOWN or change.failure == "refused"


def _ended(change: PriceChange, line: Written | None, shown: Shown, at: datetime) -> PriceChange:
    if line is not None and line.refusal is not None:
        return replace(change, state=State.FAILED, detail=line.refusal, failure=line.failure)
    if shown.prices.get(change.product_id) == change.after:
        return replace(change, state=State.APPLIED, detail="", applied_at=at)
    return replace(change, state=State.UNKNOWN, detail=_doubt(change, line, shown))


def _doubt(change: PriceChange, line: Written | None, shown: Shown) -> str:
    wrote = line.unclear if line is not None and line.unclear else "written"
    if shown.unread:
        return f"{wrote}, and it could not be read back: {shown.unread}"
    return f"{wrote}, but the shop shows {shown.prices.get(change.product_id)}"


def _untried(change: PriceChange, shown: Shown, at: datetime, *, fresh: bool) -> PriceChange:
    """A change that was not written now; one that is not `fresh` may have been, by a worker that died then."""
    if shown.prices.get(change.product_id) == change.after:
        return replace(change, state=State.APPLIED, detail="", applied_at=at)
    if shown.unread and not fresh:
        return replace(
            change, state=State.UNKNOWN, detail=f"it may be written; the shop could not be read: {shown.unread}"
        )
    return replace(change, state=State.APPROVED)


def _freed(change: PriceChange) -> PriceChange:
    """A change of a batch that ended early; one that was not written is no longer the batch's."""
    if change.state is not State.APPROVED:
        return change
    if change.undoes is not None:
        return replace(change, state=State.DENIED, deny_reason=UNDO_ENDED)
    return replace(change, batch_id=None)
