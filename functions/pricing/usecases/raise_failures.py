"""Raise alerts of work that failed: noted where it is known, told by the rules that want it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pricing.domain.alerts.alert import Cause
from pricing.domain.alerts.failures import Failure, FailureStep, failures_told
from pricing.domain.alerts.rule import AlertRule, AlertTrigger
from pricing.usecases.alert_ports import ShopId
from shared.kernel.clock import Clock
from shared.kernel.each import for_each
from shared.kernel.identifiers import derived_id

SHOPS_AT_ONCE = 100
FAILURES_AT_ONCE = 500


class FailureNotes(Protocol):
    """Where failures are noted."""

    async def note(self, failure: Failure) -> None:
        """Note a failure where a rule of its shop wants to know; one that is known already stays as it is."""


class FailureDesk(Protocol):
    """Where failures wait, and become messages."""

    async def due(self, at: datetime, limit: int) -> Sequence[ShopId]:
        """Return some shops that have failures to look at by now."""

    async def rules(self, shop: ShopId) -> Sequence[AlertRule]:
        """Return the shop's rules that are on."""

    async def failures(self, shop: ShopId, at: datetime, limit: int) -> Sequence[Failure]:
        """Return the shop's failures that are to be looked at by now, oldest first."""

    async def causes(self, shop: ShopId) -> Mapping[tuple[str, str], Cause]:
        """Return what is known of the shop's causes, by rule and cause."""

    async def settle(self, step: FailureStep, taken: Sequence[Failure]) -> bool:
        """Keep a step, all in one; False, and nothing is done, when another one was faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseFailures:
    """Say what failed. What fails for one shop fails after all others."""

    desk: FailureDesk
    clock: Clock

    async def __call__(self) -> int:
        """Return how many alerts were raised."""
        now = self.clock()
        return await for_each(await self.desk.due(now, SHOPS_AT_ONCE), lambda shop: self._raise(shop, now))

    async def _raise(self, shop: ShopId, now: datetime) -> int:
        taken = await self.desk.failures(shop, now, FAILURES_AT_ONCE)
        step = failures_told(await self.desk.rules(shop), taken, await self.desk.causes(shop), now)
        return len(step.alerts) if await self.desk.settle(step, taken) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportEnded:
    """How an import of the catalogue ended: of its rows so many were taken in; `detail` says why there were none."""

    import_id: str
    organisation_id: str
    shop_id: str
    rows: int
    accepted: int
    detail: str
    at: datetime

    def said(self) -> str:
        """What went wrong, in a line; empty when nothing did."""
        if self.detail:
            return f"Import {self.import_id} into {self.shop_id} failed: {self.detail}"
        if self.accepted < self.rows:
            left = self.rows - self.accepted
            return f"Import {self.import_id} into {self.shop_id} left {left} of {self.rows} rows out"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteImport:
    """Note an import of the catalogue that failed, or left rows out."""

    notes: FailureNotes

    async def __call__(self, ended: ImportEnded) -> None:
        """Note it; the same told again changes nothing."""
        said = ended.said()
        if said:
            await self.notes.note(
                Failure(
                    failure_id=derived_id("fail", ended.organisation_id, ended.shop_id, ended.import_id),
                    organisation_id=ended.organisation_id,
                    shop_id=ended.shop_id,
                    trigger=AlertTrigger.IMPORT_FAILED,
                    said=said,
                    at=ended.at,
                )
            )


class Raises(Protocol):
    """Raises alerts of something."""

    async def __call__(self) -> int:
        """Return how many were raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAll:
    """Raise what there is to raise of work and of the market; what one fails at leaves the other its turn."""

    failures: RaiseFailures
    market: Raises

    async def __call__(self) -> int:
        """Return how many alerts were raised."""
        kinds: tuple[Raises, ...] = (self.failures, self.market)
        return await for_each(kinds, lambda raises: raises())
