"""What questions about the market by days are answered with."""

from typing import Literal

from pydantic import Field

from shared.runtime.answers import View


class ReadWith(View):
    """What every figure is to be read with: its benchmark, mode of prices, direction, days and what was left out.

    `counts` are of breaches: how many `offers` were under the limit, and how many `new` ones, shown or not.
    """

    analysis: str
    shop_ids: list[str]
    first: str = Field(alias="from")
    to: str
    as_of: str | None
    benchmark: str
    price_mode: str
    direction: str
    currency: str | None
    tolerance_percent: str
    smallest_move_percent: str
    products: int | None
    left_out: dict[str, int]
    counts: dict[str, int]
    more: bool
    next_cursor: str | None


class OwnChangeView(View):
    """A change of our own price; `source` is the reason of a decision, or `catalogue`."""

    at: str
    before: str | None
    after: str
    source: str


class HistoryRow(View):
    """One line, `ours` or a competitor, on one day: the price at its end and the lowest seen on it."""

    day: str
    line: str
    price: str | None
    low: str | None
    changes: list[OwnChangeView]


class HistoryView(ReadWith):
    """Lines of history."""

    data: list[HistoryRow]


class MatrixRow(View):
    """A product beside one rival: its lowest price that counts, or why it has none (`left_out`)."""

    product_id: str
    sku: str
    name: str
    ours: str | None
    rank: int | None
    index: str | None
    competitor_id: str
    price: str | None
    place: Literal["cheaper", "same", "dearer"] | None
    gap_percent: str | None
    left_out: str | None
    map_breach: bool
    msrp_breach: bool
    captured_at: str
    observation_id: str


class MatrixView(ReadWith):
    """Lines of matrix."""

    data: list[MatrixRow]


class IndexRow(View):
    """A group's index, and what is in none; `key` is null for products without one. `change` is in points."""

    key: str | None
    index: str | None
    products: int
    without_price: int
    stale: int
    not_in_stock: int
    without_rival: int
    before_index: str | None
    before_products: int
    change: str | None


class IndexView(ReadWith):
    """Lines of index."""

    data: list[IndexRow]


class PositionsRow(View):
    """A group's products by where we stand. `alone`: those that nobody else offers in stock."""

    key: str | None
    products: int
    cheaper: int
    same: int
    dearer: int
    first: int
    alone: int
    average_rank: str | None
    without_price: int
    stale: int
    not_in_stock: int
    without_rival: int


class PositionsView(ReadWith):
    """Lines of positions."""

    data: list[PositionsRow]


class VolatilityRow(View):
    """How often rivals' prices changed. Moves are in per cent of the price before."""

    key: str | None
    changes: int
    ups: int
    downs: int
    average_move: str | None
    largest_rise: str | None
    largest_fall: str | None
    offer_days: int
    changed_percent: str | None
    standard_deviation: str | None
    variance: str | None


class VolatilityView(ReadWith):
    """Lines of volatility."""

    data: list[VolatilityRow]


class BreachesRow(View):
    """An offer under the maker's price. `new`: it was not seen under it before the days asked for."""

    product_id: str
    sku: str
    competitor_id: str
    seller: str | None
    offer_id: str
    price: str
    limit: str
    gap: str
    gap_percent: str | None
    first_seen: str
    last_seen: str
    days: int
    new: bool
    observation_id: str


class BreachesView(ReadWith):
    """Lines of breaches."""

    data: list[BreachesRow]


class BelowCostRow(View):
    """A product whose lowest rival price is under our cost."""

    product_id: str
    sku: str
    name: str
    brand: str | None
    category: str | None
    supplier: str | None
    cost: str
    lowest: str
    gap: str
    gap_percent: str | None
    first_day: str
    last_day: str
    days: int


class BelowCostView(ReadWith):
    """Lines of below cost."""

    data: list[BelowCostRow]


class OutliersRow(View):
    """A rival's price far from ours, as it was on its newest such day."""

    product_id: str
    sku: str
    competitor_id: str
    offer_id: str
    ours: str
    price: str
    divergence: str
    first_day: str
    last_day: str
    days: int
    observation_id: str


class OutliersView(ReadWith):
    """Lines of outliers."""

    data: list[OutliersRow]


class SummaryRow(View):
    """A figure, what it was, and the change in per cent of that."""

    figure: str
    value: int | str | None
    before: int | str | None
    change_percent: str | None


class SummaryView(ReadWith):
    """Lines of summary."""

    data: list[SummaryRow]


class SlicesRow(View):
    """A group by up to two dimensions. Places are counted by product and day, prices are means in `currency`.

    `price_ratio` is the index less 100. In per cent: `overlap` is the share of products that a rival has in stock, and
    `stability` that of days of products on which no rival's price changed.
    """

    key: str | None
    second: str | None
    products: int
    index: str | None
    price_ratio: str | None
    product_days: int
    cheaper: int
    same: int
    dearer: int
    first: int
    alone: int
    average_rank: str | None
    offers: str | None
    offers_below: str | None
    retailers: str | None
    overlap: str | None
    stability: str | None
    ups: int | None
    downs: int | None
    currency: str | None
    ours: str | None
    lowest: str | None
    average: str | None
    highest: str | None
    margin: str | None
    without_price: int
    stale: int
    not_in_stock: int
    without_rival: int


class SlicesView(ReadWith):
    """Lines of slices."""

    data: list[SlicesRow]
