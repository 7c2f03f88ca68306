"""What pricing's intents need from outside, in pricing's own words."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from pricing.domain.decision import Decision, ReasonCode
from pricing.domain.market import Competitor, Observation, Offer, ProductFacts
from pricing.domain.policies.version import Policy
from pricing.domain.price_change import PriceChange
from pricing.domain.product_filter import Criteria
from pricing.domain.rates import Rates, RateTable
from pricing.domain.recipe import Recipe
from pricing.domain.recording import NOTHING_KNOWN, Known, Looked
from shared.kernel.paging import Page, Window

type Trigger = Literal["person", "schedule", "new_prices"]

PRODUCTS_IN_A_PART = 1_000
"""About so many products a run decides in one step, whether it goes over a whole shop or follows new prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPart:
    """Some of a shop's products, in the order of their partitions: those after one up to another, or those named."""

    after: str = ""
    until: str = ""
    products: int = 0
    partitions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One application of a policy version to a shop. `reasons` counts its decisions by reason code.

    A run because of new prices decides the products that they concern, any other the whole shop. It is decided in
    `parts`, each by a worker of its own.
    """

    run_id: str
    organisation_id: str
    shop_id: str
    policy_id: str
    policy_version: int
    state: str
    requested_by: str
    requested_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    decisions: int = 0
    proposed: int = 0
    reasons: dict[str, int] | None = None
    trigger: Trigger = "person"
    parts: int | None = None


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision with the run it belongs to and the moment it was taken at.

    `inputs` are what it was made from, as plain data (`decisions.stored`); lists of decisions leave them out.
    """

    decision_id: str
    organisation_id: str
    run_id: str
    policy_id: str
    policy_version: int
    decided_at: datetime
    decision: Decision
    inputs: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many readings of a message were new: prices read, and named failures. Some of those read are doubted."""

    read: int
    failed: int
    suspicious: int = 0


class Facts(Protocol):
    """Pricing's copy of the catalogue."""

    async def keep(self, facts: Sequence[ProductFacts], *, again: bool = False) -> None:
        """Keep each fact unless a later revision is kept already or, when it is not told `again`, the same one."""

    async def by_sku(self, organisation_id: str, shop_id: str, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """Return the known products among the SKUs of a shop, by SKU."""

    async def by_id(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, ProductFacts]:
        """Return the known products among the ids, by id."""

    async def by_identifiers(self, organisation_id: str, identifiers: Sequence[str]) -> dict[str, list[ProductFacts]]:
        """Return the active products that carry one of the identifiers (`candidate.identifier`), by identifier."""

    async def parts_of(self, organisation_id: str, shop_id: str, size: int) -> Sequence[ShopPart]:
        """Divide a shop's active products into parts of about `size`; a family is never divided."""

    async def part_after(self, organisation_id: str, shop_id: str, after: str, size: int) -> tuple[ShopPart, bool]:
        """Return the next part of about `size` products after a place in the shop's order, and whether more follow."""

    async def in_part(self, organisation_id: str, shop_id: str, part: ShopPart) -> Sequence[ProductFacts]:
        """Return the active products of a part of a shop, families together."""

    async def sizes_of(self, organisation_id: str, shop_id: str, partitions: Sequence[str]) -> dict[str, int]:
        """Return how many active products each of some partitions of a shop has; one without any is left out."""

    async def count(self, organisation_id: str) -> int:
        """Return how many active products the organisation has."""

    async def count_meant(self, organisation_id: str, criteria: Criteria) -> int:
        """Return how many active products a filter means."""

    async def some_meant(
        self, organisation_id: str, criteria: Criteria, limit: int, after: str = ""
    ) -> Sequence[ProductFacts]:
        """Return the active products that a filter means, by id, those after one."""

    async def find_sku(self, organisation_id: str, sku: str) -> ProductFacts | None:
        """Return the product of that SKU in any shop of the organisation, if there is one."""


class Competitors(Protocol):
    """The competitors of every organisation."""

    async def add(self, competitor: Competitor) -> None:
        """Keep a new competitor; `CompetitorExists` when its id is taken."""

    async def get(self, organisation_id: str, competitor_id: str) -> Competitor:
        """Return one competitor; `CompetitorNotFound` when there is none."""

    async def change(
        self, organisation_id: str, competitor_id: str, change: Callable[[Competitor], Competitor]
    ) -> Competitor:
        """Change a competitor's settings as `change` says, in one; `CompetitorNotFound` when there is none.

        Two changes at once are both made, one after the other: `change` may be called more than once.
        """

    async def some(self, organisation_id: str, competitor_ids: Sequence[str]) -> dict[str, Competitor]:
        """Return the known ones among the ids."""

    def walk(self, organisation_id: str) -> AsyncIterator[Competitor]:
        """Walk through every competitor of the organisation."""

    async def page(self, organisation_id: str, window: Window) -> Page[Competitor]:
        """Return some competitors, by id."""


NOTHING_SAID: Mapping[str, Collection[str]] = {}


class Offers(Protocol):
    """The offers that are watched, with the newest that is known of each."""

    async def add(self, offers: Sequence[Offer], said: Mapping[str, Collection[str]] = NOTHING_SAID) -> int:
        """Keep offers; of one that is kept already only what was `said` of it changes. Returns how many changed.

        `said` are names of fields by offer id.
        """

    async def remove(self, organisation_id: str, offer_id: str) -> None:
        """Watch an offer no longer; what was seen of it stays in history. Nothing happens when there is none."""

    async def page(self, organisation_id: str, window: Window) -> Page[Offer]:
        """Return some offers, by id."""

    async def of_products(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, tuple[Offer, ...]]:
        """Return the offers of each product, by product id."""

    async def to_decide(
        self, organisation_id: str, shop_id: str, product_ids: Sequence[str]
    ) -> dict[str, tuple[Offer, ...]]:
        """Return the offers of each product of a shop, by product id, with no more than decisions look at."""

    async def some(self, organisation_id: str, offer_ids: Sequence[str]) -> Sequence[Offer]:
        """Return those of the offers that exist."""

    async def of_competitor(self, organisation_id: str, competitor_id: str, limit: int) -> Sequence[Offer]:
        """Return some of a competitor's offers that were read, by id."""

    async def to_scan(self, organisation_id: str, competitor_ids: Sequence[str]) -> Sequence[Offer]:
        """Return the offers of some competitors, or of all when none is named, without what only decisions need."""

    async def broken(self, organisation_id: str, competitor_id: str, limit: int) -> Sequence[Offer]:
        """Return some of a competitor's offers whose pages fail or are doubted, by id."""

    def walk(self, organisation_id: str) -> AsyncIterator[Offer]:
        """Walk through every offer of the organisation in the order of their products."""


class Observations(Protocol):
    """The history of what was observed."""

    async def get(self, organisation_id: str, observation_id: str) -> Observation:
        """Return one observation; `ObservationNotFound` when there is none."""

    async def page(self, organisation_id: str, window: Window, product_id: str | None) -> Page[Observation]:
        """Return some observations, newest first, of one product or of all."""

    async def failed_of(self, organisation_id: str, job_id: str) -> Sequence[str]:
        """Return the ids of the offers whose look failed in a job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageToRead:
    """An offer whose page is to be read, and the version of the page that need not be sent again."""

    offer: Offer
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesOfLane:
    """Pages of a lane's hosts that one scanner reads, and the recipes to read them by (by competitor)."""

    lane: int
    part: int
    pages: tuple[PageToRead, ...]
    recipes: dict[str, Recipe] = field(default_factory=dict)


class ScanLog(Protocol):
    """Where scans are planned and their readings recorded, each in one with what is asked for and announced."""

    async def plan(self, organisation_id: str, job_id: str, pages: Sequence[PagesOfLane], at: datetime) -> None:
        """Ask the scanners for pages and announce how many there are; planning one job twice is planning it once."""

    async def refuse(self, organisation_id: str, job_id: str, detail: str, at: datetime) -> None:
        """Announce that a scan cannot be planned, and why."""

    async def record(
        self,
        job_id: str,
        message_id: str,
        observations: Sequence[Observation],
        at: datetime,
        known: Known = NOTHING_KNOWN,
        *,
        second_look: bool = False,
    ) -> Recorded:
        """Keep the new ones, bring their offers up to date, announce the progress of the scan, ask for second looks.

        A second look at a page is no progress, and asks for no further one: its first look was counted.
        """


class Quarantine(Protocol):
    """The prices that nobody believes yet."""

    async def page(self, organisation_id: str, window: Window) -> Page[Observation]:
        """Return some that stand beside their offers, newest first."""

    async def settle(
        self, organisation_id: str, observation_id: str, judge: Callable[[Offer | None, Observation], Looked]
    ) -> Observation:
        """Change an observation and its offer as `judge` says, in one; `ObservationNotFound` when there is none."""


class RateTables(Protocol):
    """The published exchange rates."""

    async def keep(self, tables: Sequence[RateTable]) -> int:
        """Keep the tables that say something new of their day; return how many did. A corrected day keeps both."""

    async def between(self, first: date, last: date) -> Rates:
        """Return the tables of those days, both included."""

    async def page(self, window: Window) -> Page[RateTable]:
        """Return some days' tables as they count, newest day first."""


class Stops(Protocol):
    """The wishes that work may end before it is done."""

    async def stopped(self, organisation_id: str, job_id: str) -> bool:
        """Whether the job is to stop; a run's job is named as the run, a batch's as the batch."""


class Policies(Protocol):
    """Policies in versions that never change."""

    async def add(self, policy: Policy) -> None:
        """Keep a new version."""

    async def approve(self, organisation_id: str, policy_id: str, version: int, user_id: str, at: datetime) -> Policy:
        """Note who approved a version; the first to do so stays. `PolicyNotFound` when there is none."""

    async def latest(self, organisation_id: str, policy_id: str) -> Policy:
        """Return the newest version; `PolicyNotFound` when there is none."""

    async def version(self, organisation_id: str, policy_id: str, version: int) -> Policy:
        """Return one version; `PolicyNotFound` when there is none."""

    async def page(self, organisation_id: str, window: Window) -> Page[Policy]:
        """Return some policies in their newest version, by id."""


class Runs(Protocol):
    """Policy runs, their decisions and the prices they propose."""

    async def add(self, run: Run) -> Run:
        """Keep a new run, ask for its decisions and announce it, in one; a run of this id stays as it is."""

    async def refuse(self, organisation_id: str, run_id: str, detail: str, at: datetime) -> None:
        """Announce that a run cannot be started, and why."""

    async def get(self, organisation_id: str, run_id: str) -> Run:
        """Return one run; `RunNotFound` when there is none."""

    async def page(self, organisation_id: str, window: Window) -> Page[Run]:
        """Return some runs, newest first."""

    async def begin(self, run: Run, parts: Sequence[ShopPart], at: datetime) -> Run:
        """Take the run up, ask for its parts and announce how many products it has, in one.

        One that was taken up keeps the time and the parts of the first.
        """

    async def part_done(self, run: Run, place: int, since: datetime, at: datetime) -> bool:
        """Note that a part was decided and announce what its time cost, in one; returns whether that was the last.

        Noting it twice is noting it once.
        """

    async def decided(self, decisions: Sequence[StoredDecision], changes: Sequence[PriceChange], at: datetime) -> None:
        """Keep decisions with their proposals and announce them; what is kept already keeps its proposal, or none.

        Nothing is kept of a run that is closed, and a run that is cancelled meanwhile keeps no proposal open.
        """

    async def finish(self, run: Run, at: datetime) -> Run:
        """Count the run's decisions, withdraw what they supersede, close it and announce that.

        That are the older proposals, approved by nobody but their policy, for the products that a rule of this run
        took. A price that a hold names stays, and so does what is for products that no rule of this run took.
        """

    async def cancel(self, run: Run, at: datetime) -> Run:
        """Count the run's decisions, close it, announce that and withdraw its own proposals that nobody approved.

        One that was cancelled before withdraws again what was left; one that finished stays as it is.
        """

    async def decision(self, organisation_id: str, decision_id: str) -> StoredDecision:
        """Return one decision with its inputs; `DecisionNotFound` when there is none."""

    def walk(self, organisation_id: str, run_id: str, size: int) -> AsyncIterator[Sequence[StoredDecision]]:
        """Walk through a run's decisions with their inputs, by product, `size` at a time."""

    async def decisions(
        self, organisation_id: str, run_id: str, window: Window, reason: ReasonCode | None = None
    ) -> Page[StoredDecision]:
        """Return some decisions of a run, by product: all, or those for one reason."""

    async def newest_decisions(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, StoredDecision]:
        """Return the newest decision of each product, by product id."""
