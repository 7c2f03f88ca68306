"""Print what deciding 1,000,000 products with ten offers each costs: the kernel, with frames around it, and bare numpy.

All three run one after another in each round, on one core, and must agree on every price. The bare kernel is written
for its one rule and knows no other; it makes a price and a reason, the kernel fourteen columns.
"""

import os
import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.decisions_market import MAX_AGE, OFFERS, PRODUCTS, a_market, as_frames, decided_frames
from pricing.domain.kernel.codes import Reason
from pricing.domain.kernel.columns import Batch
from pricing.domain.kernel.decide import decide
from pricing.domain.kernel.exact import Flags, Ints

ROUNDS = 7
CHUNK = 16_384


def bare(batch: Batch) -> tuple[Ints, Flags]:
    """The same rule with nothing around it: 1 % under the lowest, 15 % margin, MAP, ±10 %, max, .99."""
    prices, reasons = np.empty(len(batch), np.int32), np.empty(len(batch), np.uint8)
    for start in range(0, len(batch), CHUNK):
        rows = slice(start, min(start + CHUNK, len(batch)))
        _bare_chunk(batch, rows, prices, reasons)
    return prices, reasons


def _bare_chunk(batch: Batch, rows: slice, prices: Ints, reasons: Flags) -> None:
    offers, products = batch.offers, batch.products
    low, high = int(batch.offsets[rows.start]), int(batch.offsets[rows.stop])
    flags, types = offers.flags[low:high], offers.match_type
    landed, age = offers.landed[low:high], offers.age[low:high]
    counts = (flags == 0) & (landed > 0) & (age >= -5) & (age <= MAX_AGE)
    if types is not None:
        counts &= types[low:high] == 0
    none = np.int32(np.iinfo(np.int32).max)
    lowest = np.minimum.reduceat(np.where(counts, landed, none), batch.offsets[rows] - low)
    assert products.cost is not None
    assert products.map_price is not None
    assert products.max_price is not None
    price = products.price[rows]
    target = lowest.astype(np.int64) * 99 // 100
    margin = (products.cost[rows] * 20 + 16) // 17
    lower = np.maximum(margin, products.map_price[rows])
    cut, rise = (price * 9 + 9) // 10, price * 11 // 10
    lower = np.maximum(lower, cut)
    upper = np.minimum(np.where(products.max_price[rows] > 0, products.max_price[rows], none), rise)
    clamped = np.minimum(np.maximum(target, lower), upper)
    below = (clamped - 99) // 100 * 100 + 99
    ended = np.where(below >= lower, below, below + 100)
    ended = np.where(ended <= upper, ended, clamped)
    reason = np.full(len(price), Reason.BEAT_LOWEST, np.uint8)
    reason[ended > target] = Reason.HOLD_FLOOR
    reason[(ended > target) & (lower == products.map_price[rows])] = Reason.HOLD_MAP
    reason[(ended > target) & (lower == cut) & (cut > margin)] = Reason.CHANGE_LIMIT
    reason[clamped < target] = Reason.HOLD_MAX
    move = np.abs(ended - price)
    held = (lower > upper) | (lowest == none) | (ended < products.cost[rows]) | (move * 5 > price * 2)
    reason[lower > upper] = Reason.BOUNDS_CONFLICT
    reason[lowest == none] = Reason.NO_COMPETITION
    prices[rows] = np.where(held, price, ended)
    reasons[rows] = reason


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _peak(run: Callable[[], object]) -> int:
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main() -> None:
    """Measure the three ways, alternately, and the memory that each takes beside its input."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    batch, size = a_market()
    runs: dict[str, Callable[[], object]] = {"bare numpy": lambda: bare(batch), "kernel": lambda: decide(batch)}
    frames = as_frames(batch)
    if frames is None:
        print("pandas is not installed: the edge of frames is not measured", file=sys.stderr)
    else:
        runs["kernel, frames in and out"] = lambda: decided_frames(*frames, batch)
    different = int((bare(batch)[0] != decide(batch).price).sum())
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            times[name].append(_seconds(run))
    table = Table(title=f"{PRODUCTS:,} products x {OFFERS} offers, one core, input {size / 1e6:.0f} MB")
    for column in ("way", "best s", "million products/s", "median s", "x bare", "(input + peak) / input"):
        table.add_column(column, justify="right")
    floor = min(times["bare numpy"])
    for name, taken in times.items():
        best, middle = min(taken), sorted(taken)[len(taken) // 2]
        peak = (size + _peak(runs[name])) / size
        rate = PRODUCTS / best / 1e6
        table.add_row(name, f"{best:.3f}", f"{rate:.1f}", f"{middle:.3f}", f"{best / floor:.2f}", f"{peak:.2f}")
    Console(width=120).print(table)
    print(f"prices in which bare numpy and the kernel differ: {different}", file=sys.stderr)


if __name__ == "__main__":
    main()
