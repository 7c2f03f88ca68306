"""Sign in, stay signed in, sign out."""

from dataclasses import dataclass
from datetime import datetime

from auth.domain.errors import SessionEnded, WrongCredentials
from auth.domain.session import SESSION_LIFETIME, RefreshToken
from auth.domain.user import User, normalised_email
from auth.usecases.access import AccessToken, Holder, SignAccess
from auth.usecases.ports import Attempts, Passwords, Secrets, Sessions, Users
from shared.kernel.clock import Clock
from shared.kernel.identifiers import sortable_id
from shared.kernel.identity import scopes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a signed-in person gets: an access token for some minutes, and a refresh token for one use."""

    access: AccessToken
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTokens:
    """Make the tokens of a session."""

    access: SignAccess
    secrets: Secrets

    async def __call__(self, user: User, family_id: str, at: datetime) -> tuple[Tokens, RefreshToken]:
        """Return a person's tokens, and the refresh token as it must be kept before they get them."""
        refresh = self.secrets.token()
        kept = RefreshToken(
            token_hash=self.secrets.hashed(refresh),
            family_id=family_id,
            user_id=user.user_id,
            expires_at=at + SESSION_LIFETIME,
        )
        holder = Holder(
            subject=user.user_id,
            organisation_id=user.organisation_id,
            roles=user.roles,
            scopes=scopes_of(user.roles),
        )
        tokens = Tokens(access=await self.access(holder, at), refresh_token=refresh)
        return tokens, kept


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Sign in with e-mail address and password. Failures are counted by account and by address."""

    users: Users
    sessions: Sessions
    passwords: Passwords
    attempts: Attempts
    issue: IssueTokens
    clock: Clock

    async def __call__(self, email: str, password: str, address: str) -> Tokens:
        """Return the tokens of a new session; `WrongCredentials` never says which of the two is wrong."""
        account = normalised_email(email)
        await self.attempts.reserve(account, address)
        user = await self.users.by_email(account)
        if not await self.passwords.matches(None if user is None else user.password_hash, password) or user is None:
            raise WrongCredentials("check both and try again")
        await self.attempts.succeeded(account, address)
        at = self.clock()
        tokens, kept = await self.issue(user, sortable_id("ses", at), at)
        await self.sessions.add(kept)
        return tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """Exchange a refresh token for new tokens. A token that comes twice ends its whole session."""

    users: Users
    sessions: Sessions
    secrets: Secrets
    issue: IssueTokens
    clock: Clock

    async def __call__(self, refresh_token: str) -> Tokens:
        """Return the session's next tokens; `SessionEnded` when the token is not good any more."""
        at = self.clock()
        token = await self.sessions.find(self.secrets.hashed(refresh_token))
        if token is None or token.expires_at <= at:
            raise SessionEnded("sign in again with POST /auth/sign-in")
        user = await self.users.by_id(token.user_id)
        if user is None:
            raise SessionEnded("the user is gone")
        # Signed before the old token is used up: when signing fails, the same token may try again.
        tokens, following = await self.issue(user, token.family_id, at)
        if token.used_at is not None or not await self.sessions.rotate(token, following, at):
            await self.sessions.end(token.family_id)
            raise SessionEnded("this token was used before, so the session was ended; sign in again")
        return tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """End a session: none of its refresh tokens works from now on."""

    sessions: Sessions
    secrets: Secrets

    async def __call__(self, refresh_token: str) -> None:
        """End the token's session. A token that is not known has no session to end."""
        token = await self.sessions.find(self.secrets.hashed(refresh_token))
        if token is not None:
            await self.sessions.end(token.family_id)
