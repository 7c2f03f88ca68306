"""Wire the doors that decide prices, which load the kernel and numpy."""

from pricing.adapters.commands import DECIDE, PUBLISH
from pricing.adapters.mongo_looks import MongoLooks
from pricing.adapters.mongo_new_prices import MongoNewPrices
from pricing.adapters.mongo_own_moves import MongoOwnMoves
from pricing.adapters.trial_door import TrialDoor
from pricing.bootstrap.database import database, outbox_of
from pricing.bootstrap.parts import gate_of, starts_batch
from pricing.bootstrap.stores import stores
from pricing.settings import DecideSettings
from pricing.usecases.decide import DecidePart, PlanRun
from pricing.usecases.deciding import DecideProducts
from pricing.usecases.house import Stores
from pricing.usecases.loops import HeedLoops
from pricing.usecases.publish import PublishAlone
from pricing.usecases.subjects import ReadSubjects
from pricing.usecases.try_policies import CheckPolicy, ExplainDecision, PreviewPolicy
from shared.kernel.clock import system_clock
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.stops import Stops


def decides(mongo: Mongo, kept: Stores) -> DecideProducts:
    """What decides products as they stand."""
    subjects = ReadSubjects(
        facts=kept.facts,
        offers=kept.offers,
        competitors=kept.competitors,
        holds=kept.holds,
        moves=MongoOwnMoves(mongo),
    )
    return DecideProducts(subjects=subjects, loops=HeedLoops(looks=MongoLooks(mongo)))


def decider() -> tuple[PlanRun, DecidePart]:
    """The planner of runs and the taker of decisions."""
    settings = DecideSettings()
    mongo = database(settings)
    queues = {DECIDE: settings.decide_queue_url, PUBLISH: settings.publish_queue_url}
    outbox = outbox_of(mongo, settings, **queues)
    kept = stores(mongo, outbox)
    return (
        PlanRun(facts=kept.facts, runs=kept.runs, clock=system_clock),
        DecidePart(
            facts=kept.facts,
            decided=decides(mongo, kept),
            policies=kept.policies,
            runs=kept.runs,
            reminders=MongoNewPrices(mongo, outbox),
            publish=PublishAlone(start=starts_batch(kept), gate=gate_of(kept)),
            stops=Stops(settings.work_bucket),
            clock=system_clock,
        ),
    )


def trial() -> TrialDoor:
    """The trier of policies."""
    mongo = database()
    kept = stores(mongo, Outbox(mongo, "pricing"))
    return TrialDoor(
        check=CheckPolicy(facts=kept.facts, competitors=kept.competitors, clock=system_clock),
        preview=PreviewPolicy(
            facts=kept.facts, decided=decides(mongo, kept), policies=kept.policies, clock=system_clock
        ),
        explain=ExplainDecision(facts=kept.facts, policies=kept.policies, runs=kept.runs),
    )
