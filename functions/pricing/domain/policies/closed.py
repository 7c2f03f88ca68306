"""What every part of a policy document shares: no field beyond its own, names as people write them."""

from collections.abc import Callable
from typing import Any, ClassVar


def written_name(name: str) -> str:
    """A field's name in the text: `from_` is written `from`, because only Python reserves it."""
    return name.rstrip("_")


class Closed:
    """A part that refuses fields it does not have. A reader of text finds here how strict it must be."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, str | bool | Callable[[str], str] | Any]] = {
        "extra": "forbid",
        "alias_generator": written_name,
        # A SKU or a value may be written without quotes.
        "coerce_numbers_to_str": True,
        "use_attribute_docstrings": True,
    }
