"""Wire the catalogue from its settings; a test hands in fakes for any port."""

from importlib import import_module

from products.adapters.mongo_catalogue import MongoCatalogue
from products.adapters.mongo_gauges import MongoGauges
from products.adapters.mongo_imports import MongoImports
from products.adapters.mongo_retellings import RETELL, MongoRetellings
from products.adapters.mongo_shops import MongoShops
from products.adapters.pulled_files import S3Drop, S3Pulled
from products.settings import ImportSettings, ProductsSettings, PullSettings, RelaySettings, RetellSettings
from products.usecases.house import Check, Products
from products.usecases.import_catalogue import ImportCatalogue
from products.usecases.import_pulled import ImportPulled
from products.usecases.ports import Catalogue, Imports, Shops
from products.usecases.publish_prices import ShowPrices, WritePrices
from products.usecases.pull import PullFile
from products.usecases.retell import TellAgain
from products.usecases.shops import MapColumns, OpenShop
from shared.kernel.clock import Clock, system_clock
from shared.kernel.gauges import ReadGauges, no_gauges
from shared.runtime.claims import Claims
from shared.runtime.edge import Edge
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from shared.runtime.stops import Stops


def wire(
    *,
    shops: Shops,
    catalogue: Catalogue,
    imports: Imports,
    clock: Clock = system_clock,
    gauges: ReadGauges = no_gauges,
    checks: dict[str, Check] | None = None,
) -> Products:
    """The catalogue over the given ports."""
    return Products(
        shops=shops,
        catalogue=catalogue,
        imports=imports,
        open_shop=OpenShop(shops=shops),
        map_columns=MapColumns(shops=shops),
        import_catalogue=ImportCatalogue(shops=shops, catalogue=catalogue, imports=imports, clock=clock),
        write_prices=WritePrices(catalogue=catalogue, clock=clock),
        show_prices=ShowPrices(catalogue=catalogue),
        gauges=gauges,
        clock=clock,
        checks=checks or {},
    )


def stores(settings: ProductsSettings | None = None, edge: Edge | None = None) -> tuple[Mongo, Outbox]:
    """The catalogue's database and outbox, which connect on first use."""
    known = settings or ProductsSettings()
    mongo = Mongo(known.mongodb_secret_arn, known.mongodb_database) if edge is None else edge.mongo
    return mongo, Outbox(mongo, "products", bus=known.event_bus_name)


def relay() -> Outbox:
    """The outbox with every way from it, for the relay."""
    settings = RelaySettings()
    mongo = Mongo(settings.mongodb_secret_arn, settings.mongodb_database)
    queues = {RETELL: Queue(settings.retell_queue_url)}
    return Outbox(mongo, "products", bus=settings.event_bus_name, queues=queues, claims=Claims(settings.work_bucket))


def tell_again() -> TellAgain:
    """The teller of a shop's products."""
    settings = RetellSettings()
    mongo, _ = stores(settings)
    queues = {RETELL: Queue(settings.retell_queue_url)}
    outbox = Outbox(mongo, "products", bus=settings.event_bus_name, queues=queues)
    return TellAgain(
        shops=MongoShops(mongo),
        catalogue=MongoCatalogue(mongo, outbox),
        retellings=MongoRetellings(mongo, outbox),
        stops=Stops(settings.work_bucket),
        clock=system_clock,
    )


def pull_file() -> PullFile:
    """The fetcher of files, which meets the web and no store."""
    settings = PullSettings()
    # Fetching weighs more than the rest of the house: only the puller loads it.
    files = import_module("products.adapters.aiohttp_files")
    fetcher = files.AioHttpFiles(settings.scanner_user_agent, connect_to=settings.detour)
    drop = S3Drop(settings.work_bucket, Queue(settings.pulled_queue_url), system_clock)
    return PullFile(files=fetcher, drop=drop)


def import_pulled() -> ImportPulled:
    """The importer of fetched files."""
    settings = ImportSettings()
    mongo, outbox = stores(settings)
    house = bootstrap_over(mongo, outbox)
    return ImportPulled(
        files=S3Pulled(settings.work_bucket),
        import_catalogue=house.import_catalogue,
        imports=house.imports,
        clock=system_clock,
    )


def bootstrap(settings: ProductsSettings | None = None, edge: Edge | None = None) -> Products:
    """The catalogue over MongoDB."""
    return bootstrap_over(*stores(settings, edge))


def bootstrap_over(mongo: Mongo, outbox: Outbox) -> Products:
    """The catalogue over a database and an outbox."""
    return wire(
        shops=MongoShops(mongo),
        catalogue=MongoCatalogue(mongo, outbox),
        imports=MongoImports(mongo, outbox),
        gauges=MongoGauges(mongo, system_clock),
        checks={"mongodb": mongo.ping},
    )
