"""Readers of competitor pages; read_page is the way in."""

from pricing.adapters.readers.read_page import read_page

__all__ = ["read_page"]
