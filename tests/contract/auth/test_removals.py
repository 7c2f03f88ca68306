"""Leaving users and machine clients: fake and MongoDB keep the same promises."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from auth.adapters.mongo_clients import MongoClients
from auth.adapters.mongo_removals import MongoRemovals
from auth.adapters.mongo_sessions import MongoSessions
from auth.adapters.mongo_users import MongoUsers
from auth.domain.errors import ClientExists, ClientNotFound, LastAdministrator, UserNotFound
from auth.usecases.ports import Clients, Removals, Sessions, Users
from shared.kernel.paging import Window
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from tests.builders.auth import MONDAY, a_client, a_token, a_user
from tests.fakes.auth import FakeClients, FakeRemovals, FakeSessions, FakeUsers
from tests.fakes.cloud import FakeCloud
from tests.fakes.runs import Run

ADMINISTRATOR = frozenset({"administrator"})


@dataclass
class World:
    """The stores under test."""

    users: Users
    sessions: Sessions
    removals: Removals
    clients: Clients


@pytest.fixture(params=["fake", "mongodb"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "fake":
        users, sessions = FakeUsers(), FakeSessions()
        return World(users, sessions, FakeRemovals(users, sessions), FakeClients())
    assert isinstance(request.getfixturevalue("cloud"), FakeCloud)
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    mongo = store("auth")
    outbox = Outbox(mongo, "auth", bus="bus")
    return World(MongoUsers(mongo), MongoSessions(mongo), MongoRemovals(mongo, outbox), MongoClients(mongo))


def test_who_is_removed_is_gone_with_every_session_and_nobody_else(world: World, run: Run) -> None:
    run(world.users.add(a_user()))
    run(world.users.add(a_user(user_id="bob", email="bob@shop.example")))
    for name, user, family in (("a", "usr", "one"), ("b", "usr", "two"), ("c", "bob", "three")):
        run(world.sessions.add(replace(a_token(), token_hash=name, user_id=user, family_id=family)))

    run(world.removals.remove("org", "usr", MONDAY))

    assert (run(world.users.by_id("usr")), run(world.users.by_id("bob")) is not None) == (None, True)
    assert [run(world.sessions.find(name)) is not None for name in "abc"] == [False, False, True]


def test_who_is_gone_and_who_is_anothers_answer_the_same(world: World, run: Run) -> None:
    run(world.users.add(a_user(organisation_id="rival")))

    for who in ("usr", "nobody"):
        with pytest.raises(UserNotFound):
            run(world.removals.remove("org", who, MONDAY))

    assert run(world.users.by_id("usr")) is not None


def test_the_last_administrator_stays_and_keeps_their_session(world: World, run: Run) -> None:
    run(world.users.add(a_user(roles=ADMINISTRATOR)))
    run(world.users.add(a_user(user_id="eve", email="eve@rival.example", organisation_id="rival", roles=ADMINISTRATOR)))
    run(world.sessions.add(a_token()))

    with pytest.raises(LastAdministrator):
        run(world.removals.remove("org", "usr", MONDAY))

    assert run(world.users.by_id("usr")) == a_user(roles=ADMINISTRATOR)
    assert run(world.sessions.find("hash")) == a_token()


def test_two_administrators_who_remove_each_other_at_once_are_not_both_gone(world: World, run: Run) -> None:
    for name in "ab":
        run(world.users.add(a_user(user_id=name, email=f"{name}@shop.example", roles=ADMINISTRATOR)))

    async def both() -> list[BaseException | None]:
        removing = (world.removals.remove("org", name, MONDAY) for name in "ab")
        return await asyncio.gather(*removing, return_exceptions=True)

    assert sorted(type(one) is LastAdministrator for one in run(both())) == [False, True]
    assert len(run(world.users.page("org", Window())).items) == 1


def test_one_who_outlived_another_is_read_as_before(world: World, run: Run) -> None:
    bob = a_user(user_id="bob", email="bob@shop.example", roles=ADMINISTRATOR)
    run(world.users.add(a_user(roles=ADMINISTRATOR)))
    run(world.users.add(bob))

    run(world.removals.remove("org", "usr", MONDAY))

    assert run(world.users.by_id("bob")) == bob


def test_a_client_is_found_by_id_and_listed_for_its_organisation(world: World, run: Run) -> None:
    run(world.clients.add(a_client()))
    run(world.clients.add(a_client(client_id="other", organisation_id="rival")))

    assert run(world.clients.by_id("cli")) == a_client()
    assert run(world.clients.by_id("nobody")) is None
    assert run(world.clients.page("org", Window())).items == (a_client(),)


def test_a_name_is_one_clients_within_an_organisation(world: World, run: Run) -> None:
    run(world.clients.add(a_client()))

    with pytest.raises(ClientExists):
        run(world.clients.add(a_client(client_id="other")))


def test_a_client_is_deleted_once_and_by_its_organisation_alone(world: World, run: Run) -> None:
    run(world.clients.add(a_client()))

    with pytest.raises(ClientNotFound):
        run(world.clients.remove("rival", "cli"))
    run(world.clients.remove("org", "cli"))
    with pytest.raises(ClientNotFound):
        run(world.clients.remove("org", "cli"))

    assert run(world.clients.by_id("cli")) is None
