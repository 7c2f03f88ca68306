"""Open a shop, and tell it once how its files name their columns."""

from dataclasses import dataclass, replace

from products.domain.errors import InvalidShop
from products.domain.importing import FIELDS
from products.domain.shop import Mapping, Shop
from products.usecases.ports import Shops


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShop:
    """Open a shop with its own currency, time zone and tax basis."""

    shops: Shops

    async def __call__(self, shop: Shop) -> Shop:
        """Keep the shop and return it."""
        await self.shops.add(shop)
        return shop


@dataclass(frozen=True, slots=True, kw_only=True)
class MapColumns:
    """Say which column of the shop's files holds which field; every later import uses it."""

    shops: Shops

    async def __call__(self, organisation_id: str, shop_id: str, mapping: Mapping) -> Shop:
        """Keep the mapping with the shop and return the shop."""
        unknown = sorted(set(mapping.columns) - set(FIELDS))
        if unknown:
            raise InvalidShop(f"no such fields: {', '.join(unknown)}; there are: {', '.join(FIELDS)}")
        shop = replace(await self.shops.get(organisation_id, shop_id), mapping=mapping)
        await self.shops.replace(shop)
        return shop
