"""Who is told of what happens, and over which channel: webhooks, Slack and those that speak like it, e-mail."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from pricing.domain.errors import InvalidReceiver
from shared.kernel.public_url import checked_url

type Channel = Literal["webhook", "slack", "email"]
type EventName = Literal["alert.raised", "price.applied", "batch.ended", "receiver.tested", "receiver.confirmation"]

SECRET_PREFIX = "whsec_"  # noqa: S105 -- what the specification puts before a secret, no secret
SECRET_BYTES = 32
CODE_BYTES = 5
MOST_RECEIVERS = 20
OLD_SECRET_STAYS = timedelta(hours=24)
CODE_STAYS = timedelta(hours=24)
MOST_TRIES = 5
UNCONFIRMED = "its address is not confirmed yet"
LONGEST_ADDRESS = 2048
LONGEST_MAIL = 254
FOR_PEOPLE: frozenset[EventName] = frozenset({"alert.raised", "batch.ended"})
# The dot-atom of RFC 5322 at a host name; quoted local parts and addresses in brackets are nobody's in practice.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as it is kept, shut by KMS: what deliveries are signed with, or the URL that is itself the secret.

    One that was replaced signs `until` then.
    """

    sealed: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves that a mailbox is read by who registered it: a code's hash, its end, and how often it was guessed."""

    code_hash: str
    until: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who an organisation wants to have told of events. Without `enabled` nothing is sent; `off_why` says why.

    `address` is what people are shown: a URL, of Slack only its host, or an e-mail address. `secrets` are newest
    first: the newest has no end, and an older one signs beside it until it ends. An e-mail address waits for its
    `proof`. The `template` is how alerts are told; empty, as we tell them.
    """

    receiver_id: str
    organisation_id: str
    channel: Channel
    address: str
    events: frozenset[EventName]
    created_by: str
    created_at: datetime
    secrets: tuple[Secret, ...] = ()
    proof: Proof | None = None
    enabled: bool = True
    off_why: str = ""
    template: str = ""

    def is_told(self, event: EventName) -> bool:
        """Whether anything of this kind may leave for it now."""
        return self.proof is not None if event == "receiver.confirmation" else self.enabled


def checked_endpoint(url: str) -> str:
    """The URL in its normal form, when it may be told anything: public by its text, and encrypted."""
    plain = checked_url(url)
    if not plain.startswith("https://"):
        raise InvalidReceiver("only https:// addresses are told anything: what is told are your prices")
    return plain


def checked_mail(address: str) -> str:
    """The e-mail address with its host in small letters, when it can be one."""
    local, at, host = address.strip().rpartition("@")
    fits = len(address.strip()) <= LONGEST_MAIL and len(local) <= 64  # noqa: PLR2004 - RFC 5321, 4.5.3.1.1
    if not at or not fits or _LOCAL.fullmatch(local) is None or _HOST.fullmatch(host.lower()) is None:
        raise InvalidReceiver("an e-mail address is name@host.example, without a display name")
    return f"{local}@{host.lower()}"


def checked_events(channel: Channel, events: frozenset[EventName]) -> frozenset[EventName]:
    """The events, when they are for people: a publication of a thousand prices is told as ten events of prices."""
    if channel != "webhook" and not events <= FOR_PEOPLE:
        raise InvalidReceiver("price.applied is for webhooks, some hundred prices at a time; batch.ended sums them up")
    return events


def hidden(url: str) -> str:
    """A URL that is itself a secret, as people are shown it."""
    return f"https://{urlsplit(url).netloc}/…"


def secret_of(random: bytes) -> str:
    """A new secret, of `SECRET_BYTES` random bytes."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def code_of(random: bytes) -> str:
    """A new code, of `CODE_BYTES` random bytes, as people type it."""
    return base64.b32encode(random).decode()


def rotated(receiver: Receiver, sealed: str, at: datetime) -> Receiver:
    """The receiver with a new secret; the one before signs beside it for a day, and no older one does."""
    newest = replace(receiver.secrets[0], until=at + OLD_SECRET_STAYS)
    return replace(receiver, secrets=(Secret(sealed), newest), enabled=True, off_why="")


def to_be_proven(receiver: Receiver, code: str, at: datetime) -> Receiver:
    """The receiver with a new code to prove its address by; it is told nothing else until then."""
    proof = Proof(_hash(receiver.receiver_id, code), at + CODE_STAYS)
    return replace(receiver, proof=proof, enabled=False, off_why=UNCONFIRMED)


def proven(receiver: Receiver, code: str, at: datetime) -> Receiver:
    """The receiver after a code was given: on, when it is the one that was sent; else with one try less."""
    proof = receiver.proof
    if proof is None:
        return receiver
    given = _hash(receiver.receiver_id, code.strip().upper())
    if proof.tries < MOST_TRIES and at < proof.until and hmac.compare_digest(given, proof.code_hash):
        return replace(receiver, proof=None, enabled=True, off_why="")
    return replace(receiver, proof=replace(proof, tries=min(proof.tries + 1, MOST_TRIES)))


def switched_off(receiver: Receiver, why: str) -> Receiver:
    """The receiver that is told nothing any more."""
    return replace(receiver, enabled=False, off_why=why)


def _hash(receiver_id: str, code: str) -> str:
    return hashlib.sha256(f"{receiver_id}/{code}".encode()).hexdigest()
