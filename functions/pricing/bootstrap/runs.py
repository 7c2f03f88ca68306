"""Wire the doors that start runs."""

from pricing.adapters.commands import DECIDE
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_new_prices import MongoNewPrices
from pricing.adapters.mongo_policies import MongoPolicies
from pricing.adapters.mongo_runs import MongoRuns
from pricing.bootstrap.database import database, outbox_of
from pricing.settings import FollowPricesSettings, StartRunSettings
from pricing.usecases.start_runs import FollowPrices, StartDueRun, StartRun
from shared.kernel.clock import system_clock


def follow_prices() -> FollowPrices:
    """The starter of the runs that follow prices."""
    settings = FollowPricesSettings()
    mongo = database(settings)
    outbox = outbox_of(mongo, settings, **{DECIDE: settings.decide_queue_url})
    return FollowPrices(prices=MongoNewPrices(mongo, outbox), facts=MongoFacts(mongo), clock=system_clock)


def start_due_run() -> StartDueRun:
    """The starter of the runs that schedules ask for."""
    settings = StartRunSettings()
    mongo = database(settings)
    runs = MongoRuns(mongo, outbox_of(mongo, settings, **{DECIDE: settings.decide_queue_url}))
    start = StartRun(policies=MongoPolicies(mongo), runs=runs, clock=system_clock)
    return StartDueRun(start=start, runs=runs, clock=system_clock)
