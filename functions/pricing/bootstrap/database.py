"""The pricing database and the outbox in it."""

from pricing.settings import StoreSettings, TellingSettings
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue


def database(settings: StoreSettings | None = None) -> Mongo:
    """The pricing database, which connects on first use."""
    known = settings or StoreSettings()
    return Mongo(known.mongodb_secret_arn, known.mongodb_database)


def outbox_of(mongo: Mongo, settings: TellingSettings, **queue_urls: str) -> Outbox:
    """The outbox of the pricing database, with the ways that this function knows."""
    queues = {name: Queue(url) for name, url in queue_urls.items()}
    return Outbox(mongo, "pricing", bus=settings.event_bus_name, queues=queues)
