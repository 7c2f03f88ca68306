"""Tokens for machine clients, over HTTP: RFC 6749, client credentials."""

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from auth.api.addresses import address_of
from auth.api.token_forms import FORM, asked_of
from auth.domain.errors import TokenRefused, WrongClient
from auth.usecases.house import Auth
from shared.runtime.answers import View, answer
from shared.runtime.described_problems import described

# RFC 6749 asks for both.
UNCACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
CHALLENGE = {"WWW-Authenticate": 'Basic realm="omnipricex", charset="UTF-8"'}


class AccessTokenView(View):
    """An access token to send as «Authorization: Bearer» (RFC 6749, 5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class TokenErrorView(View):
    """Why there is no token (RFC 6749, 5.2)."""

    error: Literal["invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type"]
    error_description: str


class TokenForm(View):
    """The form of a token request."""

    grant_type: Literal["client_credentials"]
    client_id: str | None = Field(default=None, description="Unless it is in the Authorization header (Basic)")
    client_secret: str | None = Field(default=None, description="Unless it is in the Authorization header (Basic)")
    scope: str | None = Field(default=None, description="Scopes, with spaces between; without it all of the client's")


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": TokenErrorView, "description": "The request is not one that is answered with a token"},
    401: {"model": TokenErrorView, "description": "The client id or the secret is wrong"},
}
DOCUMENTED = {"requestBody": {"required": True, "content": {FORM: {"schema": TokenForm.model_json_schema()}}}}


def _refused(error: TokenRefused) -> Response:
    body = {"error": error.error, "error_description": error.detail}
    if isinstance(error, WrongClient):
        return answer(body, status=401, headers=UNCACHED | CHALLENGE)
    return answer(body, status=400, headers=UNCACHED)


def token_routes(house: Auth) -> APIRouter:
    """The route of tokens for machine clients."""
    router = APIRouter(tags=["machine clients"])

    @router.post(
        "/token",
        response_model=AccessTokenView,
        responses=REFUSALS | described(429),
        openapi_extra=DOCUMENTED,
        summary="Get an access token as a machine client",
    )
    async def token(request: Request) -> Response:
        """Failed requests count as failed sign-ins do, by client and by address."""
        told = request.headers
        try:
            asked = asked_of(told.get("content-type", ""), await request.body(), told.get("authorization", ""))
            access, scopes = await house.grant_token(asked, address_of(request))
        except TokenRefused as error:
            return _refused(error)
        body = {"access_token": access.token, "token_type": "Bearer", "expires_in": access.expires_in_seconds}
        return answer(body | {"scope": " ".join(sorted(scopes))}, headers=UNCACHED)

    return router
