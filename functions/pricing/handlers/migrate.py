"""Lambda: makes the indexes of the pricing database (invoked by the deploy step)."""

from pricing.adapters.indexes import GONE, INDEXES
from pricing.bootstrap.database import database
from shared.runtime.migrations import migrate_handler

handler = migrate_handler(database(), INDEXES, GONE)
