"""Pricing's facts, the work it takes on, and the questions it answers."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Amount, Event, Message

type Outcome = Literal[
    "read",
    "no_price",
    "blocked",
    "not_found",
    "http_error",
    "timeout",
    "too_large",
    "refused_address",
    "robots_disallowed",
    "redirect_loop",
    "bad_content",
    "unreachable",
    "unchanged",
]
type Quote = Annotated[str, Field(pattern=r"^(0\.0{0,7}[1-9]\d{0,7}|[1-9]\d{0,7}(\.\d{1,8})?)$")]
type Availability = Literal[
    "in_stock",
    "pre_order",
    "back_order",
    "special_order",
    "out_of_stock",
    "discontinued",
    "unknown",
]


class ScanRequested(Event):
    """Command: read the pages of the organisation's offers, or only a part of them.

    The part is some competitors' offers, a category, a saved filter, or what failed in an earlier job. `not_found`
    asks for another look at offers whose page or price was not found, `by_budget` for those that the organisation's
    budget for looks is best spent on now.
    """

    type: Literal["pricing.scan-requested"] = "pricing.scan-requested"
    job_id: str
    competitor_ids: tuple[str, ...] = ()
    category: str | None = None
    filter_id: str | None = None
    not_found: bool = False
    failed_of: str | None = None
    by_budget: bool = False


class RunDue(Event):
    """Command: start a run of a policy, as the job of this id."""

    type: Literal["pricing.run-due"] = "pricing.run-due"
    job_id: str
    policy_id: str
    requested_by: str


class FactsWanted(Event):
    """Pricing wants to be told every product of a shop again, as the job of this id."""

    type: Literal["pricing.facts-wanted"] = "pricing.facts-wanted"
    job_id: str
    shop_id: str


class ReportRequested(Event):
    """Command: make a report, as the job of this id, of everything or of what a saved filter finds."""

    type: Literal["pricing.report-requested"] = "pricing.report-requested"
    job_id: str
    report: str
    filter_id: str | None = None


class SimulationRequested(Event):
    """Command: compute a simulation that is kept under the job's id."""

    type: Literal["pricing.simulation-requested"] = "pricing.simulation-requested"
    job_id: str


class RecipeSelector(Message):
    """Where one field of an offer stands on a store's pages: a CSS selector, and what to take from what it finds."""

    field: str
    css: str
    attribute: str | None = None
    pick: str = "first"
    strip: tuple[str, ...] = ()


class StoreRecipe(Message):
    """How a person told us to read one competitor's pages."""

    name: str
    version: int
    selectors: tuple[RecipeSelector, ...]


class PageToScan(Message):
    """One page to fetch, with what its server last said of its version.

    `pause_seconds` says that the host's rules were read and let this page be read at such a pause; None says that
    they are still to be read.
    """

    offer_id: str
    product_id: str
    competitor_id: str
    url: str
    etag: str | None = None
    last_modified: str | None = None
    pause_seconds: float | None = None


class PagesToScan(Event):
    """Command for the scanner: pages of the hosts of one lane; those of one host are fetched one after another.

    `carried` counts how often these pages went back to the queue; before `not_before` they are not asked for.
    """

    type: Literal["pricing.pages-to-scan"] = "pricing.pages-to-scan"
    version: Literal[2] = 2  # type: ignore[assignment] # its shape is not that of version 1, which nobody reads
    job_id: str
    lane: int = Field(ge=0)
    part: str
    pages: tuple[PageToScan, ...] = Field(min_length=1, max_length=1000)
    recipes: dict[str, StoreRecipe] = Field(default_factory=dict)
    """By competitor."""
    not_before: AwareDatetime | None = None
    carried: int = Field(default=0, ge=0)


class ReaderVote(Message):
    """What one reader of a page said its price is."""

    reader: str
    item_price: str
    currency: str | None = None


class PageReading(Message):
    """What one fetch brought: a price with its circumstances, or the named reason why there is none.

    `unchanged` says that the server holds the version that was read last. `billed_ms` is this look's share of the
    scanner's time, in which it reads many hosts at once. `snapshot` is where the page itself is
    kept: the archive's key, and the bytes of it that hold this page, as in `snapshots/…#0-48211`. `asked_etag` and
    `asked_last_modified` are the version that the server was asked about when it said that nothing changed.
    """

    offer_id: str
    product_id: str
    competitor_id: str
    url: str
    outcome: Outcome
    captured_at: AwareDatetime
    detail: str = ""
    http_status: int | None = None
    duration_ms: int = 0
    billed_ms: int = 0
    bytes_read: int = 0
    page_hash: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    asked_etag: str | None = None
    asked_last_modified: str | None = None
    snapshot: str | None = None
    readers_version: int | None = None
    recipe: str | None = None
    item_price: str | None = None
    list_price: str | None = None
    shipping: str | None = None
    currency: str | None = None
    availability: Availability = "unknown"
    condition: str | None = None
    seller: str | None = None
    fulfilment: str | None = None
    promotion: str | None = None
    pack: int | None = None
    gtin: str | None = None
    mpn: str | None = None
    sku: str | None = None
    brand: str | None = None
    title: str | None = None
    region: str | None = None
    reader: str | None = None
    agreement: int = 0
    confidence: float = 0.0
    votes: tuple[ReaderVote, ...] = ()


