"""Secrets that people entrust to pricing: shut before they are kept, opened only by who uses them."""

from typing import Protocol


class Seals(Protocol):
    """Shuts secrets, so that they may be kept."""

    async def seal(self, secret: str, organisation_id: str) -> str:
        """Return what may be kept; only who may open it does, and only for this organisation."""


class Opens(Protocol):
    """Opens what was shut."""

    async def opened(self, sealed: str, organisation_id: str) -> str:
        """Return the secret."""
