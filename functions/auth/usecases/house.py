"""The house as a whole: what doors and routes are built on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from auth.usecases.clients import AddClient, GrantToken
from auth.usecases.ports import Clients, Users
from auth.usecases.sign_in import Refresh, SignIn, SignOut
from auth.usecases.users import AddUser, RemoveUser
from shared.kernel.gauges import ReadGauges

type Check = Callable[[], Awaitable[None]]
type PublicKeys = Callable[[], dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Auth's intents over its ports, wired. `public_keys` is the JSON Web Key Set."""

    users: Users
    clients: Clients
    sign_in: SignIn
    refresh: Refresh
    sign_out: SignOut
    add_user: AddUser
    remove_user: RemoveUser
    add_client: AddClient
    grant_token: GrantToken
    public_keys: PublicKeys
    gauges: ReadGauges
    checks: dict[str, Check]
