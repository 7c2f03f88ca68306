"""Users and sessions: fake and MongoDB keep the same promises."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from auth.adapters.mongo_sessions import MongoSessions
from auth.adapters.mongo_users import MongoUsers
from auth.domain.errors import EmailTaken
from auth.usecases.ports import Sessions, Users
from shared.kernel.paging import Window
from shared.runtime.mongo import Mongo
from tests.builders.auth import MONDAY, a_token, a_user
from tests.fakes.auth import FakeSessions, FakeUsers
from tests.fakes.runs import Run

LATER = MONDAY + timedelta(minutes=5)


@pytest.fixture(params=["fake", "mongodb"])
def kept(request: pytest.FixtureRequest) -> tuple[Users, Sessions]:
    """The stores under test."""
    if request.param == "fake":
        return FakeUsers(), FakeSessions()
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    mongo = store("auth")
    return MongoUsers(mongo), MongoSessions(mongo)


@pytest.fixture
def users(kept: tuple[Users, Sessions]) -> Users:
    return kept[0]


@pytest.fixture
def sessions(kept: tuple[Users, Sessions]) -> Sessions:
    return kept[1]


def test_a_user_is_found_by_address_and_by_id(users: Users, run: Run) -> None:
    run(users.add(a_user()))

    assert run(users.by_email("ann@shop.example")) == a_user()
    assert run(users.by_id("usr")) == a_user()
    assert run(users.by_email("nobody@shop.example")) is None
    assert run(users.by_id("nobody")) is None


def test_an_address_belongs_to_one_user_of_all_organisations(users: Users, run: Run) -> None:
    run(users.add(a_user()))

    with pytest.raises(EmailTaken):
        run(users.add(a_user(user_id="other", organisation_id="rival")))

    assert run(users.page("rival", Window())).items == ()


def test_of_two_who_take_an_address_at_once_one_gets_it(users: Users, run: Run) -> None:
    async def both() -> list[BaseException | None]:
        adding = (users.add(a_user(user_id=one)) for one in "ab")
        return await asyncio.gather(*adding, return_exceptions=True)

    assert sorted(type(one) is EmailTaken for one in run(both())) == [False, True]


def test_a_list_shows_the_own_organisation_page_by_page(users: Users, run: Run) -> None:
    for place in range(5):
        run(users.add(a_user(user_id=f"u{place}", email=f"u{place}@shop.example")))
    run(users.add(a_user(user_id="u2b", email="eve@rival.example", organisation_id="rival")))

    first = run(users.page("org", Window(limit=3)))
    run(users.add(a_user(user_id="u1b", email="late@shop.example")))
    second = run(users.page("org", Window(limit=3, after=first.next_after)))

    assert [one.user_id for one in (*first.items, *second.items)] == ["u0", "u1", "u2", "u3", "u4"]
    assert second.next_after is None


def test_a_token_is_used_up_once_and_followed_by_one(sessions: Sessions, run: Run) -> None:
    run(sessions.add(a_token()))
    following = replace(a_token(), token_hash="next")

    first, second = (
        run(sessions.rotate(a_token(), following, MONDAY)),
        run(sessions.rotate(a_token(), following, LATER)),
    )

    assert (first, second) == (True, False)
    assert run(sessions.find("hash")) == a_token(used_at=MONDAY)
    assert run(sessions.find("next")) == following
    assert run(sessions.find("nothing")) is None


def test_of_two_who_use_a_token_at_once_one_is_first(sessions: Sessions, run: Run) -> None:
    run(sessions.add(a_token()))

    async def both() -> list[bool]:
        following = [replace(a_token(), token_hash=name) for name in ("one", "two")]
        return await asyncio.gather(*(sessions.rotate(a_token(), one, MONDAY) for one in following))

    assert sorted(run(both())) == [False, True]


def test_a_session_that_has_ended_gets_no_further_token(sessions: Sessions, run: Run) -> None:
    run(sessions.add(a_token()))
    run(sessions.end(a_token().family_id))

    rotated = run(sessions.rotate(a_token(), replace(a_token(), token_hash="next"), MONDAY))

    assert (rotated, run(sessions.find("next"))) == (False, None)


def test_a_family_ends_as_a_whole_and_alone(sessions: Sessions, run: Run) -> None:
    for name, family in (("a", "ses"), ("b", "ses"), ("c", "other")):
        run(sessions.add(replace(a_token(), token_hash=name, family_id=family)))

    run(sessions.end("ses"))
    run(sessions.end("ses"))

    left = {name: run(sessions.find(name)) is not None for name in "abc"}
    assert left == {"a": False, "b": False, "c": True}