class PageUnread(Event):
    """Command: have another reader look at a kept page that the scanner's readers found no price on.

    `page` carries the version of the page as its server named it at that look. `snapshot` is where it is kept.
    """

    type: Literal["pricing.page-unread"] = "pricing.page-unread"
    job_id: str
    page: PageToScan
    captured_at: AwareDatetime
    snapshot: str
    page_hash: str | None = None


class DeliveryRequested(Event):
    """Command: make one attempt to tell a receiver. The headers carry a webhook's signature, its secret stays.

    `body` is what is signed, as it is to be sent; an e-mail's has `subject`, `text` and `html`. `url` is an e-mail
    address over that channel, and sealed over Slack, where it is itself the secret.
    """

    type: Literal["pricing.delivery-requested"] = "pricing.delivery-requested"
    delivery_id: str
    attempt: int = Field(ge=1)
    channel: Literal["webhook", "slack", "email"] = "webhook"
    url: str
    headers: dict[str, str]
    body: str


class DeliveryTried(Event):
    """The sender's answer: the status that the receiver answered with, or why there was none.

    The `verdict` says that no further attempt can succeed; `wait_seconds` is how long the receiver asked to be left
    alone.
    """

    type: Literal["pricing.delivery-tried"] = "pricing.delivery-tried"
    delivery_id: str
    attempt: int = Field(ge=1)
    status: int | None = None
    failure: str = ""
    verdict: Literal["", "gone", "refused"] = ""
    wait_seconds: float = Field(default=0.0, ge=0)


class PagesRead(Event):
    """The scanner's answer: readings of pages, of whichever hosts. It becomes observations.

    `second_look_by` names another reader that looked at the same kept pages again, after the scanner's readers failed.
    Such readings become observations beside the failed ones, and no progress of the job, which counted those pages.
    """

    type: Literal["pricing.pages-read"] = "pricing.pages-read"
    version: Literal[2] = 2  # type: ignore[assignment] # its shape is not that of version 1, which nobody reads
    job_id: str
    second_look_by: str | None = Field(default=None, max_length=20)
    readings: tuple[PageReading, ...] = Field(min_length=1, max_length=100)


class RunRequested(Event):
    """Command: decide the prices of a policy run."""

    type: Literal["pricing.run-requested"] = "pricing.run-requested"
    run_id: str


class RunPartRequested(Event):
    """Command: decide a part of a policy run: the products of some partitions, or those after one up to another.

    A partition is a family of products, or a product alone.
    """

    type: Literal["pricing.run-part-requested"] = "pricing.run-part-requested"
    run_id: str
    place: int = Field(ge=0)
    after: str = ""
    until: str = ""
    partitions: tuple[str, ...] = Field(default=(), max_length=500)


class RollUpRequested(Event):
    """Command: make days of a shop's market as they were at `occurred_at`: those due, or from `first` to `last`.

    Without a `place` the shop is divided; with one, the products after a partition up to another are meant. `job_id`
    is the job of a person who asked.
    """

    type: Literal["pricing.roll-up-requested"] = "pricing.roll-up-requested"
    shop_id: str
    first: date | None = None
    last: date | None = None
    job_id: str | None = None
    place: int | None = Field(default=None, ge=0)
    after: str = ""
    until: str = ""


class BatchRequested(Event):
    """Command: publish the approved prices of a batch."""

    type: Literal["pricing.batch-requested"] = "pricing.batch-requested"
    batch_id: str


class LostFirstPlaceQuestion(Message):
    """Question: for which products did a competitor become cheaper than we are, and what was decided?"""

    tool: Literal["lost_first_place"] = "lost_first_place"
    organisation_id: str
    limit: int = Field(default=20, ge=1, le=100)


class ProductQuestion(Message):
    """Question: what does the market show for one product, and what was decided?"""

    tool: Literal["product_position"] = "product_position"
    organisation_id: str
    sku: str


class SummaryQuestion(Message):
    """Question: how many products, offers and decisions are there, and how fresh are they?"""

    tool: Literal["market_summary"] = "market_summary"
    organisation_id: str


class SourcedNumber(Message):
    """A number and the record that it was read from."""

    label: str
    value: str
    unit: str = ""
    record: str


class AnsweredProduct(Message):
    """One product of an answer: every number with its record."""

    product_id: str
    sku: str
    name: str
    competitor: str = ""
    reason_code: str = ""
    price: Amount | None = None
    numbers: tuple[SourcedNumber, ...] = ()
    notes: tuple[str, ...] = ()


class PricingAnswer(Message):
    """What pricing knows of a question: totals and products, all sourced; `as_of` is the newest observation."""

    tool: str
    as_of: AwareDatetime | None
    totals: tuple[SourcedNumber, ...] = ()
    products: tuple[AnsweredProduct, ...] = ()
    more: int = 0


class DayOfRates(Message):
    """One day's exchange rates: how much of each currency one euro bought, and where that was read."""

    day: date
    source: str = Field(max_length=300)
    quotes: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Quote] = Field(min_length=1, max_length=100)


class RatesPublished(Event):
    """Command for the keeper of rates: the tables of some days. They belong to no organisation."""

    type: Literal["pricing.rates-published"] = "pricing.rates-published"
    days: tuple[DayOfRates, ...] = Field(min_length=1, max_length=100)
