"""Wire the doors that tell people: alerts, webhooks, answers."""

import random
from datetime import timedelta

from pricing.adapters.mongo_alert_desk import MongoAlertDesk
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_market import MongoCompetitors, MongoOffers
from pricing.adapters.mongo_runs import MongoRuns
from pricing.adapters.mongo_webhooks import MongoWebhooks
from pricing.adapters.sqs_webhooks import SqsAttempts
from pricing.bootstrap.database import database
from pricing.settings import (
    AskDeliveriesSettings,
    RaiseAlertsSettings,
    RecordDeliveriesSettings,
)
from pricing.usecases.questions import AskMarket
from pricing.usecases.raise_alerts import RaiseAlerts
from pricing.usecases.webhooks import AskDeliveries, RecordDelivery
from shared.kernel.clock import system_clock
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue


def raise_alerts() -> RaiseAlerts:
    """The raiser of alerts."""
    settings = RaiseAlertsSettings()
    mongo = database(settings)
    return RaiseAlerts(
        desk=MongoAlertDesk(mongo),
        facts=MongoFacts(mongo),
        offers=MongoOffers(mongo),
        competitors=MongoCompetitors(mongo),
        runs=MongoRuns(mongo, Outbox(mongo, "pricing")),
        clock=system_clock,
        pause=timedelta(minutes=settings.alert_pause_minutes),
    )


def ask_deliveries() -> AskDeliveries:
    """What asks for attempts to tell webhooks."""
    settings = AskDeliveriesSettings()
    wanted = SqsAttempts(Queue(settings.deliver_queue_url), system_clock)
    return AskDeliveries(webhooks=MongoWebhooks(database(settings)), wanted=wanted, clock=system_clock)


def record_deliveries() -> RecordDelivery:
    """The keeper of what attempts came to."""
    return RecordDelivery(
        webhooks=MongoWebhooks(database(RecordDeliveriesSettings())), clock=system_clock, draw=random.random
    )


def ask_market() -> AskMarket:
    """The answerer of the assistant's questions."""
    mongo = database()
    return AskMarket(
        facts=MongoFacts(mongo),
        offers=MongoOffers(mongo),
        competitors=MongoCompetitors(mongo),
        runs=MongoRuns(mongo, Outbox(mongo, "pricing")),
        clock=system_clock,
    )
