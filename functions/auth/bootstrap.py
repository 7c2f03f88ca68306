"""Wire auth from its settings; a test hands in fakes for any port."""

from auth.adapters.argon2_passwords import Argon2Passwords
from auth.adapters.kms_signer import KmsSigner
from auth.adapters.mongo_sessions import MongoSessions
from auth.adapters.mongo_users import MongoUsers
from auth.adapters.random_secrets import RandomSecrets
from auth.adapters.token_keys import TokenKeys
from auth.adapters.valkey_attempts import ValkeyAttempts
from auth.settings import ApiSettings, StoreSettings
from auth.usecases.house import Auth, Check, PublicKeys
from auth.usecases.ports import Attempts, Passwords, Sessions, Signer, Users
from auth.usecases.sign_in import IssueTokens, Refresh, SignIn, SignOut
from auth.usecases.users import AddUser, CreateAdministrator
from shared.kernel.clock import Clock, system_clock
from shared.runtime.mongo import Mongo


def database(settings: StoreSettings | None = None) -> Mongo:
    """The auth database, which connects on first use."""
    known = settings or StoreSettings()
    return Mongo(known.mongodb_secret_arn, known.mongodb_database)


def wire(  # noqa: PLR0913 - one parameter for each port
    *,
    users: Users,
    sessions: Sessions,
    passwords: Passwords,
    signer: Signer,
    attempts: Attempts,
    public_keys: PublicKeys,
    issuer: str,
    clock: Clock = system_clock,
    checks: dict[str, Check] | None = None,
) -> Auth:
    """Auth over the given ports."""
    secrets = RandomSecrets()
    issue = IssueTokens(signer=signer, secrets=secrets, issuer=issuer)
    return Auth(
        users=users,
        sign_in=SignIn(
            users=users, sessions=sessions, passwords=passwords, attempts=attempts, issue=issue, clock=clock
        ),
        refresh=Refresh(users=users, sessions=sessions, secrets=secrets, issue=issue, clock=clock),
        sign_out=SignOut(sessions=sessions, secrets=secrets),
        add_user=AddUser(users=users, passwords=passwords, clock=clock),
        public_keys=public_keys,
        checks=checks or {},
    )


def bootstrap(settings: ApiSettings | None = None) -> Auth:
    """Auth over MongoDB, KMS and Valkey."""
    known = settings or ApiSettings()
    mongo = database(known)
    attempts = ValkeyAttempts(known.valkey_url, system_clock)
    return wire(
        users=MongoUsers(mongo),
        sessions=MongoSessions(mongo),
        passwords=Argon2Passwords(),
        signer=KmsSigner(known.signing_key_arn),
        attempts=attempts,
        public_keys=TokenKeys(known.signing_keys, known.token_issuer).key_set,
        issuer=known.token_issuer,
        checks={"mongodb": mongo.ping, "valkey": attempts.ping},
    )


def create_administrator(settings: StoreSettings | None = None) -> CreateAdministrator:
    """The maker of first administrators."""
    users = MongoUsers(database(settings))
    return CreateAdministrator(
        users=users,
        add_user=AddUser(users=users, passwords=Argon2Passwords(), clock=system_clock),
    )
