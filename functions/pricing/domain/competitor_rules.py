"""What an organisation says of a competitor: how far to trust it, its tax, its corrections, its sellers."""

from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Literal

from pricing.domain.errors import InvalidCompetitor

type Operation = Literal["add", "subtract", "multiply", "divide"]

_SIGNS: dict[str, str] = {"add": "+", "subtract": "-", "multiply": "×", "divide": "÷"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """When a new price is not believed: a jump or a distance from our own price, in percent, or too little certainty.

    Without `divergence_percent` the distance from our own price is not looked at.
    """

    jump_percent: Decimal = Decimal(40)
    divergence_percent: Decimal | None = None
    min_confidence: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if self.jump_percent <= 0 or (self.divergence_percent is not None and self.divergence_percent <= 0):
            raise InvalidCompetitor("trust.jump_percent and trust.divergence_percent must be above zero")
        if not 0 <= self.min_confidence <= 1:
            raise InvalidCompetitor(f"trust.min_confidence {self.min_confidence} must be between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRule:
    """On which basis a competitor's prices stand, and the tax rate between the two, in percent."""

    basis: Literal["including", "excluding"]
    rate_percent: Decimal

    def __post_init__(self) -> None:
        if not 0 <= self.rate_percent < 100:  # noqa: PLR2004 - a percentage
            raise InvalidCompetitor(f"tax.rate_percent {self.rate_percent} must be at least 0 and below 100")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One arithmetic rule for one captured field, in the page's currency."""

    operation: Operation
    operand: Decimal

    def __post_init__(self) -> None:
        if self.operand <= 0:
            detail = f"a correction by {self.operand} is none; use a number above zero and the fitting operation"
            raise InvalidCompetitor(detail)

    def __str__(self) -> str:
        return f"{_SIGNS[self.operation]} {self.operand:f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """What to correct of a competitor's prices before they are compared."""

    item_price: Correction | None = None
    list_price: Correction | None = None
    shipping: Correction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sellers:
    """Which sellers on a marketplace are competitors: those of `only` if any is named, and none that `exclude` means.

    `exclude` holds patterns with `*` and `?`; letter case counts nowhere. A page that names no seller is the
    competitor's own offer.
    """

    exclude: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    def leaves_out(self, seller: str | None) -> bool:
        """Whether an offer of that seller is not to be compared with."""
        if seller is None:
            return False
        name = seller.strip().casefold()
        if self.only and name not in {one.strip().casefold() for one in self.only}:
            return True
        # A bracket means itself: only the star and the question mark are ours.
        patterns = (pattern.strip().casefold().replace("[", "[[]") for pattern in self.exclude)
        return any(fnmatchcase(name, pattern) for pattern in patterns)
