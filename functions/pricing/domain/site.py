"""What a file of a site (a map, a list of products) names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamedPage:
    """A page that a site names: its address, what the link to it says, and when it changed."""

    url: str
    title: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """What a file of a site names: pages, and further files; or why it names nothing."""

    pages: tuple[NamedPage, ...] = ()
    more: tuple[str, ...] = ()
    problem: str = ""
