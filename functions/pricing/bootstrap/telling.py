"""Wire the doors that tell people: alerts, receivers, answers."""

import random
from datetime import timedelta

from pricing.adapters.mongo_alert_desk import MongoAlertDesk
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_failures import MongoFailureDesk
from pricing.adapters.mongo_market import MongoCompetitors, MongoOffers
from pricing.adapters.mongo_receivers import MongoReceivers
from pricing.adapters.mongo_runs import MongoRuns
from pricing.adapters.sqs_attempts import SqsAttempts
from pricing.bootstrap.database import database
from pricing.settings import (
    AskDeliveriesSettings,
    RaiseAlertsSettings,
    RecordDeliveriesSettings,
)
from pricing.usecases.deliveries import AskDeliveries, RecordDelivery
from pricing.usecases.questions import AskMarket
from pricing.usecases.raise_alerts import RaiseAlerts
from pricing.usecases.raise_failures import RaiseAll, RaiseFailures
from shared.kernel.clock import system_clock
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from shared.runtime.sealed import Sealer


def raise_alerts() -> RaiseAll:
    """The raiser of alerts."""
    settings = RaiseAlertsSettings()
    mongo = database(settings)
    failures = RaiseFailures(desk=MongoFailureDesk(mongo, settings.api_url), clock=system_clock)
    market = RaiseAlerts(
        desk=MongoAlertDesk(mongo, settings.api_url),
        facts=MongoFacts(mongo),
        offers=MongoOffers(mongo),
        competitors=MongoCompetitors(mongo),
        runs=MongoRuns(mongo, Outbox(mongo, "pricing")),
        clock=system_clock,
        pause=timedelta(minutes=settings.alert_pause_minutes),
    )
    return RaiseAll(failures=failures, market=market)


def ask_deliveries() -> AskDeliveries:
    """What asks for attempts to tell receivers."""
    settings = AskDeliveriesSettings()
    web, mail = Queue(settings.deliver_queue_url), Queue(settings.mail_queue_url)
    return AskDeliveries(
        receivers=MongoReceivers(database(settings)),
        opener=Sealer(settings.sealing_key_arn),
        wanted=SqsAttempts({"webhook": web, "slack": web, "email": mail}, system_clock),
        clock=system_clock,
    )


def record_deliveries() -> RecordDelivery:
    """The keeper of what attempts came to."""
    return RecordDelivery(
        receivers=MongoReceivers(database(RecordDeliveriesSettings())), clock=system_clock, draw=random.random
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
