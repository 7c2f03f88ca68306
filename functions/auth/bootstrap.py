"""Wire auth from its settings; a test hands in fakes for any port."""

from auth.adapters.argon2_passwords import Argon2Passwords
from auth.adapters.kms_signer import KmsSigner
from auth.adapters.mongo_clients import MongoClients
from auth.adapters.mongo_gauges import MongoGauges
from auth.adapters.mongo_removals import MongoRemovals
from auth.adapters.mongo_sessions import MongoSessions
from auth.adapters.mongo_users import MongoUsers
from auth.adapters.random_secrets import RandomSecrets
from auth.adapters.token_keys import TokenKeys
from auth.adapters.valkey_attempts import ValkeyAttempts
from auth.settings import ApiSettings, RelaySettings, StoreSettings
from auth.usecases.access import SignAccess
from auth.usecases.clients import AddClient, GrantToken
from auth.usecases.house import Auth, Check, PublicKeys
from auth.usecases.ports import Attempts, Clients, Passwords, Removals, Sessions, Signer, Users
from auth.usecases.sign_in import IssueTokens, Refresh, SignIn, SignOut
from auth.usecases.users import AddUser, CreateAdministrator, RemoveUser
from shared.kernel.clock import Clock, system_clock
from shared.kernel.gauges import ReadGauges, no_gauges
from shared.runtime.claims import Claims
from shared.runtime.edge import Edge
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.valkey import Valkey


def database(settings: StoreSettings | None = None) -> Mongo:
    """The auth database, which connects on first use."""
    known = settings or StoreSettings()
    return Mongo(known.mongodb_secret_arn, known.mongodb_database)


def wire(  # noqa: PLR0913 - one parameter for each port
    *,
    users: Users,
    removals: Removals,
    clients: Clients,
    sessions: Sessions,
    passwords: Passwords,
    signer: Signer,
    attempts: Attempts,
    public_keys: PublicKeys,
    issuer: str,
    clock: Clock = system_clock,
    gauges: ReadGauges = no_gauges,
    checks: dict[str, Check] | None = None,
) -> Auth:
    """Auth over the given ports."""
    secrets = RandomSecrets()
    access = SignAccess(signer=signer, issuer=issuer)
    issue = IssueTokens(access=access, secrets=secrets)
    return Auth(
        users=users,
        clients=clients,
        sign_in=SignIn(
            users=users, sessions=sessions, passwords=passwords, attempts=attempts, issue=issue, clock=clock
        ),
        refresh=Refresh(users=users, sessions=sessions, secrets=secrets, issue=issue, clock=clock),
        sign_out=SignOut(sessions=sessions, secrets=secrets),
        add_user=AddUser(users=users, passwords=passwords, clock=clock),
        remove_user=RemoveUser(removals=removals, clock=clock),
        add_client=AddClient(clients=clients, secrets=secrets, clock=clock),
        grant_token=GrantToken(clients=clients, secrets=secrets, attempts=attempts, access=access, clock=clock),
        gauges=gauges,
        public_keys=public_keys,
        checks=checks or {},
    )


def bootstrap(settings: ApiSettings | None = None, edge: Edge | None = None) -> Auth:
    """Auth over MongoDB, KMS and Valkey."""
    known = settings or ApiSettings()
    mongo = database(known) if edge is None else edge.mongo
    valkey = Valkey(known.valkey_url) if edge is None else edge.valkey
    return wire(
        users=MongoUsers(mongo),
        removals=MongoRemovals(mongo, Outbox(mongo, "auth", bus=known.event_bus_name)),
        clients=MongoClients(mongo),
        sessions=MongoSessions(mongo),
        passwords=Argon2Passwords(),
        signer=KmsSigner(known.signing_key_arn),
        attempts=ValkeyAttempts(valkey, system_clock),
        public_keys=TokenKeys(known.signing_keys, known.token_issuer).key_set,
        gauges=MongoGauges(mongo, system_clock),
        issuer=known.token_issuer,
        checks={"mongodb": mongo.ping},
    )


def create_administrator(settings: StoreSettings | None = None) -> CreateAdministrator:
    """The maker of first administrators."""
    users = MongoUsers(database(settings))
    return CreateAdministrator(
        users=users,
        add_user=AddUser(users=users, passwords=Argon2Passwords(), clock=system_clock),
    )


def relay() -> Outbox:
    """The outbox with every way from it, for the relay."""
    settings = RelaySettings()
    claims = Claims(settings.work_bucket)
    return Outbox(database(settings), "auth", bus=settings.event_bus_name, claims=claims)
