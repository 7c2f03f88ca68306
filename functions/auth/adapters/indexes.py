"""The indexes of the auth database, created by the deploy step."""

from auth.adapters import mongo_clients, mongo_sessions, mongo_users
from shared.runtime import idempotency, outbox
from shared.runtime.migrations import Indexes

INDEXES: Indexes = {
    idempotency.COLLECTION: idempotency.INDEXES,
    mongo_clients.COLLECTION: mongo_clients.INDEXES,
    mongo_sessions.COLLECTION: mongo_sessions.INDEXES,
    mongo_users.COLLECTION: mongo_users.INDEXES,
    outbox.COLLECTION: outbox.INDEXES,
}
