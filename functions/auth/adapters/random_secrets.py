"""Refresh tokens: 256 random bits, kept as their SHA-256 hash."""

import hashlib
import secrets


class RandomSecrets:
    """Makes tokens, and the hashes under which they are kept."""

    def token(self) -> str:
        """Return a new token of 256 random bits."""
        return secrets.token_urlsafe(32)

    def hashed(self, token: str) -> str:
        """Return the hash under which a token is kept. A random token needs no slow hash."""
        return hashlib.sha256(token.encode()).hexdigest()
