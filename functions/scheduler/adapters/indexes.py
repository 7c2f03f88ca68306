"""The indexes of the scheduler database, created by the deploy step."""

from scheduler.adapters import mongo_jobs, mongo_schedules
from shared.runtime.migrations import Indexes

INDEXES: Indexes = {
    mongo_jobs.COLLECTION: mongo_jobs.INDEXES,
    mongo_jobs.INBOX: mongo_jobs.INBOX_INDEXES,
    mongo_schedules.COLLECTION: mongo_schedules.INDEXES,
}
