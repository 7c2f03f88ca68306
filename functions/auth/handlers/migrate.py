"""Lambda: makes the indexes of the auth database (invoked by the deploy step)."""

from auth.adapters.indexes import INDEXES
from auth.bootstrap import database
from shared.runtime.migrations import migrate_handler

handler = migrate_handler(database(), INDEXES)
