"""The house as a whole: what doors and routes are built on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from auth.usecases.ports import Users
from auth.usecases.sign_in import Refresh, SignIn, SignOut
from auth.usecases.users import AddUser

type Check = Callable[[], Awaitable[None]]
type PublicKeys = Callable[[], dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Auth's intents over its ports, wired. `public_keys` is the JSON Web Key Set."""

    users: Users
    sign_in: SignIn
    refresh: Refresh
    sign_out: SignOut
    add_user: AddUser
    public_keys: PublicKeys
    checks: dict[str, Check]
