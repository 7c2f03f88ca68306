"""Machine clients: make one, give it tokens (RFC 6749, client credentials), end it."""

from dataclasses import dataclass

from auth.domain.client import Client
from auth.domain.errors import ScopeRefused, UnsupportedGrant, WrongClient
from auth.usecases.access import AccessToken, Holder, SignAccess
from auth.usecases.ports import Attempts, Clients, Secrets
from shared.kernel.clock import Clock
from shared.kernel.identifiers import sortable_id
from shared.kernel.identity import Caller

GRANT = "client_credentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddClient:
    """Make a machine client, with no scope that its maker does not have."""

    clients: Clients
    secrets: Secrets
    clock: Clock

    async def __call__(self, maker: Caller, name: str, scopes: frozenset[str]) -> tuple[Client, str]:
        """Keep the client; return it and its secret, which is kept as a hash and shown this once."""
        maker.must_hold(scopes)
        at = self.clock()
        secret = self.secrets.token()
        client = Client(
            client_id=sortable_id("cli", at),
            organisation_id=maker.organisation_id,
            name=name,
            scopes=scopes,
            secret_hash=self.secrets.hashed(secret),
            created_by=maker.user_id,
            created_at=at,
        )
        await self.clients.add(client)
        return client, secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a machine client asks for, and how it proves itself. No scope named means all of its scopes."""

    grant: str
    client_id: str
    secret: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantToken:
    """Give a machine client an access token. Failures are counted by client and by address, as those of people."""

    clients: Clients
    secrets: Secrets
    attempts: Attempts
    access: SignAccess
    clock: Clock

    async def __call__(self, asked: Asked, address: str) -> tuple[AccessToken, frozenset[str]]:
        """Return a token and the scopes that it carries."""
        if asked.grant != GRANT:
            raise UnsupportedGrant(f"send grant_type={GRANT}; there is no other")
        await self.attempts.reserve(asked.client_id, address)
        client = await self.clients.by_id(asked.client_id)
        if client is None or not self.secrets.matches(client.secret_hash, asked.secret):
            raise WrongClient("check both; a secret that was lost cannot be had again: make another client")
        await self.attempts.succeeded(asked.client_id, address)
        beyond = asked.scopes - client.scopes
        if beyond:
            raise ScopeRefused(f"this client does not have: {' '.join(sorted(beyond))}")
        scopes = asked.scopes or client.scopes
        holder = Holder(
            subject=client.client_id, organisation_id=client.organisation_id, roles=frozenset(), scopes=scopes
        )
        return await self.access(holder, self.clock()), scopes
