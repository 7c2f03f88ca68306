"""What publishing prices needs from outside, in pricing's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from pricing.domain.decision import Route
from pricing.domain.emergency_stop import EmergencyStop
from pricing.domain.outcome import Outcome
from pricing.domain.price_change import Failure, PriceChange, State
from pricing.domain.publication import PublicationSettings
from shared.kernel.paging import Page, Window

type Order = Literal["newest", "risk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Approved prices of one shop that are published together. `states` counts its price changes by state.

    Those with a share below `canary_share` go out first; the rest follows from `resume_at` on, once `canary_passed`.
    `halted` says why it is to end at its next step. An undo names the batch that it takes back (`undoes`), and may name
    the emergency stop that it is to pass. What it brought is looked at from `review_at` on; the newest `outcome` stays.
    """

    batch_id: str
    organisation_id: str
    shop_id: str
    state: str
    total: int
    requested_by: str
    requested_at: datetime
    run_id: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    states: dict[str, int] | None = None
    canary_share: int | None = None
    canary_passed: bool = False
    resume_at: datetime | None = None
    undoes: str | None = None
    despite_stop: str | None = None
    halted: str = ""
    review_at: datetime | None = None
    outcome: Outcome | None = None
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesWanted:
    """Which price changes are meant; what is None does not matter. Sizes are percentages of the price before.

    They were proposed from `since` on and before `until`.
    """

    state: State | None = None
    shop_id: str | None = None
    run_id: str | None = None
    batch_id: str | None = None
    product_id: str | None = None
    brand: str | None = None
    reason: str | None = None
    route: Route | None = None
    size_from: Decimal | None = None
    size_to: Decimal | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: Order = "newest"


@dataclass(frozen=True, slots=True)
class Written:
    """What the shop answered for one price: nothing to object, or why it was refused and what kind of refusal that is.

    `unclear` says why nobody knows whether it was written: then what the shop shows decides. `untried`: it was not, and
    may be with the next call, unless the shop takes none at all.
    """

    product_id: str
    refusal: str | None
    failure: Failure = "refused"
    unclear: str = ""
    untried: bool = False


@dataclass(frozen=True, slots=True)
class Wrote:
    """What became of each price, and why the shop takes none at all, if so: then the publication goes no further."""

    lines: Sequence[Written]
    stop: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The shown price of each product that the shop knows, in its currency; `unread` says why it told none."""

    prices: Mapping[str, Decimal | None]
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many prices of a batch were written or tried, and how many of them failed for no reason of their own."""

    written: int = 0
    failed: int = 0


class PriceChanges(Protocol):
    """Prices on their way from decision to shop."""

    async def some(self, organisation_id: str, change_ids: Sequence[str]) -> Sequence[PriceChange]:
        """Return those of the changes that exist."""

    async def page(self, organisation_id: str, window: Window, wanted: ChangesWanted) -> Page[PriceChange]:
        """Return some of the changes that are meant: newest first, or those of most risk and money first."""

    async def propose(self, changes: Sequence[PriceChange]) -> None:
        """Keep price changes that no run made; one of the same id stays as it is."""

    async def withdraw(self, organisation_id: str, product_id: str, why: str, at: datetime) -> None:
        """Deny what waits for a product: its proposals, and its approved prices that no batch took up."""

    async def expire(self, at: datetime, limit: int) -> int:
        """Deny proposals of every organisation that have expired; return how many there were."""

    async def move(self, before: State, changes: Sequence[PriceChange]) -> Sequence[str]:
        """Store changes that are still in the state `before`; return the ids of those that were."""

    async def waiting(self, organisation_id: str, shop_id: str, run_id: str | None) -> int:
        """Count the approved changes of a shop without a batch, of one run or of all."""

    async def settle(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange], at: datetime) -> None:
        """Store how changes that are still SENT ended and announce it, in one. What they undo is REVERTED then."""

    async def release(self, organisation_id: str, batch_id: str) -> None:
        """Take the changes of a batch that were not sent out of it; they stay approved. Those of an undo are denied."""

    async def unpublished(
        self, organisation_id: str, batch_id: str, limit: int, below: int | None = None
    ) -> Sequence[PriceChange]:
        """Return changes of a batch that have not reached an end, newest first; only those of a share below one."""

    async def undoable(self, organisation_id: str, batch_id: str, after: str, limit: int) -> Sequence[PriceChange]:
        """Return changes of a batch that were, or may have been, written over another price, by id, after one."""

    async def standing(self, organisation_id: str, batch_id: str, after: str, limit: int) -> Sequence[PriceChange]:
        """Return changes of a batch that are APPLIED, by id, after one."""

    async def applied(self, organisation_id: str, shop_id: str, window: Window, until: datetime) -> Page[PriceChange]:
        """Return some changes of a shop that were applied up to a moment, in the order in which they were.

        `next_after` is always there, so that a later call goes on where this one ended.
        """

    async def tally(self, organisation_id: str, batch_id: str) -> Tally:
        """Count what became of a batch's prices so far."""


