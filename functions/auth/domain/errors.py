"""The ways auth refuses."""

from shared.kernel.errors import Conflict, Invalid, Limited, NotFound, Rejected, Unauthenticated


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


class UserNotFound(NotFound):
    """No user of the organisation has this id."""

    code = "auth/no-such-user"
    title = "There is no such user"


class OwnUser(Conflict):
    """People do not remove themselves: somebody else sees that it is meant."""

    code = "auth/own-user"
    title = "You cannot remove yourself"


class LastAdministrator(Conflict):
    """Without an administrator nobody could add another."""

    code = "auth/last-administrator"
    title = "This is the organisation's last administrator"


class ClientNotFound(NotFound):
    """No machine client of the organisation has this id."""

    code = "auth/no-such-client"
    title = "There is no such machine client"


class ClientExists(Conflict):
    """The organisation has a machine client of this name."""

    code = "auth/client-exists"
    title = "There is a machine client of this name"


class TokenRefused(Rejected):
    """No token is given; `error` is the reason as RFC 6749 names it, and callers get it in that RFC's form."""

    code = "auth/token-refused"
    title = "No token is given"
    error = "invalid_request"


class UnsupportedGrant(TokenRefused):
    """There is one way only for a machine client to get a token."""

    code = "auth/unsupported-grant"
    title = "This grant is not offered"
    error = "unsupported_grant_type"


class ScopeRefused(TokenRefused):
    """The machine client does not have a scope that it asks for."""

    code = "auth/scope-refused"
    title = "The machine client does not have this scope"
    error = "invalid_scope"


class WrongClient(TokenRefused):
    """The id and the secret do not belong together; which of the two is wrong stays unsaid."""

    code = "auth/wrong-client"
    title = "The client id or the secret is wrong"
    error = "invalid_client"
