"""Lists in memory, cut into pages as the stores cut them."""

from collections.abc import Callable, Iterable

from shared.kernel.paging import Page, Window


def page_of[T](items: Iterable[T], key: Callable[[T], str], window: Window, *, newest_first: bool = False) -> Page[T]:
    """One page of `items` in the order of `key`."""
    ordered = sorted(items, key=key, reverse=newest_first)
    after = window.after
    if after is not None:
        ordered = [one for one in ordered if (key(one) < after if newest_first else key(one) > after)]
    shown = tuple(ordered[: window.limit])
    return Page(items=shown, next_after=key(shown[-1]) if len(ordered) > window.limit else None)
