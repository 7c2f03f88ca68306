"""The indexes of the pricing database, created by the deploy step."""

from pricing.adapters import mongo_changes, mongo_facts, mongo_market, mongo_observations, mongo_policies, mongo_runs
from shared.runtime import outbox
from shared.runtime.migrations import Indexes

INDEXES: Indexes = {
    mongo_changes.BATCHES: (),
    mongo_changes.COLLECTION: mongo_changes.INDEXES,
    mongo_facts.COLLECTION: mongo_facts.INDEXES,
    mongo_market.COMPETITORS: mongo_market.COMPETITOR_INDEXES,
    mongo_market.OFFERS: mongo_market.OFFER_INDEXES,
    mongo_observations.COLLECTION: mongo_observations.INDEXES,
    mongo_policies.COLLECTION: mongo_policies.INDEXES,
    mongo_policies.VERSIONS: (),
    mongo_runs.DECISIONS: mongo_runs.DECISION_INDEXES,
    mongo_runs.RUNS: mongo_runs.RUN_INDEXES,
    outbox.COLLECTION: outbox.INDEXES,
}
