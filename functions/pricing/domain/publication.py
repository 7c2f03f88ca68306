"""How a shop's prices go out: for real or as a test, a share ahead of the rest, and when a publication stops."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from pricing.domain.errors import InvalidPublicationSettings
from pricing.domain.price_change import SHARES
from pricing.domain.shop_connection import ShopConnection

type Mode = Literal["test", "live"]

LONGEST_CANARY_MINUTES = 240
LONGEST_PROPOSAL_HOURS = 720
LARGEST_CANARY_PERCENT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """A figure of the shop's own, of which more is better, beside what it was before the canary went out."""

    name: str
    value: Decimal
    baseline: Decimal

    def __post_init__(self) -> None:
        if self.baseline <= 0:
            raise InvalidPublicationSettings(f"the baseline of {self.name} is {self.baseline:f}; write one above zero")

    @property
    def drop_percent(self) -> Decimal:
        """By how much it fell, in percent of the baseline; below zero where it rose."""
        return (self.baseline - self.value) / self.baseline * 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationSettings:
    """How prices of one shop go out.

    In `test` mode prices are decided, proposed and approved, and none is written. A publication writes
    `canary_percent` of its prices first and waits `canary_minutes`; it stops by itself when more than
    `max_failed_percent` of what it wrote could not be written or read back, or when a figure that the shop tells while
    the canary is out fell by more than `max_kpi_drop_percent`. `automatic`: what policies let through
    inside their bands is published when their run ends. Proposals expire after `proposal_hours`. Prices go out to the
    own catalogue, or to the shop of `connection`.
    """

    organisation_id: str
    shop_id: str
    mode: Mode = "test"
    automatic: bool = True
    canary_percent: int = 10
    canary_minutes: int = 0
    max_failed_percent: int = 5
    max_kpi_drop_percent: int = 10
    proposal_hours: int = 72
    connection: ShopConnection | None = None
    changed_by: str | None = None
    changed_at: datetime | None = None

    @property
    def canary_share(self) -> int:
        """Up to which of ten thousand shares prices go out ahead; 0 when none does."""
        return self.canary_percent * SHARES // 100

    def expiry(self, proposed_at: datetime) -> datetime:
        """When a proposal expires."""
        return proposed_at + timedelta(hours=self.proposal_hours)

    def failed_too_often(self, failed: int, written: int) -> bool:
        """Whether a publication of which so many prices failed goes no further."""
        return failed * 100 > self.max_failed_percent * written


def fell_too_far(kpi: Kpi, settings: PublicationSettings) -> str | None:
    """Why a publication goes no further after this figure, or None."""
    if kpi.drop_percent <= settings.max_kpi_drop_percent:
        return None
    fell = f"{kpi.name} fell by {kpi.drop_percent:.1f} % (from {kpi.baseline:f} to {kpi.value:f})"
    return f"{fell}, more than {settings.max_kpi_drop_percent} %"


def checked(settings: PublicationSettings) -> PublicationSettings:
    """The settings as they are, when they can be carried out."""
    bounds = (
        ("canary_percent", settings.canary_percent, 0, LARGEST_CANARY_PERCENT),
        ("canary_minutes", settings.canary_minutes, 0, LONGEST_CANARY_MINUTES),
        ("max_failed_percent", settings.max_failed_percent, 0, 100),
        ("max_kpi_drop_percent", settings.max_kpi_drop_percent, 0, 100),
        ("proposal_hours", settings.proposal_hours, 1, LONGEST_PROPOSAL_HOURS),
    )
    for name, value, least, most in bounds:
        if not least <= value <= most:
            raise InvalidPublicationSettings(f"{name} is {value}; write {least} to {most}")
    return settings
