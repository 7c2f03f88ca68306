"""Lambda: makes the indexes of the assistant database (invoked by the deploy step)."""

from assistant.adapters.indexes import INDEXES
from assistant.bootstrap import database
from shared.runtime.migrations import migrate_handler

handler = migrate_handler(database(), INDEXES)
