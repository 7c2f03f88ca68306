"""Every message between houses, for the schemas and samples in `events/`."""

from shared.contracts.assistant import QuestionAsked
from shared.contracts.envelope import Message
from shared.contracts.pricing import (
    BatchRequested,
    LostFirstPlaceQuestion,
    PagesRead,
    PagesToScan,
    PricingAnswer,
    ProductQuestion,
    RunRequested,
    ScanPlanned,
    ScanProgressed,
    ScanRequested,
    SummaryQuestion,
)
from shared.contracts.products import PricesRead, PricesWritten, ProductsChanged, ReadPrices, SetPrices
from shared.contracts.scheduler import JobDue

MESSAGES: dict[str, type[Message]] = {
    "assistant.question-asked": QuestionAsked,
    "pricing.answer": PricingAnswer,
    "pricing.batch-requested": BatchRequested,
    "pricing.lost-first-place-question": LostFirstPlaceQuestion,
    "pricing.pages-read": PagesRead,
    "pricing.pages-to-scan": PagesToScan,
    "pricing.product-question": ProductQuestion,
    "pricing.run-requested": RunRequested,
    "pricing.scan-planned": ScanPlanned,
    "pricing.scan-progressed": ScanProgressed,
    "pricing.scan-requested": ScanRequested,
    "pricing.summary-question": SummaryQuestion,
    "products.prices-read": PricesRead,
    "products.prices-written": PricesWritten,
    "products.products-changed": ProductsChanged,
    "products.read-prices": ReadPrices,
    "products.set-prices": SetPrices,
    "scheduler.job-due": JobDue,
}
"""By name: `<house>.<what>`. A file `events/schemas/<name>.json` holds the schema of each."""
