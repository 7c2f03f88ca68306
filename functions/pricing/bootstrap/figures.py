"""Wire the doors that make the days of the market and the reports on them."""

from pricing.adapters.commands import ROLL_UPS
from pricing.adapters.s3_reports import S3ReportFiles
from pricing.bootstrap.database import database, outbox_of
from pricing.bootstrap.parts import days_of
from pricing.bootstrap.stores import past_of, stores
from pricing.bootstrap.tables import TablesLater
from pricing.settings import (
    RecordSettings,
    RollUpSettings,
)
from pricing.usecases.analytics import ReadAnalysis
from pricing.usecases.report import WriteReport
from pricing.usecases.roll_ups import RollUpMarket
from pricing.usecases.saved_views import AnswerView
from shared.kernel.clock import system_clock


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
        answer_view=AnswerView(views=kept.views, filters=kept.filters, read=read),
        facts=kept.facts,
        filters=kept.filters,
        offers=kept.offers,
        competitors=kept.competitors,
        runs=kept.runs,
        reports=kept.reports,
        tables=TablesLater(),
        files=S3ReportFiles(settings.work_bucket),
        clock=system_clock,
    )
