"""Pricing's facts, the work it takes on, and the questions it answers."""

from typing import Literal

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
]
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
    asks for another look at offers whose page or price was not found.
    """

    type: Literal["pricing.scan-requested"] = "pricing.scan-requested"
    job_id: str
    competitor_ids: tuple[str, ...] = ()
    category: str | None = None
    filter_id: str | None = None
    not_found: bool = False
    failed_of: str | None = None


class RunDue(Event):
    """Command: start a run of a policy, as the job of this id."""

    type: Literal["pricing.run-due"] = "pricing.run-due"
    job_id: str
    policy_id: str
    requested_by: str


class ReportRequested(Event):
    """Command: make a report, as the job of this id, of everything or of what a saved filter finds."""

    type: Literal["pricing.report-requested"] = "pricing.report-requested"
    job_id: str
    report: str
    filter_id: str | None = None


class PageToScan(Message):
    """One page to fetch, with what its server last said of its version."""

    offer_id: str
    product_id: str
    competitor_id: str
    url: str
    etag: str | None = None
    last_modified: str | None = None


class PagesToScan(Event):
    """Command for the scanner: pages of one host, to be fetched one after another."""

    type: Literal["pricing.pages-to-scan"] = "pricing.pages-to-scan"
    job_id: str
    host: str
    pages: tuple[PageToScan, ...] = Field(min_length=1, max_length=100)


class PageReading(Message):
    """What one fetch brought: a price with its circumstances, or the named reason why there is none."""

    offer_id: str
    product_id: str
    competitor_id: str
    url: str
    outcome: Outcome
    captured_at: AwareDatetime
    detail: str = ""
    http_status: int | None = None
    duration_ms: int = 0
    bytes_read: int = 0
    page_hash: str | None = None
    item_price: str | None = None
    list_price: str | None = None
    shipping: str | None = None
    currency: str | None = None
    availability: Availability = "unknown"
    condition: str | None = None
    seller: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    sku: str | None = None
    brand: str | None = None
    title: str | None = None
    reader: str | None = None
    agreement: int = 0
    confidence: float = 0.0


class PagesRead(Event):
    """The scanner's answer: readings of pages of one host. It becomes observations."""

    type: Literal["pricing.pages-read"] = "pricing.pages-read"
    job_id: str
    host: str
    readings: tuple[PageReading, ...] = Field(min_length=1, max_length=100)


class RunRequested(Event):
    """Command: decide the prices of a policy run."""

    type: Literal["pricing.run-requested"] = "pricing.run-requested"
    run_id: str


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
