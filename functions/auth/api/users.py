"""Users, over HTTP."""

from fastapi import APIRouter, Response
from pydantic import Field

from auth.domain.user import User
from auth.usecases.house import Auth
from auth.usecases.users import NewPerson
from shared.kernel.identity import scopes_of
from shared.runtime.answers import Body, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging


class NewUser(Body):
    """Somebody to add to your organisation."""

    email: str = Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")
    name: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=12, max_length=128)
    roles: list[str] = Field(min_length=1, max_length=5, examples=[["pricing_manager"]])


class UserView(View):
    """A user."""

    user_id: str
    email: str
    name: str
    roles: list[str]
    created_at: str


class UserPage(View):
    """Some users."""

    data: list[UserView]
    next_cursor: str | None


class Me(View):
    """Who you are to the API."""

    organisation_id: str
    user_id: str
    roles: list[str]
    scopes: list[str]


def _shown(user: User) -> dict[str, object]:
    return {
        "user_id": user.user_id,
        "email": user.email,
        "name": user.name,
        "roles": sorted(user.roles),
        "created_at": timestamp(user.created_at),
    }


def user_routes(house: Auth) -> APIRouter:
    """The routes of users."""
    router = APIRouter(tags=["users"])

    @router.get("/me", response_model=Me, summary="Who am I?")
    async def me(asking: Asking) -> Response:
        shown = {"organisation_id": asking.organisation_id, "user_id": asking.user_id}
        return answer(shown | {"roles": asking.roles, "scopes": asking.scopes})

    @router.post("/users", status_code=201, response_model=UserView, responses=described(409), summary="Add a user")
    async def add_user(asking: Asking, body: NewUser) -> Response:
        """You can give the roles whose scopes you have all of."""
        asking.must("users:write")
        roles = frozenset(body.roles)
        asking.must_hold(scopes_of(roles))
        person = NewPerson(email=body.email, name=body.name, password=body.password, roles=roles)
        return answer(_shown(await house.add_user(asking.organisation_id, person)), status=201)

    @router.get("/users", response_model=UserPage, summary="List your organisation's users")
    async def list_users(asking: Asking, paging: Paging) -> Response:
        asking.must("users:read")
        page = await house.users.page(asking.organisation_id, paging)
        return listing([_shown(user) for user in page.items], page)

    @router.delete("/users/{user_id}", status_code=204, responses=described(409), summary="Remove a user")
    async def remove_user(asking: Asking, user_id: str) -> Response:
        """Their sessions and their schedules end; the organisation's machine clients stay.

        An access token that they hold stays good until it expires, at most fifteen minutes later.
        """
        asking.must("users:write")
        await house.remove_user(asking, user_id)
        return Response(status_code=204)

    return router
