"""The indexes of the pricing database, created by the deploy step."""

from pricing.adapters import (
    mongo_batches,
    mongo_candidates,
    mongo_changes,
    mongo_decisions,
    mongo_facts,
    mongo_filters,
    mongo_market,
    mongo_observations,
    mongo_policies,
    mongo_rates,
    mongo_recipes,
    mongo_reports,
    mongo_runs,
    mongo_scan_budget,
    offer_changes,
)
from shared.runtime import idempotency, inbox, outbox
from shared.runtime.migrations import Indexes

INDEXES: Indexes = {
    idempotency.COLLECTION: idempotency.INDEXES,
    inbox.COLLECTION: inbox.INDEXES,
    mongo_batches.COLLECTION: (),
    mongo_candidates.COLLECTION: mongo_candidates.INDEXES,
    mongo_candidates.JOBS: mongo_candidates.JOB_INDEXES,
    mongo_changes.COLLECTION: mongo_changes.INDEXES,
    mongo_decisions.COLLECTION: mongo_decisions.INDEXES,
    mongo_facts.COLLECTION: mongo_facts.INDEXES,
    mongo_filters.COLLECTION: mongo_filters.INDEXES,
    mongo_market.COMPETITORS: mongo_market.COMPETITOR_INDEXES,
    mongo_market.OFFERS: mongo_market.OFFER_INDEXES,
    offer_changes.COLLECTION: mongo_observations.INDEXES,
    mongo_rates.COLLECTION: (),
    mongo_policies.COLLECTION: mongo_policies.INDEXES,
    mongo_policies.VERSIONS: (),
    mongo_recipes.COLLECTION: mongo_recipes.INDEXES,
    mongo_reports.COLLECTION: mongo_reports.INDEXES,
    mongo_runs.RUNS: mongo_runs.RUN_INDEXES,
    mongo_scan_budget.COLLECTION: mongo_scan_budget.INDEXES,
    mongo_scan_budget.EFFECTS: mongo_scan_budget.EFFECT_INDEXES,
    outbox.COLLECTION: outbox.INDEXES,
}
