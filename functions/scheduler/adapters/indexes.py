"""The indexes of the scheduler database, created by the deploy step."""

from scheduler.adapters import mongo_jobs, mongo_parts, mongo_redrives, mongo_schedules, mongo_swept_schedules
from shared.runtime import idempotency, outbox
from shared.runtime.migrations import Indexes

INDEXES: Indexes = {
    idempotency.COLLECTION: idempotency.INDEXES,
    mongo_jobs.COLLECTION: mongo_jobs.INDEXES,
    mongo_parts.COLLECTION: mongo_parts.INDEXES,
    mongo_redrives.COLLECTION: (),
    mongo_schedules.COLLECTION: mongo_schedules.INDEXES,
    mongo_schedules.COUNTS: (),
    mongo_swept_schedules.WALKS: (),
    outbox.COLLECTION: outbox.INDEXES,
}
