"""Pages of a list: an opaque cursor over the key that the list is sorted by."""

import base64
from dataclasses import dataclass

from shared.kernel.errors import Invalid

LARGEST_PAGE = 500


class InvalidCursor(Invalid):
    """A cursor that this list did not give out."""

    code = "paging/invalid-cursor"
    title = "The cursor is not one of ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What part of a list is asked for: at most `limit` items whose key comes after `after`."""

    limit: int = 100
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page[T]:
    """One part of a list, and the key after which the next part starts, if there is one."""

    items: tuple[T, ...]
    next_after: str | None = None


def encoded_cursor(key: str | None) -> str | None:
    """The opaque cursor for the items after `key`."""
    return None if key is None else base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def decoded_cursor(cursor: str | None) -> str | None:
    """The key in a cursor that `encoded_cursor` made; `InvalidCursor` for any other text."""
    if cursor is None:
        return None
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        detail = "use the next_cursor of the page before, unchanged, or leave cursor out to start anew"
        raise InvalidCursor(detail) from None
