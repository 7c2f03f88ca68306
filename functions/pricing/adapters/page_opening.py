"""Kept pages, made ready for the language model: what they show, and how its quotes are proven there."""

from functools import partial

from pricing.adapters.readers.grounding import grounded
from pricing.adapters.readers.locale import page_locale
from pricing.adapters.readers.page_bytes import utf8_page
from pricing.adapters.readers.shown_text import shown_text
from pricing.domain.fetched import Fetched
from pricing.usecases.read_unread import OpenedPage

MOST_BYTES = 30_000


def opened(fetched: Fetched) -> OpenedPage:
    """Return what a page shows, as much of it as the model may be told."""
    page = utf8_page(fetched.body, fetched.content_type)
    shown, locale = shown_text(page), page_locale(page, fetched.url)
    return OpenedPage(
        url=fetched.url,
        locale=locale,
        text=shown.cut(MOST_BYTES),
        ground=partial(grounded, shown=shown, locale=locale),
    )
