"""A session: a family of refresh tokens, each good for one use."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ACCESS_LIFETIME = timedelta(minutes=15)
SESSION_LIFETIME = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """One refresh token, kept as its hash. A second use shows that somebody copied it, and ends its family."""

    token_hash: str
    family_id: str
    user_id: str
    expires_at: datetime
    used_at: datetime | None = None
