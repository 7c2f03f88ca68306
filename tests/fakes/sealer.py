"""Secrets shut without a key service."""

from shared.kernel.errors import Unavailable


class FakeSealer:
    """Shuts secrets so that tests see who shut what, and opens them for the same organisation only."""

    async def seal(self, secret: str, organisation_id: str) -> str:
        return f"{organisation_id}|{secret[::-1]}"

    async def opened(self, sealed: str, organisation_id: str) -> str:
        whose, _, shut = sealed.partition("|")
        if whose != organisation_id:
            raise Unavailable("sealed for somebody else")
        return shut[::-1]
