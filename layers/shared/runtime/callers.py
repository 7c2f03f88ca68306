"""Who asks, and for which part of a list: what routes are given of each request."""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.kernel.errors import Unauthenticated
from shared.kernel.identity import Caller
from shared.kernel.paging import LARGEST_PAGE, Window, decoded_cursor

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="The access token of POST /auth/sign-in")


async def caller(
    request: Request,
    # The gateway has verified the token; here it only tells the documentation that one is needed.
    _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """Who asks, as API Gateway's authorizer proved it."""
    event = request.scope.get("aws.event") or {}
    proved = event.get("requestContext", {}).get("authorizer", {}).get("lambda") or {}
    if "organisation_id" not in proved:
        detail = "send «Authorization: Bearer» with the access token that POST /auth/sign-in gives"
        raise Unauthenticated(detail)
    return Caller(
        organisation_id=proved["organisation_id"],
        user_id=proved["user_id"],
        roles=frozenset(proved["roles"].split()),
        scopes=frozenset(proved["scopes"].split()),
    )


async def window(
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Items in the page")] = 100,
    cursor: Annotated[str | None, Query(max_length=400, description="next_cursor of the page before")] = None,
) -> Window:
    """Which part of a list is asked for."""
    return Window(limit=limit, after=decoded_cursor(cursor))


type Asking = Annotated[Caller, Depends(caller)]
type Paging = Annotated[Window, Depends(window)]
