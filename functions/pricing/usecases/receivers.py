"""Who is told: receivers registered with a secret or a proven address, renewed, tested."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from pricing.domain.alerts.tokens import TOKENS
from pricing.domain.delivery import Delivery
from pricing.domain.errors import InvalidReceiver, MailNotSetUp, TooManyCodes, WrongCode
from pricing.domain.receiver import (
    CODE_BYTES,
    SECRET_BYTES,
    Channel,
    EventName,
    Receiver,
    Secret,
    checked_endpoint,
    checked_events,
    checked_mail,
    code_of,
    hidden,
    proven,
    rotated,
    secret_of,
    to_be_proven,
)
from pricing.domain.template import checked_template
from pricing.domain.told import body_of
from pricing.usecases.receiver_ports import Receivers
from pricing.usecases.sealing import Seals
from shared.kernel.clock import Clock
from shared.kernel.identifiers import fresh_id

MOST_CODES = 20
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReceiver:
    """Who is to be told of what."""

    organisation_id: str
    user_id: str
    channel: Channel
    address: str
    events: frozenset[EventName]
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterReceiver:
    """Register receivers: webhooks with a secret that is shown once, mailboxes with a code that is sent to them."""

    receivers: Receivers
    sealer: Seals
    clock: Clock
    draw: Callable[[int], bytes]
    sends_mail: bool

    async def __call__(self, asked: NewReceiver) -> tuple[Receiver, str]:
        """Keep a new receiver; return it with its secret, empty where it has none to show.

        `InvalidReceiver` when it may not be told anything, `InvalidTemplate` when its alerts could not be worded so,
        `MailNotSetUp` where the platform sends no e-mail.
        """
        _checked_wording(asked.channel, asked.template)
        checked_events(asked.channel, asked.events)
        if asked.channel == "email":
            return await self._mailbox(asked), ""
        url, at = checked_endpoint(asked.address), self.clock()
        secret = url if asked.channel == "slack" else secret_of(self.draw(SECRET_BYTES))
        receiver = Receiver(
            receiver_id=fresh_id("rcv", at),
            organisation_id=asked.organisation_id,
            channel=asked.channel,
            address=hidden(url) if asked.channel == "slack" else url,
            events=asked.events,
            template=asked.template,
            secrets=(Secret(await self.sealer.seal(secret, asked.organisation_id)),),
            created_by=asked.user_id,
            created_at=at,
        )
        await self.receivers.add(receiver)
        return receiver, "" if asked.channel == "slack" else secret

    async def _mailbox(self, asked: NewReceiver) -> Receiver:
        address, at = checked_mail(asked.address), self.clock()
        await self._may_send_a_code(asked.organisation_id)
        code = code_of(self.draw(CODE_BYTES))
        plain = Receiver(
            receiver_id=fresh_id("rcv", at),
            organisation_id=asked.organisation_id,
            channel="email",
            address=address,
            events=asked.events,
            template=asked.template,
            created_by=asked.user_id,
            created_at=at,
        )
        receiver = to_be_proven(plain, code, at)
        await self.receivers.add(receiver)
        await self._send(receiver, "receiver.confirmation", {"code": code})
        return receiver

    async def change(
        self, organisation_id: str, receiver_id: str, events: frozenset[EventName] | None, template: str | None
    ) -> Receiver:
        """Tell a receiver of other events, or word its alerts in another way; None leaves it as it is."""

        def changed(known: Receiver) -> Receiver:
            words = known.template if template is None else template
            _checked_wording(known.channel, words)
            wanted = checked_events(known.channel, events or known.events)
            return replace(known, events=wanted, template=words)

        return await self.receivers.change(organisation_id, receiver_id, changed)

    async def rotate(self, organisation_id: str, receiver_id: str) -> tuple[Receiver, str]:
        """Give a webhook a new secret, or send a mailbox a new code; a webhook that was switched off is on again."""
        known = await self.receivers.get(organisation_id, receiver_id)
        if known.channel == "slack":
            raise InvalidReceiver("its address is its secret: remove it and register the new address")
        at = self.clock()
        if known.channel == "email":
            await self._may_send_a_code(organisation_id)
            code = code_of(self.draw(CODE_BYTES))
            sent = await self.receivers.change(organisation_id, receiver_id, lambda one: to_be_proven(one, code, at))
            await self._send(sent, "receiver.confirmation", {"code": code})
            return sent, ""
        secret = secret_of(self.draw(SECRET_BYTES))
        sealed = await self.sealer.seal(secret, organisation_id)
        changed = await self.receivers.change(organisation_id, receiver_id, lambda one: rotated(one, sealed, at))
        return changed, secret

    async def confirm(self, organisation_id: str, receiver_id: str, code: str) -> Receiver:
        """Switch a mailbox on whose code is given; `WrongCode` when it is another, or too old, or guessed too often."""
        at = self.clock()
        after = await self.receivers.change(organisation_id, receiver_id, lambda one: proven(one, code, at))
        if after.proof is not None:
            raise WrongCode("it is another one, older than a day, or was guessed too often; ask for a new one")
        return after

    async def test(self, organisation_id: str, receiver_id: str) -> Delivery:
        """Send an event that says nothing; one that waits for its code is told nothing."""
        return await self._send(await self.receivers.get(organisation_id, receiver_id), "receiver.tested", {})

    async def _may_send_a_code(self, organisation_id: str) -> None:
        if not self.sends_mail:
            raise MailNotSetUp("its operator gave it no address to send from (mail_from)")
        if await self.receivers.codes_since(organisation_id, self.clock() - DAY) >= MOST_CODES:
            raise TooManyCodes(f"{MOST_CODES} a day are sent; try again tomorrow")

    async def _send(self, receiver: Receiver, event: EventName, data: dict[str, str]) -> Delivery:
        at = self.clock()
        name = fresh_id("dlv", at)
        made = Delivery(
            delivery_id=name,
            organisation_id=receiver.organisation_id,
            receiver_id=receiver.receiver_id,
            event_id=name,
            event=event,
            body=body_of(receiver.channel, event, data, at),
            created_at=at,
            next_at=at,
        )
        await self.receivers.tell([made])
        return made


def _checked_wording(channel: Channel, template: str) -> None:
    if template and channel == "webhook":
        raise InvalidReceiver("a webhook is told data: only Slack channels and e-mail have a template")
    checked_template(template, TOKENS)
