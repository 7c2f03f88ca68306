"""Adding users, and an organisation's first administrator."""

import asyncio
from dataclasses import replace

import pytest

from auth.domain.errors import EmailTaken, InvalidUser
from auth.domain.user import User
from auth.usecases.users import AddUser, CreateAdministrator, NewPerson
from tests.builders.auth import MONDAY, PASSWORD, a_user
from tests.fakes.auth import FakePasswords, FakeUsers

ANN = NewPerson(email=" Ann@Shop.example", name="Ann", password=PASSWORD, roles=frozenset({"analyst"}))
ADMINISTRATOR = replace(ANN, roles=frozenset({"administrator"}))


def add(users: FakeUsers, person: NewPerson = ANN) -> User:
    return asyncio.run(AddUser(users=users, passwords=FakePasswords(), clock=lambda: MONDAY)("org", person))


def test_a_user_is_kept_under_one_spelling_with_a_hash() -> None:
    users = FakeUsers()

    user = add(users)

    assert users.kept == {user.user_id: user}
    assert (user.email, user.password_hash, user.created_at) == ("ann@shop.example", f"hash of {PASSWORD}", MONDAY)


def test_an_address_is_taken_once() -> None:
    users = FakeUsers({"usr": a_user()})

    with pytest.raises(EmailTaken):
        add(users)


@pytest.mark.parametrize("password", ["x" * 11, "x" * 129, "annabel likes cats"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidUser):
        add(FakeUsers(), replace(ANN, email="annabel@shop.example", password=password))


def test_a_short_name_may_stand_in_a_password_by_chance() -> None:
    assert add(FakeUsers(), replace(ANN, email="a@shop.example")).email == "a@shop.example"


@pytest.mark.parametrize("roles", [frozenset(), frozenset({"owner"}), frozenset({"analyst", "owner"})])
def test_a_role_that_does_not_exist_is_refused(roles: frozenset[str]) -> None:
    with pytest.raises(InvalidUser):
        add(FakeUsers(), replace(ANN, roles=roles))


def creator(users: FakeUsers) -> CreateAdministrator:
    adding = AddUser(users=users, passwords=FakePasswords(), clock=lambda: MONDAY)
    return CreateAdministrator(users=users, add_user=adding)


def test_an_administrator_is_created_once() -> None:
    users = FakeUsers()

    first, second = (asyncio.run(creator(users)(name, ADMINISTRATOR)) for name in ("Shop", " SHOP "))

    assert (first[1], second) == (True, (first[0], False))
    assert len(users.kept) == 1


def test_two_operators_at_once_get_one_administrator() -> None:
    class Late(FakeUsers):
        """Somebody else adds the user between the question and the answer."""

        asked = 0

        async def by_email(self, email: str) -> User | None:
            self.asked += 1
            return None if self.asked == 1 else a_user(email=email)

    user, created = asyncio.run(creator(Late())("Shop", ADMINISTRATOR))

    assert (user.user_id, created) == ("usr", False)
