"""The parts of a rule as people write them: amounts in the policy's currency, shares in percent, times in hours.

`None` means that nothing was said: a rule then takes what the policy's defaults say, and those what is usual.
"""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Literal

from pricing.domain.policies.closed import Closed

type ReferenceWord = Literal[
    "lowest",
    "second_lowest",
    "average",
    "median",
    "mode",
    "highest",
    "rank",
    "range_point",
    "range_rank",
    "competitor",
    "cost_plus",
    "own",
    "formula",
    "channel",
    "rule",
]
type OwnWord = Literal["current", "msrp", "map", "min", "max"]
type ActionWord = Literal["keep", "min", "max", "msrp", "learned"]
type EdgeWord = Literal["compute", "keep", "min", "max", "msrp", "learned", "fallback"]
type MatchWord = Literal["exact", "equivalent", "substitute", "private_label"]
type Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
type Side = Literal["lower", "higher", "closer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Closed):
    """How far from the reference: money, or percent of it; one of both."""

    money: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Closed):
    """What a price follows: a reference, on which side of it, how far.

    `rank` 1 is the cheapest offer. `percent` is the point of the price range. `competitors`, in that order, the first
    with an offer that counts. `channel` is another shop of ours: its price of the same SKU. `rule` (fallbacks only)
    goes on with that rule's line and fallbacks. `fulfilments`: only offers fulfilled in one of these ways.
    """

    reference: ReferenceWord
    relation: Literal["below", "equal", "above"] = "equal"
    by: Amount | None = None
    competitors: tuple[str, ...] = ()
    rank: int | None = None
    percent: Decimal | None = None
    margin_percent: Decimal | None = None
    markup_percent: Decimal | None = None
    own: OwnWord | None = None
    formula: str | None = None
    channel: str | None = None
    rule: str | None = None
    fulfilments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Competitors(Closed):
    """Whose offers count: everybody's without a word, only these, or all except these. Own offers never do."""

    only: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Closed):
    """What an offer must bring to be followed. Usual: 24 hours, no other minimum, exact matches in stock."""

    max_age_hours: Decimal | None = None
    min_confidence: Decimal | None = None
    min_agreement: int | None = None
    accept_unknown_stock: bool | None = None
    match_types: tuple[MatchWord, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds(Closed):
    """The limits that no price leaves; a product's own min, max, MAP and MSRP hold beside them.

    The cost counts with `cost_tax_percent` on it, the price without `channel_fee_percent` of it. Largest moves are
    measured from the price before the change, or from the price at the start of the `day`. `floor_competitor`: never
    below that competitor's cheapest offer. Usual: MAP and MSRP respected, 0.01 to 1,000,000 valid.
    """

    min_price: Decimal | None = None
    max_price: Decimal | None = None
    min_margin_percent: Decimal | None = None
    min_markup_percent: Decimal | None = None
    min_profit: Decimal | None = None
    channel_fee_percent: Decimal | None = None
    cost_tax_percent: Decimal | None = None
    max_up_percent: Decimal | None = None
    max_down_percent: Decimal | None = None
    max_up: Decimal | None = None
    max_down: Decimal | None = None
    per: Literal["change", "day"] | None = None
    respect_map: bool | None = None
    respect_msrp: bool | None = None
    floor_competitor: str | None = None
    valid_from: Decimal | None = None
    valid_to: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending(Closed):
    """How prices end: as written, `.99` or `9`, and on which side of the computed price to look first."""

    endings: tuple[str, ...]
    prefer: Side = "lower"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeCases(Closed):
    """What to do where the market meets our minimum. Usual: without competition the fallback, else compute on."""

    no_competition: EdgeWord | None = None
    competitor_below_min: EdgeWord | None = None
    competitor_equals_min: EdgeWord | None = None
    own_equals_min: EdgeWord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance(Closed):
    """What must never be published; it holds a price and moves nothing. Usual: below cost is held, MAP is a bound."""

    below_cost: bool | None = None
    below_map: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing(Closed):
    """Who must look at a move, by its percent of the present price. Usual: everything is looked at, 25, 40."""

    auto_within_percent: Decimal | None = None
    manager_above_percent: Decimal | None = None
    quarantine_above_percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Closed):
    """From a time of day up to another, on the wall; past midnight when it ends before it starts."""

    from_: time
    to: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Closed):
    """When a rule's prices may go out: days from and until (both counted), weekdays, hours; always decided."""

    from_: date | None = None
    until: date | None = None
    weekdays: tuple[Weekday, ...] = ()
    hours: Hours | None = None
    time_zone: str = "UTC"
    min_gap_hours: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep(Closed):
    """A nightly pause; `go_to_max` lets prices rise to their maximum meanwhile, so that a price war ends."""

    from_: time
    to: time
    time_zone: str = "UTC"
    go_to_max: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SamePrice(Closed):
    """One price for all variants of a family: the lowest, the highest or the average of theirs."""

    within: Literal["family"] = "family"
    choose: Literal["lowest", "highest", "average"] = "lowest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop(Closed):
    """How many own moves a price war with another seller may take within a window of hours."""

    max_moves: int = 3
    window_hours: Decimal = Decimal(24)
