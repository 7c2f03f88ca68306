"""Add and remove users, and create an organisation's first administrator."""

from dataclasses import dataclass

from auth.domain.errors import EmailTaken, OwnUser
from auth.domain.user import User, checked_password, normalised_email
from auth.usecases.ports import Passwords, Removals, Users
from shared.kernel.clock import Clock
from shared.kernel.identifiers import derived_id, fresh_id
from shared.kernel.identity import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody to be added."""

    email: str
    name: str
    password: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUser:
    """Add a user to an organisation."""

    users: Users
    passwords: Passwords
    clock: Clock

    async def __call__(self, organisation_id: str, person: NewPerson) -> User:
        """Keep the user and return them."""
        at = self.clock()
        email = normalised_email(person.email)
        user = User(
            user_id=fresh_id("usr", at),
            organisation_id=organisation_id,
            email=email,
            name=person.name,
            roles=person.roles,
            password_hash=await self.passwords.hashed(checked_password(person.password, email)),
            created_at=at,
        )
        await self.users.add(user)
        return user


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAdministrator:
    """Create an organisation's first administrator. Doing it again changes nothing."""

    users: Users
    add_user: AddUser

    async def __call__(self, organisation: str, person: NewPerson) -> tuple[User, bool]:
        """Return the administrator, and whether they are new."""
        organisation_id = derived_id("org", organisation.strip().lower())
        existing = await self.users.by_email(normalised_email(person.email))
        if existing is not None and existing.organisation_id != organisation_id:
            raise EmailTaken("the address belongs to a user of another organisation; use another address")
        if existing is not None:
            return existing, False
        try:
            return await self.add_user(organisation_id, person), True
        except EmailTaken:
            # Two operators at once: the other one's administrator is as good.
            found = await self.users.by_email(normalised_email(person.email))
            if found is None:
                raise
            return found, False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveUser:
    """Remove a user from an organisation: their sessions end, and other houses hear of it.

    What they hold already, an access token, stays good until it expires, at most fifteen minutes later.
    """

    removals: Removals
    clock: Clock

    async def __call__(self, asking: Caller, user_id: str) -> None:
        """Remove the user, unless it is the one who asks or the last administrator."""
        if user_id == asking.user_id:
            raise OwnUser("ask another administrator to remove you")
        await self.removals.remove(asking.organisation_id, user_id, self.clock())
