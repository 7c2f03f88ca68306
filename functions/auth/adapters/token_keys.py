"""The published keys: verifying access tokens with them, and showing them as a JSON Web Key Set."""

from collections.abc import Mapping
from functools import cached_property

import jwt
from jwt.algorithms import RSAAlgorithm

from shared.kernel.identity import Caller

AUDIENCE = "omnipricex"
CLOCK_SKEW_SECONDS = 10


class TokenKeys:
    """Public keys by key id, as PEM. More than one while a key is being replaced."""

    def __init__(self, pems: Mapping[str, str], issuer: str) -> None:
        self._pems = pems
        self._issuer = issuer

    @cached_property
    def _keys(self) -> dict[str, jwt.PyJWK]:
        return {kid: jwt.PyJWK(self._jwk(kid), algorithm="RS256") for kid in self._pems}

    def _jwk(self, kid: str) -> dict[str, object]:
        algorithm = RSAAlgorithm(RSAAlgorithm.SHA256)
        public = RSAAlgorithm.to_jwk(algorithm.prepare_key(self._pems[kid]), as_dict=True)
        return public | {"kid": kid, "use": "sig", "alg": "RS256"}

    def key_set(self) -> dict[str, object]:
        """The JSON Web Key Set (RFC 7517)."""
        return {"keys": [self._jwk(kid) for kid in sorted(self._pems)]}

    def proved(self, token: str) -> Caller | None:
        """Who the token was given to, when it is ours, whole and in time; None otherwise."""
        try:
            key = self._keys.get(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                return None
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=AUDIENCE,
                issuer=self._issuer,
                leeway=CLOCK_SKEW_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "org", "roles", "scope"]},
            )
        except (jwt.InvalidTokenError, UnicodeError, RecursionError):
            # The last two: half of a surrogate pair, and a header that is nested without end.
            return None
        return Caller(
            organisation_id=claims["org"],
            user_id=claims["sub"],
            roles=frozenset(claims["roles"].split()),
            scopes=frozenset(claims["scope"].split()),
        )