class Batches(Protocol):
    """Publications."""

    async def add(self, batch: Batch) -> Batch:
        """Keep a new batch, ask for its publication and announce it, in one; a batch of this id stays as it is."""

    async def find(self, organisation_id: str, batch_id: str) -> Batch | None:
        """Return one batch, if there is one."""

    async def get(self, organisation_id: str, batch_id: str) -> Batch:
        """Return one batch; `BatchNotFound` when there is none."""

    async def page(self, organisation_id: str, window: Window) -> Page[Batch]:
        """Return some batches, newest first."""

    async def begin(self, batch: Batch, canary_share: int, at: datetime) -> Batch:
        """Take up the batch with every approved change of its shop that waits, of its run or of all; announce how many.

        Its canary has at least one price. A batch that was taken up already keeps what it took first; an undo takes
        nothing up, its changes are its own.
        """

    async def pass_canary(self, batch: Batch, resume_at: datetime | None) -> Batch:
        """Note that the canary was written, and from when on the rest may follow: at once, or CANARY until then."""

    async def halt(self, batch: Batch, why: str) -> Batch:
        """Note, once, why a batch is to end at its next step; one that waits with its canary out goes on to it."""

    async def go_on(self, batch: Batch) -> None:
        """Ask again for the publication of a batch whose canary is out, in one with its end of waiting."""

    async def ask_on(self, batch: Batch, written: int) -> None:
        """Ask for the rest of a batch of which so many prices were written or tried; asked twice, it is once."""

    async def resume(self, at: datetime, limit: int) -> int:
        """Ask again for the publication of batches of every organisation whose wait is over; return how many."""

    async def ask_reviews(self, at: datetime, limit: int) -> int:
        """Ask for a look at batches of every organisation that are due for it, each once; return how many."""

    async def reviewed(self, batch: Batch, outcome: Outcome, next_at: datetime | None) -> Batch:
        """Keep what a batch brought, and when it is looked at next."""

    async def end(self, batch: Batch, state: str, at: datetime, detail: str = "") -> Batch:
        """Count the batch's changes by state, close it and announce that; one that never began lets go of them."""


class PublicationSettingsStore(Protocol):
    """How each shop's prices go out."""

    async def of(self, organisation_id: str, shop_id: str) -> PublicationSettings:
        """Return a shop's settings: those that somebody set, or what holds without."""

    async def set(self, settings: PublicationSettings, over: PublicationSettings | None = None) -> bool:
        """Keep a shop's settings; those made of others only while nobody changed these: else False, and nothing is."""


class EmergencyStops(Protocol):
    """The emergency stops of every organisation."""

    async def add(self, stop: EmergencyStop) -> None:
        """Keep a new stop."""

    async def lift(self, organisation_id: str, stop_id: str, user_id: str, reason: str, at: datetime) -> EmergencyStop:
        """End a stop; one that was lifted stays as it was lifted. `EmergencyStopNotFound` when there is none."""

    async def in_force(self, organisation_id: str, shop_id: str) -> Sequence[EmergencyStop]:
        """Return the stops that a shop's prices are under now: its own, and those for every shop."""

    async def page(self, organisation_id: str, window: Window) -> Page[EmergencyStop]:
        """Return some stops, newest first."""


class Shop(Protocol):
    """Where prices are shown; the price changes of one call are those of one shop."""

    async def write(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> Wrote:
        """Write prices; writing twice with one batch id is writing once."""

    async def read(self, organisation_id: str, changes: Sequence[PriceChange]) -> Shown:
        """Return what the shop shows for the products of these changes."""

    async def note(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> None:
        """Let the catalogue know prices that the shop was seen to show; the same twice is once."""
