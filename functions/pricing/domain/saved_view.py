"""A saved view: a question about the market under a name, for the last so many days whenever it is asked."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pricing.domain.analysis import Analysis, Asked, Benchmark, Dimension, FileFormat
from pricing.domain.local_days import DAY
from pricing.domain.market_day import PriceMode
from pricing.domain.product_filter import Criteria

PREFIX = "view:"
"""How the kind of a report begins that writes a view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A question without dates: it is asked for the last `days` whole days of the shop, up to yesterday.

    `file_format` is that of its reports.
    """

    view_id: str
    organisation_id: str
    name: str
    analysis: Analysis
    created_by: str
    created_at: datetime
    shop_id: str | None = None
    filter_id: str | None = None
    days: int = 7
    sku: str | None = None
    by: tuple[Dimension, ...] = ()
    mode: PriceMode = "landed"
    benchmark: Benchmark = "lowest"
    rival: str | None = None
    tolerance: Decimal = Decimal(1)
    smallest: Decimal = Decimal(0)
    divergence: Decimal = Decimal(50)
    limit_kind: str = "map"
    only_violating: bool = False
    file_format: FileFormat = "csv"

    def asked(self, today: date, criteria: Criteria, *, whole: bool) -> Asked:
        """The question as it is on a day."""
        return Asked(
            analysis=self.analysis,
            organisation_id=self.organisation_id,
            shop_ids=() if self.shop_id is None else (self.shop_id,),
            first=today - self.days * DAY,
            last=today - DAY,
            criteria=criteria,
            sku=self.sku,
            mode=self.mode,
            benchmark=self.benchmark,
            rival=self.rival,
            by=self.by,
            tolerance=self.tolerance,
            smallest=self.smallest,
            divergence=self.divergence,
            limit_kind=self.limit_kind,
            only_violating=self.only_violating,
            whole=whole,
        )
