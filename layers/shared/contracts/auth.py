"""What the house of identities tells other houses."""

from typing import Literal

from shared.contracts.envelope import Event


class UserRemoved(Event):
    """A person is no longer a user of the organisation; what only they kept going, ends."""

    type: Literal["auth.user-removed"] = "auth.user-removed"
    user_id: str
