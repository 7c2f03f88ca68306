"""What only pricing managers may do, whatever else a role may."""

from shared.kernel.errors import Forbidden
from shared.runtime.http_api import Asking

MANAGERS = frozenset({"administrator", "pricing_manager"})


def manages(asking: Asking) -> bool:
    """Whether the caller is a pricing manager."""
    return bool(asking.roles & MANAGERS)


def must_manage(asking: Asking, what: str = "this needs") -> None:
    """Raise `Forbidden` unless the caller is a pricing manager; `what` says what needs one."""
    if not manages(asking):
        raise Forbidden(f"{what} a pricing manager")
