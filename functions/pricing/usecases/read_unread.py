"""Read a kept page that no reader found a price on once more, by a language model whose every word must be proven.

The look that failed stays in history. What the model finds becomes an observation of its own, of the same page at the
same moment; it is a guess by one reader, and says so. Whatever goes wrong here, nothing is worse than before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pricing.domain.fetched import Fetched
from pricing.domain.price_text import PageLocale
from pricing.domain.quotes import Quotes, Ungrounded
from pricing.domain.reading import Reading
from pricing.usecases.looks import Look, PageAsked


class Silence(StrEnum):
    """Why the model said nothing of a page."""

    PAGE_GONE = "page-gone"
    NO_TEXT = "no-text"
    NOT_CONFIGURED = "not-configured"
    UNAVAILABLE = "unavailable"


type Ended = Ungrounded | Silence | None
"""Why a second look brought no price; None when it brought one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadPage:
    """A kept page that was looked at without finding a price, and when."""

    page: PageAsked
    captured_at: datetime
    snapshot: str
    page_hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPage:
    """A page as the model is told of it, and how what the model says of it is proven."""

    url: str
    locale: PageLocale
    text: str
    ground: Callable[[Quotes], Reading | Ungrounded]


class KeptPages(Protocol):
    """The pages that scans kept."""

    async def get(self, snapshot: str) -> Fetched | None:
        """Return a page as it was fetched; None when it is no longer kept."""


class PageModel(Protocol):
    """The language model, asked about a page."""

    async def quotes(self, page: OpenedPage) -> Quotes | Silence:
        """Return what it says that the page says."""


class SecondLooks(Protocol):
    """Where second looks are told."""

    async def tell(self, look: Look) -> None:
        """Send a look; telling the same twice is telling it once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadUnread:
    """Ask the model about one page, prove its answer on the page, and tell the reading if there is one."""

    pages: KeptPages
    opened: Callable[[Fetched], OpenedPage]
    model: PageModel

    async def __call__(self, unread: UnreadPage, looks: SecondLooks) -> Ended:
        """Return why there is no reading, or None when one was told."""
        fetched = await self.pages.get(unread.snapshot)
        if fetched is None:
            return Silence.PAGE_GONE
        page = self.opened(fetched)
        if not page.text:
            return Silence.NO_TEXT
        quotes = await self.model.quotes(page)
        if isinstance(quotes, Silence):
            return quotes
        found = page.ground(quotes)
        if isinstance(found, Ungrounded):
            return found
        look = Look(
            page=unread.page,
            captured_at=unread.captured_at,
            outcome="read",
            detail="read from the kept page by a language model, proven on its text",
            fetched=fetched,
            reading=found,
            page_hash=unread.page_hash,
            snapshot=unread.snapshot,
        )
        await looks.tell(look)
        return None
