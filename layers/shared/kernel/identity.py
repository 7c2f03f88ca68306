"""Who asks: the organisation, the person and what they may do."""

from dataclasses import dataclass

from shared.kernel.errors import Forbidden

SCOPES_OF_ROLE: dict[str, frozenset[str]] = {
    "administrator": frozenset(
        {
            "users:read",
            "users:write",
            "catalogue:read",
            "catalogue:write",
            "market:read",
            "market:write",
            "prices:read",
            "policies:write",
            "prices:approve",
            "prices:publish",
            "jobs:read",
            "jobs:write",
            "assistant:ask",
            "metrics:read",
        },
    ),
    "pricing_manager": frozenset(
        {
            "catalogue:read",
            "catalogue:write",
            "market:read",
            "market:write",
            "prices:read",
            "policies:write",
            "prices:approve",
            "prices:publish",
            "jobs:read",
            "jobs:write",
            "assistant:ask",
            "metrics:read",
        },
    ),
    "analyst": frozenset({"catalogue:read", "market:read", "prices:read", "jobs:read", "assistant:ask"}),
}
"""What each role may do. The API enforces it, whatever a user interface shows."""


class MissingScope(Forbidden):
    """The caller's roles do not carry the scope this route asks for."""

    code = "identity/missing-scope"
    title = "The caller's roles do not allow this"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The person or the machine client behind a request, as the authorizer proved them. A client has no roles."""

    organisation_id: str
    user_id: str
    roles: frozenset[str]
    scopes: frozenset[str]

    def must(self, scope: str) -> None:
        """Raise `MissingScope` unless the caller carries `scope`."""
        if scope not in self.scopes:
            detail = f"this needs the scope {scope}; your roles are {', '.join(sorted(self.roles)) or 'none'}"
            raise MissingScope(detail)

    def must_hold(self, scopes: frozenset[str]) -> None:
        """Raise `MissingScope` unless the caller carries all of these: nobody gives what they do not have."""
        for scope in sorted(scopes):
            self.must(scope)


def scopes_of(roles: frozenset[str]) -> frozenset[str]:
    """Every scope that one of the roles carries."""
    return frozenset(scope for role in roles for scope in SCOPES_OF_ROLE.get(role, frozenset()))
