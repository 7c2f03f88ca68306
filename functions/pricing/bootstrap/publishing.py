"""Wire the doors that bring prices to shops."""

from pricing.adapters.commands import PUBLISH, ROLL_UPS
from pricing.adapters.lambda_connected_shops import LambdaConnectedShops
from pricing.adapters.lambda_own_catalogue import LambdaOwnCatalogue
from pricing.adapters.mongo_new_prices import MongoNewPrices
from pricing.bootstrap.database import database, outbox_of
from pricing.bootstrap.parts import gate_of, runs_promotions
from pricing.bootstrap.stores import kept_for, stores
from pricing.domain.promotions.law import the_law
from pricing.settings import KeepTimeSettings, PublishSettings
from pricing.usecases.keep_time import KeepTime
from pricing.usecases.publish import PublishBatch
from pricing.usecases.review_batch import ReviewBatch
from pricing.usecases.shop_by_target import ShopByTarget
from shared.kernel.clock import system_clock
from shared.runtime.deadline import remaining
from shared.runtime.stops import Stops


def publish_batch() -> PublishBatch:
    """The publisher of approved prices."""
    settings = PublishSettings()
    kept = kept_for(settings, **{PUBLISH: settings.publish_queue_url})
    return PublishBatch(
        changes=kept.changes,
        batches=kept.batches,
        holds=kept.holds,
        facts=kept.facts,
        law=the_law(),
        gate=gate_of(kept),
        shop=ShopByTarget(
            settings=kept.publication,
            own=LambdaOwnCatalogue(settings.products_prices_function),
            connected=LambdaConnectedShops(settings.write_shop_function),
        ),
        review=ReviewBatch(changes=kept.changes, batches=kept.batches, facts=kept.facts, clock=system_clock),
        stops=Stops(settings.work_bucket),
        clock=system_clock,
        time_left=remaining,
    )


def keep_time() -> KeepTime:
    """The doer of what is due by the clock."""
    settings = KeepTimeSettings()
    mongo = database(settings)
    queues = {PUBLISH: settings.publish_queue_url, ROLL_UPS: settings.roll_ups_queue_url}
    outbox = outbox_of(mongo, settings, **queues)
    kept = stores(mongo, outbox)
    return KeepTime(
        changes=kept.changes,
        batches=kept.batches,
        promotions=runs_promotions(kept, MongoNewPrices(mongo, outbox)),
        roll_ups=kept.roll_ups,
        clock=system_clock,
    )
