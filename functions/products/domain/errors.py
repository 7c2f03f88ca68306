"""The ways the catalogue refuses."""

from shared.kernel.errors import Conflict, Invalid, NotFound


class ShopNotFound(NotFound):
    """No such shop in this organisation."""

    code = "products/shop-not-found"
    title = "There is no such shop"


class ShopExists(Conflict):
    """The organisation already has a shop of that id."""

    code = "products/shop-exists"
    title = "There is a shop of that id"


class ProductNotFound(NotFound):
    """No such product in this organisation."""

    code = "products/product-not-found"
    title = "There is no such product"


class ImportNotFound(NotFound):
    """No such import in this shop."""

    code = "products/import-not-found"
    title = "There is no such import"


class InvalidShop(Invalid):
    """A shop with a currency, country or time zone that does not exist."""

    code = "products/invalid-shop"
    title = "The shop is not described rightly"


class FileNotPulled(Invalid):
    """The address of a catalogue file gave no file."""

    code = "products/file-not-pulled"
    title = "The file could not be fetched"
