"""The indexes of the pricing database, created by the deploy step."""

from pricing.adapters import (
    mongo_batches,
    mongo_changes,
    mongo_decisions,
    mongo_facts,
    mongo_filters,
    mongo_market,
    mongo_observations,
    mongo_policies,
    mongo_reports,
    mongo_runs,
)
from shared.runtime import idempotency, inbox, outbox
from shared.runtime.migrations import Indexes

INDEXES: Indexes = {
    idempotency.COLLECTION: idempotency.INDEXES,
    inbox.COLLECTION: inbox.INDEXES,
    mongo_batches.COLLECTION: (),
    mongo_changes.COLLECTION: mongo_changes.INDEXES,
    mongo_decisions.COLLECTION: mongo_decisions.INDEXES,
    mongo_facts.COLLECTION: mongo_facts.INDEXES,
    mongo_filters.COLLECTION: mongo_filters.INDEXES,
    mongo_market.COMPETITORS: mongo_market.COMPETITOR_INDEXES,
    mongo_market.OFFERS: mongo_market.OFFER_INDEXES,
    mongo_observations.COLLECTION: mongo_observations.INDEXES,
    mongo_policies.COLLECTION: mongo_policies.INDEXES,
    mongo_policies.VERSIONS: (),
    mongo_reports.COLLECTION: mongo_reports.INDEXES,
    mongo_runs.RUNS: mongo_runs.RUN_INDEXES,
    outbox.COLLECTION: outbox.INDEXES,
}
