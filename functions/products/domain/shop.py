"""A shop: one site or channel with its own currency, time zone, tax basis and import mapping."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from products.domain.errors import InvalidShop
from shared.kernel.clock import is_zone
from shared.kernel.money import checked_currency

type TaxBasis = Literal["including", "excluding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Which column of the user's file holds which field, and what parts the columns."""

    columns: dict[str, str] = field(default_factory=dict)
    delimiter: str = ","


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One shop of an organisation. Every product, rule and price belongs to exactly one."""

    organisation_id: str
    shop_id: str
    name: str
    currency: str
    country: str
    timezone: str
    tax_basis: TaxBasis
    own_seller_ids: tuple[str, ...]
    mapping: Mapping
    created_at: datetime

    def __post_init__(self) -> None:
        checked_currency(self.currency)
        if not is_zone(self.timezone):
            raise InvalidShop(f"«{self.timezone}» is not a time zone of the IANA list; write it like Europe/Riga")
