"""API Gateway's authorizer question and its simple answer."""

from collections.abc import Callable
from typing import Any

from auth.adapters.token_keys import TokenKeys
from shared.runtime.observability import logger

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

SCHEME = "bearer "


def authorizer(keys: TokenKeys) -> Handler:
    """The Lambda handler that proves callers by the access token they send."""

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
        sent = str((event.get("headers") or {}).get("authorization", ""))
        token = sent[len(SCHEME) :].strip() if sent.lower().startswith(SCHEME) else ""
        found = keys.proved(token) if token else None
        if found is None:
            logger.info("refused", route=event.get("routeKey", ""))
            return {"isAuthorized": False}
        logger.info("proved", organisation_id=found.organisation_id, user_id=found.user_id)
        context = {
            "organisation_id": found.organisation_id,
            "user_id": found.user_id,
            "roles": " ".join(sorted(found.roles)),
            "scopes": " ".join(sorted(found.scopes)),
        }
        return {"isAuthorized": True, "context": context}

    return handler
