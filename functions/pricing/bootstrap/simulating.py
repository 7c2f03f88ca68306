"""Wire the door that computes simulations."""

from pricing.adapters.mongo_own_moves import MongoOwnMoves
from pricing.adapters.mongo_past import MongoPast
from pricing.adapters.pictures import SvgPictures
from pricing.adapters.s3_simulations import S3SimulationFiles
from pricing.bootstrap.database import database, outbox_of
from pricing.bootstrap.deciding import decides
from pricing.bootstrap.stores import stores
from pricing.settings import RecordSettings
from pricing.usecases.simulate import Simulate
from pricing.usecases.simulating.kinds import kinds
from shared.kernel.clock import system_clock
from shared.runtime.stops import Stops


def simulator() -> Simulate:
    """What computes simulations."""
    settings = RecordSettings()
    mongo = database(settings)
    kept = stores(mongo, outbox_of(mongo, settings))
    return Simulate(
        simulations=kept.simulations,
        files=S3SimulationFiles(settings.work_bucket),
        kinds=kinds(
            kept=kept,
            decide=decides(mongo, kept),
            moves=MongoOwnMoves(mongo),
            past=MongoPast(mongo),
            clock=system_clock,
        ),
        draw=SvgPictures(),
        stops=Stops(settings.work_bucket),
        clock=system_clock,
    )
