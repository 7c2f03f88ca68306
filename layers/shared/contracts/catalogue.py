"""Every message between houses, for the schemas and samples in `events/`."""

from shared.contracts.assistant import QuestionAsked
from shared.contracts.auth import UserRemoved
from shared.contracts.discovery import DiscoverPages, PagesDiscovered
from shared.contracts.envelope import Message
from shared.contracts.jobs import JobEnded, JobOpened, JobPlanned, JobProgressed
from shared.contracts.page_model import ExtractOffer, OfferExtracted, ProposeSelectors, SelectorsProposed
from shared.contracts.policy_trials import (
    CheckPolicy,
    DecisionExplained,
    ExplainDecision,
    PolicyChecked,
    PolicyPreviewed,
    PreviewPolicy,
)
from shared.contracts.pricing import (
    BatchRequested,
    FactsWanted,
    LostFirstPlaceQuestion,
    PagesRead,
    PagesToScan,
    PageUnread,
    PricingAnswer,
    ProductQuestion,
    RatesPublished,
    ReportRequested,
    RollUpRequested,
    RunDue,
    RunPartRequested,
    RunRequested,
    ScanRequested,
    SimulationRequested,
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
from shared.contracts.stored_pages import (
    FollowRecipe,
    PageReadAgain,
    ProposeRecipe,
    ReadAgain,
    RecipeFollowed,
    RecipeProposed,
)

MESSAGES: dict[str, type[Message]] = {
    "assistant.extract-offer": ExtractOffer,
    "assistant.offer-extracted": OfferExtracted,
    "assistant.propose-selectors": ProposeSelectors,
    "assistant.question-asked": QuestionAsked,
    "assistant.selectors-proposed": SelectorsProposed,
    "auth.user-removed": UserRemoved,
    "jobs.job-ended": JobEnded,
    "jobs.job-opened": JobOpened,
    "jobs.job-planned": JobPlanned,
    "jobs.job-progressed": JobProgressed,
    "pricing.answer": PricingAnswer,
    "pricing.batch-requested": BatchRequested,
    "pricing.check-policy": CheckPolicy,
    "pricing.decision-explained": DecisionExplained,
    "pricing.discover-pages": DiscoverPages,
    "pricing.explain-decision": ExplainDecision,
    "pricing.facts-wanted": FactsWanted,
    "pricing.follow-recipe": FollowRecipe,
    "pricing.lost-first-place-question": LostFirstPlaceQuestion,
    "pricing.page-read-again": PageReadAgain,
    "pricing.page-unread": PageUnread,
    "pricing.pages-discovered": PagesDiscovered,
    "pricing.pages-read": PagesRead,
    "pricing.pages-to-scan": PagesToScan,
    "pricing.policy-checked": PolicyChecked,
    "pricing.policy-previewed": PolicyPreviewed,
    "pricing.preview-policy": PreviewPolicy,
    "pricing.product-question": ProductQuestion,
    "pricing.rates-published": RatesPublished,
    "pricing.propose-recipe": ProposeRecipe,
    "pricing.read-again": ReadAgain,
    "pricing.recipe-followed": RecipeFollowed,
    "pricing.recipe-proposed": RecipeProposed,
    "pricing.report-requested": ReportRequested,
    "pricing.roll-up-requested": RollUpRequested,
    "pricing.run-due": RunDue,
    "pricing.run-part-requested": RunPartRequested,
    "pricing.run-requested": RunRequested,
    "pricing.scan-requested": ScanRequested,
    "pricing.simulation-requested": SimulationRequested,
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
