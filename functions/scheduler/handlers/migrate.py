"""Lambda: makes the indexes of the scheduler database (invoked by the deploy step)."""

from scheduler.adapters.indexes import INDEXES
from scheduler.bootstrap import database
from shared.runtime.migrations import migrate_handler

handler = migrate_handler(database(), INDEXES)
