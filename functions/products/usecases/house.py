"""The house as a whole: what doors and routes are built on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from products.usecases.import_catalogue import ImportCatalogue
from products.usecases.ports import Catalogue, Imports, Shops
from products.usecases.publish_prices import ShowPrices, WritePrices
from products.usecases.shops import MapColumns, OpenShop
from shared.kernel.clock import Clock
from shared.kernel.gauges import ReadGauges

type Check = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """The catalogue's intents over its ports, wired."""

    shops: Shops
    catalogue: Catalogue
    imports: Imports
    open_shop: OpenShop
    map_columns: MapColumns
    import_catalogue: ImportCatalogue
    write_prices: WritePrices
    show_prices: ShowPrices
    gauges: ReadGauges
    clock: Clock
    checks: dict[str, Check]
