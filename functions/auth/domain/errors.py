"""The ways auth refuses."""

from shared.kernel.errors import Conflict, Invalid, Limited, Unauthenticated


class WrongCredentials(Unauthenticated):
    """The e-mail and password do not belong together; which of the two is wrong stays unsaid."""

    code = "auth/wrong-credentials"
    title = "The e-mail address or the password is wrong"


class SessionEnded(Unauthenticated):
    """The refresh token is unknown, used already, or too old."""

    code = "auth/session-ended"
    title = "The session has ended"


class TooManyAttempts(Limited):
    """Too many failed sign-ins for this account or from this address."""

    code = "auth/too-many-attempts"
    title = "Too many failed sign-ins"


class EmailTaken(Conflict):
    """Somebody has this e-mail address already."""

    code = "auth/email-taken"
    title = "There is a user with this e-mail address"


class InvalidUser(Invalid):
    """A user with a role that does not exist, or a password that is too weak."""

    code = "auth/invalid-user"
    title = "The user is not described rightly"
