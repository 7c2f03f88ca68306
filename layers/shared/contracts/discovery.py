"""Looking for a competitor's offers: what the scanner is asked to read, and the pages that it found."""

from typing import Literal

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Event, Message


class DiscoverPages(Event):
    """Command for the scanner: read a site's maps or lists and tell which pages they name.

    `todo` are the addresses yet to be read, empty for those that the site's robots.txt names. `files` counts those
    that were read for this job before, and `told` names the answers that left for it.
    """

    type: Literal["pricing.discover-pages"] = "pricing.discover-pages"
    job_id: str
    competitor_id: str
    domain: str
    lane: int = Field(ge=0)
    todo: tuple[str, ...] = Field(default=(), max_length=500)
    files: int = Field(default=0, ge=0)
    pages: int = Field(default=0, ge=0)
    told: tuple[str, ...] = Field(default=(), max_length=1000)
    not_before: AwareDatetime | None = None
    carried: int = Field(default=0, ge=0)


class FoundPage(Message):
    """A page that a site names: its address, what the link to it says, and when it changed."""

    url: str
    title: str | None = Field(default=None, max_length=300)
    modified: str | None = Field(default=None, max_length=40)


class PagesDiscovered(Event):
    """The scanner's answer: pages of a competitor.

    The `last` one of a job names those before it by their ids: they may arrive after it.
    """

    type: Literal["pricing.pages-discovered"] = "pricing.pages-discovered"
    job_id: str
    competitor_id: str
    pages: tuple[FoundPage, ...] = Field(default=(), max_length=500)
    problems: tuple[str, ...] = Field(default=(), max_length=20)
    last: bool = False
    before: tuple[str, ...] = Field(default=(), max_length=1000)
