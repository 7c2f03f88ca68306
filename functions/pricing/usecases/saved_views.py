"""Save questions about the market under a name, and answer them for the last days."""

from dataclasses import dataclass
from typing import Protocol

from pricing.domain.analysis import Answer, FileFormat
from pricing.domain.product_filter import Criteria
from pricing.domain.saved_view import SavedView
from pricing.usecases.analytics import ReadAnalysis
from pricing.usecases.filters import Filters
from pricing.usecases.tables import checked_format
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
        checked_format(saved.analysis, saved.by, saved.file_format)
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

    async def __call__(self, organisation_id: str, view_id: str) -> Answer:
        """Return the lines; `ViewNotFound` or `FilterNotFound` when one is gone."""
        return await self._answer(await self.views.get(organisation_id, view_id), whole=False)

    async def report(self, organisation_id: str, view_id: str) -> tuple[Answer, FileFormat]:
        """Return all lines and as what they are written; `ViewNotFound` or `FilterNotFound` when one is gone."""
        saved = await self.views.get(organisation_id, view_id)
        return await self._answer(saved, whole=True), saved.file_format

    async def _answer(self, saved: SavedView, *, whole: bool) -> Answer:
        organisation_id = saved.organisation_id
        criteria = Criteria()
        if saved.filter_id is not None:
            criteria = (await self.filters.get(organisation_id, saved.filter_id)).criteria
        today = await self.read.today(organisation_id, saved.shop_id)
        return await self.read(saved.asked(today, criteria, whole=whole))
