"""The ways this platform fails on purpose.

PlatformError
├── Rejected       the caller asked for something that makes no sense   (never retry)
│   ├── Malformed · TooLarge · Invalid · Unauthenticated · Forbidden · NotFound · Conflict · Limited
└── Unavailable    we could not do it right now                         (retry may help)

A house subclasses a kind, and gives it a `code` and a `title`; each code has a paragraph in docs/problems.md.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what was asked: where it stands, what it is, how to mend it."""

    pointer: str
    detail: str


class PlatformError(Exception):
    """Something failed on purpose; `code` names it, `detail` says what, where and how to mend it."""

    code = "platform/error"
    title = "The request failed"

    def __init__(self, detail: str, *, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults


class Rejected(PlatformError):
    """The caller asked for something that makes no sense; asking again will not help."""

    code = "platform/rejected"
    title = "The request was rejected"


class Malformed(Rejected):
    """The request cannot be read as one; what it asks for was not looked at."""

    code = "platform/malformed"
    title = "The request is malformed"


class TooLarge(Rejected):
    """More was sent than is taken in one request."""

    code = "platform/too-large"
    title = "The request is too large"


class Invalid(Rejected):
    """What was sent breaks a rule that its sender can mend."""

    code = "platform/invalid"
    title = "The request is invalid"


class Unauthenticated(Rejected):
    """The caller did not prove who they are."""

    code = "platform/unauthenticated"
    title = "The caller is not signed in"


class Forbidden(Rejected):
    """The caller is known and may not do this."""

    code = "platform/forbidden"
    title = "The caller may not do this"


class NotFound(Rejected):
    """The thing does not exist for this caller."""

    code = "platform/not-found"
    title = "There is no such thing"


class Conflict(Rejected):
    """The thing is not in the state that the request takes for granted."""

    code = "platform/conflict"
    title = "The request conflicts with the present state"


class Limited(Rejected):
    """The caller asks too often; `retry_after_seconds` says when to come back."""

    code = "platform/limited"
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(PlatformError):
    """We could not do it right now; the same request may work later."""

    code = "platform/unavailable"
    title = "The service cannot do this right now"
