"""Some products of a batch with their offers: what one rule is run over at a time."""

from dataclasses import dataclass

import numpy as np

from pricing.domain.kernel.codes import NOBODY
from pricing.domain.kernel.columns import Batch, Offers, Products
from pricing.domain.kernel.exact import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Some products of a batch with their offers. `first` is where a row's offers stood in the batch."""

    batch: Batch
    products: Products
    offers: Offers
    starts: Places
    counts: Places
    first: Places

    def __len__(self) -> int:
        return len(self.products)

    def in_batch(self, offers: Places) -> Places:
        """Places of offers in the view, one for each product or `NOBODY`, as places in the batch."""
        return np.where(offers >= 0, offers + (self.first - self.starts), NOBODY)


def slice_of(batch: Batch, start: int, end: int) -> View:
    """The products from `start` up to `end`, without copying."""
    low, high = int(batch.offsets[start]), int(batch.offsets[end])
    first = batch.offsets[start:end]
    return View(
        batch=batch,
        products=batch.products.at(slice(start, end)),
        offers=batch.offers.at(slice(low, high)),
        starts=first - low,
        counts=np.diff(batch.offsets[start : end + 1]),
        first=first,
    )


def rows_of(view: View, rows: Places) -> View:
    """Some rows of a view, copied, in that order."""
    counts = view.counts[rows]
    starts = np.cumsum(counts) - counts
    places = np.arange(int(counts.sum())) + np.repeat(view.starts[rows] - starts, counts)
    return View(
        batch=view.batch,
        products=view.products.at(rows),
        offers=view.offers.at(places),
        starts=starts,
        counts=counts,
        first=view.first[rows],
    )
