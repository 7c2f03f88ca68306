"""Access tokens: what they say, whoever holds them."""

from dataclasses import dataclass
from datetime import datetime

from auth.domain.session import ACCESS_LIFETIME
from auth.usecases.ports import Signer
from shared.kernel.identifiers import sortable_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The person or the machine client that a token is given to."""

    subject: str
    organisation_id: str
    roles: frozenset[str]
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A signed token, and for how long it is good."""

    token: str
    expires_in_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignAccess:
    """Make access tokens. They are good until they expire, whatever becomes of their holder."""

    signer: Signer
    issuer: str

    async def __call__(self, holder: Holder, at: datetime) -> AccessToken:
        """Return a token for some minutes."""
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": "omnipricex",
            "sub": holder.subject,
            "org": holder.organisation_id,
            "roles": " ".join(sorted(holder.roles)),
            "scope": " ".join(sorted(holder.scopes)),
            "iat": int(at.timestamp()),
            "exp": int((at + ACCESS_LIFETIME).timestamp()),
            "jti": sortable_id("tok", at),
        }
        signed = await self.signer.signed(claims)
        return AccessToken(token=signed, expires_in_seconds=int(ACCESS_LIFETIME.total_seconds()))
