"""Refresh tokens and the secrets of machine clients: 256 random bits, kept as their SHA-256 hash."""

import hashlib
import hmac
import secrets


class RandomSecrets:
    """Makes tokens, and the hashes under which they are kept."""

    def token(self) -> str:
        """Return a new token of 256 random bits."""
        return secrets.token_urlsafe(32)

    def hashed(self, token: str) -> str:
        """Return the hash under which a token is kept. A random token needs no slow hash."""
        return hashlib.sha256(token.encode()).hexdigest()

    def matches(self, token_hash: str, token: str) -> bool:
        """Whether the token made the hash, told in the same time for each wrong one."""
        return hmac.compare_digest(token_hash, self.hashed(token))
