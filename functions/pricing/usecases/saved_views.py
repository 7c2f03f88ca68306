"""Save questions about the market under a name, and answer them for the last days."""

from dataclasses import dataclass
from typing import Protocol

from pricing.domain.analysis import Answer
from pricing.domain.product_filter import Criteria
from pricing.domain.saved_view import SavedView
from pricing.usecases.analytics import ReadAnalysis
from pricing.usecases.filters import Filters
from shared.kernel.paging import Page, Window


class SavedViews(Protocol):
    """The saved views of every organisation."""

    async def add(self, saved: SavedView) -> None:
        """Keep a new view; `ViewExists` when its id is taken."""

    async def get(self, organisation_id: str, view_id: str) -> SavedView:
        """Return one view; `ViewNotFound` when there is none."""

    async def remove(self, organisation_id: str, view_id: str) -> None:
        """Forget a view; one that is not there is forgotten already."""

    async def page(self, organisation_id: str, window: Window) -> Page[SavedView]:
        """Return some views, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveView:
    """Keep a question under a name."""

    views: SavedViews
    filters: Filters

    async def __call__(self, saved: SavedView) -> SavedView:
        """Keep the view; what it asks must make sense, and its filter must be there."""
        saved.asked(saved.created_at.date(), Criteria(), whole=False)
        if saved.filter_id is not None:
            await self.filters.get(saved.organisation_id, saved.filter_id)
        await self.views.add(saved)
        return saved


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """Answer a saved view for the last whole days of its shop."""

    views: SavedViews
    filters: Filters
    read: ReadAnalysis

    async def __call__(self, organisation_id: str, view_id: str, *, whole: bool = False) -> Answer:
        """Return the lines; `ViewNotFound` or `FilterNotFound` when one is gone."""
        saved = await self.views.get(organisation_id, view_id)
        criteria = Criteria()
        if saved.filter_id is not None:
            criteria = (await self.filters.get(organisation_id, saved.filter_id)).criteria
        today = await self.read.today(organisation_id, saved.shop_id)
        return await self.read(saved.asked(today, criteria, whole=whole))
