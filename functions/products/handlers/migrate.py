"""Lambda: makes the indexes of the products database (invoked by the deploy step)."""

from products.adapters.indexes import INDEXES
from products.bootstrap import stores
from shared.runtime.migrations import migrate_handler

mongo, _ = stores()

handler = migrate_handler(mongo, INDEXES)
