"""Signing in and out, over HTTP."""

from fastapi import APIRouter, Request, Response
from pydantic import Field

from auth.api.addresses import address_of
from auth.usecases.house import Auth
from auth.usecases.sign_in import Tokens
from shared.runtime.answers import Body, View, answer
from shared.runtime.described_problems import described


class Credentials(Body):
    """Who wants to sign in."""

    email: str = Field(min_length=3, max_length=254, examples=["admin@shop.example"])
    password: str = Field(min_length=1, max_length=128)


class RefreshBody(Body):
    """The refresh token of a session."""

    refresh_token: str = Field(min_length=20, max_length=200)


class TokensView(View):
    """An access token to send as «Authorization: Bearer», and a refresh token for one use."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str


class KeySetView(View):
    """The public keys of access tokens (RFC 7517)."""

    keys: list[dict[str, str]]


def _shown(tokens: Tokens) -> Response:
    body = {
        "access_token": tokens.access.token,
        "token_type": "Bearer",
        "expires_in": tokens.access.expires_in_seconds,
        "refresh_token": tokens.refresh_token,
    }
    return answer(body, headers={"Cache-Control": "no-store"})


def session_routes(house: Auth) -> APIRouter:
    """The routes of sessions."""
    router = APIRouter(tags=["sessions"])

    @router.post("/sign-in", response_model=TokensView, responses=described(401, 429), summary="Sign in")
    async def sign_in(request: Request, body: Credentials) -> Response:
        return _shown(await house.sign_in(body.email, body.password, address_of(request)))

    @router.post("/refresh", response_model=TokensView, responses=described(401), summary="Stay signed in")
    async def refresh(body: RefreshBody) -> Response:
        """A refresh token is good for one use; using it twice ends the session."""
        return _shown(await house.refresh(body.refresh_token))

    @router.post("/sign-out", status_code=204, summary="Sign out")
    async def sign_out(body: RefreshBody) -> Response:
        await house.sign_out(body.refresh_token)
        return Response(status_code=204)

    @router.get("/keys", response_model=KeySetView, summary="Public keys of access tokens")
    async def keys() -> Response:
        return answer(house.public_keys(), headers={"Cache-Control": "public, max-age=300"})

    return router
