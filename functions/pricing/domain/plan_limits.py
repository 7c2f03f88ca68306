"""What a compiled policy asks of offers and of prices: evidence, bounds, endings, edge cases, compliance, routing."""

from dataclasses import dataclass
from typing import Literal

from pricing.domain.errors import InvalidPolicy

type EdgeAction = Literal["compute", "keep", "min", "max", "msrp", "learned", "fallback"]
type MatchType = Literal["exact", "equivalent", "substitute", "private_label"]

MILLION = 1_000_000
MOST_PPM = 9 * MILLION
"""No share may be larger: nine times the reference. It keeps each product of the exact arithmetic inside 64 bits."""
MOST_MONEY = 4 * 10**16
"""No amount of a plan may be larger, in minor units: a hundred times finer it still fits 64 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetitorSet:
    """Whose offers count: everybody's, only these, or all but these. Own offers never do."""

    kind: Literal["all", "only", "except"] = "all"
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an offer must bring to be followed. `min_agreement` counts readers of one page."""

    max_age_minutes: int = 24 * 60
    min_confidence_ppm: int = 0
    min_agreement: int = 0
    accept_unknown_stock: bool = False
    match_types: tuple[MatchType, ...] = ("exact",)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundsPlan:
    """The limits no decided price leaves; a product's own min, max, MAP and MSRP apply as well.

    A largest move may be a share of the base price (`Products.base`), money, or both (the tighter holds), up and down
    apart. Outside `valid_low` … `valid_high` nothing is a price: such a product is held, never moved to the edge.
    What is left of a price is price × (1 − `channel_fee_ppm`) − cost × (1 + `cost_tax_ppm`): at least `min_profit`,
    `min_margin_ppm` of the price, and `min_markup_ppm` of the cost. `floor_competitor`: the cheapest offer of this
    competitor that passes the gates, whoever the rule follows, is a lower bound; no minimum of the product's own. Where
    nobody knows what that competitor asks, no move goes out without a person.
    """

    valid_low: int
    valid_high: int
    min_margin_ppm: int | None = None
    min_markup_ppm: int | None = None
    min_profit: int | None = None
    channel_fee_ppm: int = 0
    cost_tax_ppm: int = 0
    min_price: int | None = None
    max_price: int | None = None
    max_up_ppm: int | None = None
    max_down_ppm: int | None = None
    max_up: int | None = None
    max_down: int | None = None
    respect_map: bool = True
    respect_msrp: bool = True
    floor_competitor: str | None = None

    def __post_init__(self) -> None:
        if not 0 < self.valid_low <= self.valid_high:
            raise InvalidPolicy("the valid range starts above zero and does not end before it starts")
        _check_share("a channel fee", self.channel_fee_ppm, 0, MILLION - 1)
        _check_share("a tax on costs", self.cost_tax_ppm, 0, MOST_PPM - MILLION)
        if self.min_margin_ppm is not None and not 0 <= self.min_margin_ppm < MILLION - self.channel_fee_ppm:
            with_fee = f" with a channel fee of {self.channel_fee_ppm} ppm" if self.channel_fee_ppm else ""
            raise InvalidPolicy(f"a margin of {self.min_margin_ppm} ppm{with_fee} must be at least 0 and below 100 %")
        _check_share("a smallest markup", self.min_markup_ppm, 0, MOST_PPM - MILLION)
        _check_share("a largest rise", self.max_up_ppm, 1, MOST_PPM - MILLION)
        _check_share("a largest cut", self.max_down_ppm, 1, MILLION)
        for name in ("valid_high", "min_profit", "min_price", "max_price", "max_up", "max_down"):
            check_money(name, getattr(self, name))

    @property
    def needs_cost(self) -> bool:
        """Whether a product without a known cost has no floor under this."""
        return (self.min_margin_ppm, self.min_markup_ppm, self.min_profit) != (None, None, None)


def _check_share(name: str, ppm: int | None, least: int, most: int) -> None:
    if ppm is not None and not least <= ppm <= most:
        raise InvalidPolicy(f"{name} of {ppm} ppm must be between {least} and {most} ppm")


def check_money(name: str, amount: int | None) -> None:
    """Refuse an amount that no plan may have."""
    if amount is not None and not 0 <= amount <= MOST_MONEY:
        raise InvalidPolicy(f"{name} of {amount} minor units must be between 0 and {MOST_MONEY}")


def valid_range(minor_digits: int) -> tuple[int, int]:
    """0.01 to 1 000 000 in minor units of a currency with that many digits; without digits the least price is 1."""
    return max(1, 10**minor_digits // 100), MILLION * 10**minor_digits


@dataclass(frozen=True, slots=True)
class Ending:
    """Prices that leave `rest` when divided by `every`, both minor units: (99, 100) is .99, (9, 10) a last digit 9."""

    rest: int
    every: int

    def __post_init__(self) -> None:
        if not 0 <= self.rest < self.every:
            raise InvalidPolicy(f"an ending of {self.rest} in every {self.every} is no ending of a price")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingPlan:
    """Which endings, and on which side of the clamped price to look first; closer takes the lower of two as near."""

    endings: tuple[Ending, ...]
    prefer: Literal["lower", "higher", "closer"] = "lower"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """What to do where the market meets our minimum; `compute` goes on as ever. The first that applies counts.

    `no_competition` is asked when no line finds a reference and no gate of evidence is to blame for it.
    """

    no_competition: EdgeAction = "fallback"
    competitor_below_min: EdgeAction = "compute"
    competitor_equals_min: EdgeAction = "compute"
    own_equals_min: EdgeAction = "compute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """What must never be published, checked after everything else; it holds the price and moves nothing."""

    below_cost: bool = True
    below_map: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPlan:
    """Who must look at a move, by its share of the present price or of `Products.base`: the larger counts."""

    auto_within_ppm: int = 0
    manager_above_ppm: int = 250_000
    quarantine_above_ppm: int = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopPlan:
    """How many own moves a loop with another seller may take within a window before it is settled or held."""

    max_moves: int = 3
    window_minutes: int = 24 * 60

    def __post_init__(self) -> None:
        if not (0 < self.max_moves <= MOST_LOOP_MOVES and self.window_minutes > 0):
            raise InvalidPolicy(f"a loop takes 1 to {MOST_LOOP_MOVES} own moves, within a window above 0 minutes")


MOST_LOOP_MOVES = 3
"""Never more own moves in a loop, whatever a policy asks for."""
