"""Machine clients, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from auth.domain.client import Client
from auth.usecases.house import Auth
from shared.runtime.answers import Body, View, answer, listing, timestamp
from shared.runtime.described_problems import described
from shared.runtime.http_api import Asking, Paging

type Scope = Annotated[str, Field(min_length=1, max_length=40)]


class NewClient(Body):
    """A machine client to make for your organisation."""

    name: str = Field(min_length=1, max_length=100, examples=["prometheus"])
    scopes: list[Scope] = Field(min_length=1, max_length=50, examples=[["metrics:read"]])


class ClientView(View):
    """A machine client."""

    client_id: str
    name: str
    scopes: list[str]
    created_by: str
    created_at: str


class NewClientView(ClientView):
    """A machine client with its secret, which is shown this once."""

    client_secret: str


class ClientPage(View):
    """Some machine clients."""

    data: list[ClientView]
    next_cursor: str | None


def _shown(client: Client) -> dict[str, object]:
    return {
        "client_id": client.client_id,
        "name": client.name,
        "scopes": sorted(client.scopes),
        "created_by": client.created_by,
        "created_at": timestamp(client.created_at),
    }


def client_routes(house: Auth) -> APIRouter:
    """The routes of machine clients."""
    router = APIRouter(tags=["machine clients"], prefix="/clients")

    @router.post(
        "", status_code=201, response_model=NewClientView, responses=described(409), summary="Make a machine client"
    )
    async def add_client(asking: Asking, body: NewClient) -> Response:
        """Its scopes are some of your own, and its secret is shown in this answer and never again.

        So the answer is kept nowhere, with an Idempotency-Key neither: who repeats the request gets 409, and deletes
        the client whose secret they do not have. A client belongs to the organisation and stays when you leave it.
        """
        asking.must("users:write")
        client, secret = await house.add_client(asking, body.name, frozenset(body.scopes))
        return answer(_shown(client) | {"client_secret": secret}, status=201, headers={"Cache-Control": "no-store"})

    @router.get("", response_model=ClientPage, summary="List your organisation's machine clients")
    async def list_clients(asking: Asking, paging: Paging) -> Response:
        asking.must("users:read")
        page = await house.clients.page(asking.organisation_id, paging)
        return listing([_shown(client) for client in page.items], page)

    @router.delete("/{client_id}", status_code=204, summary="Delete a machine client")
    async def delete_client(asking: Asking, client_id: str) -> Response:
        """It gets no further token. One that it holds stays good until it expires, at most fifteen minutes later."""
        asking.must("users:write")
        await house.clients.remove(asking.organisation_id, client_id)
        return Response(status_code=204)

    return router
