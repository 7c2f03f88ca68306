"""Fetched pages read by the readers."""

from pricing.adapters.readers.read_page import read_page
from pricing.domain.fetched import Fetched
from pricing.domain.reading import NothingRead, Reading


def read_fetched(fetched: Fetched) -> Reading | NothingRead:
    """Read the offer that a fetched page states."""
    return read_page(fetched.body, url=fetched.url, content_type=fetched.content_type)
