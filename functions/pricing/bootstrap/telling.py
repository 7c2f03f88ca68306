"""Wire the doors that tell people: alerts, webhooks, reports, answers."""

import random
from datetime import timedelta

from pricing.adapters.commands import ROLL_UPS
from pricing.adapters.mongo_alert_desk import MongoAlertDesk
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_market import MongoCompetitors, MongoOffers
from pricing.adapters.mongo_runs import MongoRuns
from pricing.adapters.mongo_webhooks import MongoWebhooks
from pricing.adapters.s3_reports import S3ReportFiles
from pricing.adapters.sqs_webhooks import SqsAttempts
from pricing.bootstrap.parts import days_of
from pricing.bootstrap.stores import database, outbox_of, past_of, stores
from pricing.settings import (
    AskDeliveriesSettings,
    RaiseAlertsSettings,
    RecordDeliveriesSettings,
    RecordSettings,
    RollUpSettings,
)
from pricing.usecases.analytics import ReadAnalysis
from pricing.usecases.questions import AskMarket
from pricing.usecases.raise_alerts import RaiseAlerts
from pricing.usecases.report import WriteReport
from pricing.usecases.roll_ups import RollUpMarket
from pricing.usecases.saved_views import AnswerView
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


def roll_up_market() -> RollUpMarket:
    """The maker of the days that are asked for."""
    settings = RollUpSettings()
    mongo = database(settings)
    kept = stores(mongo, outbox_of(mongo, settings, **{ROLL_UPS: settings.roll_ups_queue_url}))
    return RollUpMarket(
        facts=kept.facts, days=kept.market_days, make=days_of(kept, past_of(mongo)), roll_ups=kept.roll_ups
    )


def write_report() -> WriteReport:
    """The writer of reports."""
    settings = RecordSettings()
    mongo = database(settings)
    kept = stores(mongo, outbox_of(mongo, settings))
    past = past_of(mongo)
    read = ReadAnalysis(figures=past.figures, make=days_of(kept, past), facts=kept.facts, clock=system_clock)
    return WriteReport(
        answer_view=AnswerView(views=kept.views, filters=kept.filters, read=read, clock=system_clock),
        facts=kept.facts,
        filters=kept.filters,
        offers=kept.offers,
        competitors=kept.competitors,
        runs=kept.runs,
        reports=kept.reports,
        files=S3ReportFiles(settings.work_bucket),
        clock=system_clock,
    )


def ask_market() -> AskMarket:
    """The answerer of the assistant's questions."""
    mongo = database()
    kept = stores(mongo, Outbox(mongo, "pricing"))
    return AskMarket(
        facts=kept.facts, offers=kept.offers, competitors=kept.competitors, runs=kept.runs, clock=system_clock
    )
