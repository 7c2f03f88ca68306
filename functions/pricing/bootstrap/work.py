"""Wire the doors that look after work itself."""

from pricing.adapters.commands import DECIDE, PAGES, PUBLISH, REPORTS, ROLL_UPS, SIMULATIONS, UNREAD
from pricing.adapters.mongo_batches import MongoBatches
from pricing.adapters.mongo_failures import MongoFailureNotes
from pricing.adapters.mongo_reports import MongoReports
from pricing.adapters.mongo_runs import MongoRuns
from pricing.adapters.mongo_simulations import MongoSimulations
from pricing.bootstrap.database import database, outbox_of
from pricing.settings import CloseWorkSettings, RelaySettings
from pricing.usecases.close_work import CloseWork
from pricing.usecases.raise_failures import NoteImport
from shared.kernel.clock import system_clock
from shared.runtime.claims import Claims
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue


def close_work() -> CloseWork:
    """The closer of work whose job was ended."""
    settings = CloseWorkSettings()
    mongo = database(settings)
    outbox = outbox_of(mongo, settings, **{PUBLISH: settings.publish_queue_url})
    return CloseWork(
        runs=MongoRuns(mongo, outbox),
        batches=MongoBatches(mongo, outbox),
        reports=MongoReports(mongo, outbox),
        simulations=MongoSimulations(mongo, outbox),
        clock=system_clock,
    )


def note_import() -> NoteImport:
    """The keeper of what failed of imports."""
    return NoteImport(notes=MongoFailureNotes(database(CloseWorkSettings())))


def relay() -> Outbox:
    """The outbox with every way from it, for the relay."""
    settings = RelaySettings()
    urls = {
        DECIDE: settings.decide_queue_url,
        PAGES: settings.pages_queue_url,
        PUBLISH: settings.publish_queue_url,
        REPORTS: settings.reports_queue_url,
        ROLL_UPS: settings.roll_ups_queue_url,
        SIMULATIONS: settings.simulations_queue_url,
        UNREAD: settings.unread_queue_url,
    }
    return Outbox(
        database(settings),
        "pricing",
        bus=settings.event_bus_name,
        queues={name: Queue(url) for name, url in urls.items()},
        claims=Claims(settings.work_bucket),
    )
