"""Wire the catalogue from its settings; a test hands in fakes for any port."""

from products.adapters.mongo_catalogue import MongoCatalogue
from products.adapters.mongo_imports import MongoImports
from products.adapters.mongo_shops import MongoShops
from products.settings import ProductsSettings
from products.usecases.house import Check, Products
from products.usecases.import_catalogue import ImportCatalogue
from products.usecases.ports import Catalogue, Imports, Shops
from products.usecases.publish_prices import ShowPrices, WritePrices
from products.usecases.shops import MapColumns, OpenShop
from shared.kernel.clock import Clock, system_clock
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox


def wire(
    *,
    shops: Shops,
    catalogue: Catalogue,
    imports: Imports,
    clock: Clock = system_clock,
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
        clock=clock,
        checks=checks or {},
    )


def stores(settings: ProductsSettings | None = None) -> tuple[Mongo, Outbox]:
    """The catalogue's database and outbox, which connect on first use."""
    known = settings or ProductsSettings()
    mongo = Mongo(known.mongodb_secret_arn, known.mongodb_database)
    return mongo, Outbox(mongo, known.event_bus_name, "products")


def bootstrap(settings: ProductsSettings | None = None) -> Products:
    """The catalogue over MongoDB."""
    mongo, outbox = stores(settings)
    return wire(
        shops=MongoShops(mongo),
        catalogue=MongoCatalogue(mongo, outbox),
        imports=MongoImports(mongo),
        checks={"mongodb": mongo.ping},
    )
