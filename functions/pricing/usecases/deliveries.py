"""Deliveries: ask for attempts that are due, whatever their channel, and keep what each came to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pricing.domain.delivery import (
    TRIED_FOR,
    Delivery,
    Tried,
    after_attempt,
    claimed,
    given_up,
    is_lost,
    postponed,
    signed,
)
from pricing.domain.errors import ReceiverNotFound
from pricing.domain.receiver import Receiver, switched_off
from pricing.usecases.receiver_ports import Attempt, AttemptsWanted, Receivers
from pricing.usecases.sealing import Opens
from shared.kernel.clock import Clock
from shared.kernel.errors import PlatformError

DUE_AT_ONCE = 500
# In a minute: what one publication has to tell does not keep everybody else waiting for the next ones.
MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AskDeliveries:
    """Ask for the attempts that are due; each is claimed first, so two at once ask for it once.

    What cannot be prepared now is put off, and fails this minute after all others.
    """

    receivers: Receivers
    opener: Opens
    wanted: AttemptsWanted
    clock: Clock

    async def __call__(self) -> int:
        """Return how many attempts were asked for."""
        at = self.clock()
        asked, failed = 0, list[PlatformError]()
        for _ in range(MOST_ROUNDS):
            due = await self.receivers.due(at, DUE_AT_ONCE)
            asked += await self._ask(due, at, failed)
            if len(due) < DUE_AT_ONCE:
                break
        if failed:
            raise failed[0]
        return asked

    async def _ask(self, due: Sequence[Delivery], at: datetime, failed: list[PlatformError]) -> int:
        attempts: list[Attempt] = []
        keys: dict[str, list[str]] = {}
        for one in due:
            receiver = await _receiver_of(one, self.receivers)
            if receiver is None or not receiver.is_told(one.event):
                await self.receivers.move(one, given_up(one, "the receiver is off", at))
                continue
            if is_lost(one, at):
                await self.receivers.move(one, given_up(one, "nobody answered for its attempts", at))
                continue
            try:
                if receiver.channel == "webhook" and receiver.receiver_id not in keys:
                    keys[receiver.receiver_id] = await self._keys(receiver, at)
            except PlatformError as error:
                failed.append(error)
                is_old = at - one.created_at > TRIED_FOR
                after = given_up(one, "its secret could not be opened", at) if is_old else postponed(one, at)
                await self.receivers.move(one, after)
                continue
            taken = claimed(one, at)
            if await self.receivers.move(one, taken):
                attempts.append(_attempt(receiver, taken, keys.get(receiver.receiver_id, []), at))
        await self.wanted.ask(attempts)
        return len(attempts)

    async def _keys(self, receiver: Receiver, at: datetime) -> list[str]:
        in_force = [one.sealed for one in receiver.secrets if one.until is None or at < one.until]
        return [await self.opener.opened(one, receiver.organisation_id) for one in in_force]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDelivery:
    """Keep what an attempt came to; a receiver that is gone is switched off."""

    receivers: Receivers
    clock: Clock
    draw: Callable[[], float]

    async def __call__(self, organisation_id: str, tried: Tried) -> None:
        """Keep it; the same again changes nothing."""
        known = await self.receivers.delivery(organisation_id, tried.delivery_id)
        if known is None:
            return
        at = self.clock()
        after = after_attempt(known, tried, at, self.draw())
        if after != known and await self.receivers.move(known, after) and tried.is_gone:
            said = " ".join(part for part in (str(tried.status or ""), tried.failure or "Gone") if part)
            why = f"it answered {said} at {at.isoformat(timespec='seconds')}"
            try:
                await self.receivers.change(organisation_id, known.receiver_id, lambda one: switched_off(one, why))
            except ReceiverNotFound:
                return


def _attempt(receiver: Receiver, delivery: Delivery, keys: list[str], at: datetime) -> Attempt:
    # The URL of a Slack channel stays sealed on its way: only who connects to it opens it.
    url = receiver.secrets[0].sealed if receiver.channel == "slack" else receiver.address
    return Attempt(
        organisation_id=delivery.organisation_id,
        delivery_id=delivery.delivery_id,
        attempt=delivery.attempts,
        channel=receiver.channel,
        url=url,
        headers=signed(keys, delivery, at) if receiver.channel == "webhook" else {},
        body=delivery.body,
    )


async def _receiver_of(delivery: Delivery, receivers: Receivers) -> Receiver | None:
    try:
        return await receivers.get(delivery.organisation_id, delivery.receiver_id)
    except ReceiverNotFound:
        return None
