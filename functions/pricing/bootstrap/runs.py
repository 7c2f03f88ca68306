"""Wire the doors that start runs."""

from pricing.adapters.commands import DECIDE
from pricing.adapters.mongo_facts import MongoFacts
from pricing.adapters.mongo_new_prices import MongoNewPrices
from pricing.bootstrap.stores import database, kept_for, outbox_of
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
    kept = kept_for(settings, **{DECIDE: settings.decide_queue_url})
    start = StartRun(policies=kept.policies, runs=kept.runs, clock=system_clock)
    return StartDueRun(start=start, runs=kept.runs, clock=system_clock)
