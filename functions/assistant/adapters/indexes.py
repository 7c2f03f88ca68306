"""The indexes of the assistant database, created by the deploy step."""

from assistant.adapters import mongo_questions
from shared.runtime import idempotency, outbox
from shared.runtime.migrations import Indexes

INDEXES: Indexes = {
    idempotency.COLLECTION: idempotency.INDEXES,
    mongo_questions.COLLECTION: mongo_questions.INDEXES,
    outbox.COLLECTION: outbox.INDEXES,
}
