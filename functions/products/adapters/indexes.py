"""The indexes of the products database, created by the deploy step."""

from products.adapters import mongo_catalogue, mongo_imports, mongo_retellings, mongo_shops
from shared.runtime import idempotency, outbox
from shared.runtime.migrations import Indexes

INDEXES: Indexes = {
    idempotency.COLLECTION: idempotency.INDEXES,
    mongo_catalogue.COLLECTION: mongo_catalogue.INDEXES,
    mongo_imports.COLLECTION: (),
    mongo_catalogue.PRICES: mongo_catalogue.PRICE_INDEXES,
    mongo_retellings.COLLECTION: mongo_retellings.INDEXES,
    mongo_shops.COLLECTION: mongo_shops.INDEXES,
    outbox.COLLECTION: outbox.INDEXES,
}
