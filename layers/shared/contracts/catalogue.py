"""Every message between houses, for the schemas and samples in `events/`."""

from shared.contracts.assistant import QuestionAsked
from shared.contracts.auth import UserRemoved
from shared.contracts.envelope import Message
from shared.contracts.jobs import JobEnded, JobOpened, JobPlanned, JobProgressed
from shared.contracts.pricing import (
    BatchRequested,
    LostFirstPlaceQuestion,
    PagesRead,
    PagesToScan,
    PricingAnswer,
    ProductQuestion,
    ReportRequested,
    RunDue,
    RunRequested,
    ScanRequested,
    SummaryQuestion,
)
from shared.contracts.products import (
    FilePulled,
    PricesRead,
    PricesWritten,
    ProductsChanged,
    PullRequested,
    ReadPrices,
    SetPrices,
)
from shared.contracts.scheduler import JobDue

MESSAGES: dict[str, type[Message]] = {
    "assistant.question-asked": QuestionAsked,
    "auth.user-removed": UserRemoved,
    "jobs.job-ended": JobEnded,
    "jobs.job-opened": JobOpened,
    "jobs.job-planned": JobPlanned,
    "jobs.job-progressed": JobProgressed,
    "pricing.answer": PricingAnswer,
    "pricing.batch-requested": BatchRequested,
    "pricing.lost-first-place-question": LostFirstPlaceQuestion,
    "pricing.pages-read": PagesRead,
    "pricing.pages-to-scan": PagesToScan,
    "pricing.product-question": ProductQuestion,
    "pricing.report-requested": ReportRequested,
    "pricing.run-due": RunDue,
    "pricing.run-requested": RunRequested,
    "pricing.scan-requested": ScanRequested,
    "pricing.summary-question": SummaryQuestion,
    "products.file-pulled": FilePulled,
    "products.prices-read": PricesRead,
    "products.prices-written": PricesWritten,
    "products.products-changed": ProductsChanged,
    "products.pull-requested": PullRequested,
    "products.read-prices": ReadPrices,
    "products.set-prices": SetPrices,
    "scheduler.job-due": JobDue,
}
"""By name: `<house>.<what>`. A file `events/schemas/<name>.json` holds the schema of each."""
