"""What simulations ask of the past: the runs that were, what was observed, what products cost."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from pricing.domain.market import Observation
from pricing.usecases.ports import Run


class Past(Protocol):
    """The recorded past of every organisation."""

    async def runs_of(self, organisation_id: str, policy_id: str, since: datetime, until: datetime) -> Sequence[Run]:
        """Return the finished runs of a policy whose moment is after `since` and not after `until`, oldest first."""

    async def seen(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime, until: datetime
    ) -> Sequence[Observation]:
        """Return the looks at some products that know a price, after `since` and up to `until`, oldest first."""

    async def observations(self, organisation_id: str, observation_ids: Sequence[str]) -> Mapping[str, Observation]:
        """Return those of the observations that exist, by id."""

    async def costs(self, organisation_id: str, product_id: str, since: datetime) -> Sequence[tuple[datetime, Decimal]]:
        """Return what a product cost at each of its decisions since then, oldest first; none where it was not known."""
