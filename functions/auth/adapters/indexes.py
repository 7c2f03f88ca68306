"""The indexes of the auth database, created by the deploy step."""

from auth.adapters import mongo_sessions, mongo_users
from shared.runtime.migrations import Indexes

INDEXES: Indexes = {
    mongo_sessions.COLLECTION: mongo_sessions.INDEXES,
    mongo_users.COLLECTION: mongo_users.INDEXES,
}
