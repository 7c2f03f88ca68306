"""What pricing asks of the function that reads stored pages: it meets untrusted content, so it holds no store."""

from typing import Literal

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Message
from shared.contracts.pricing import PageReading, PageToScan, StoreRecipe


class FollowRecipe(Message):
    """Question: what does a recipe find on stored pages?"""

    action: Literal["follow"] = "follow"
    recipe: StoreRecipe
    snapshots: tuple[str, ...] = Field(min_length=1, max_length=20)


class FailedSelector(Message):
    """A selector that failed on a page: why, and on which text."""

    field: str
    why: str
    text: str | None = None


class FollowedPage(Message):
    """What a recipe found on one stored page; `kept` is false when the page is no longer there."""

    snapshot: str
    kept: bool
    values: dict[str, str] = Field(default={})
    faults: tuple[FailedSelector, ...] = ()


class RecipeFollowed(Message):
    """What a recipe found on each page, in the order asked."""

    pages: tuple[FollowedPage, ...]


class ReadAgain(Message):
    """Question: what do the readers say of a stored page today?"""

    action: Literal["read"] = "read"
    snapshot: str
    page: PageToScan
    captured_at: AwareDatetime
    recipe: StoreRecipe | None = None


class PageReadAgain(Message):
    """The reading of a stored page; None when the page is no longer kept."""

    reading: PageReading | None


class TrustedPage(Message):
    """A stored page of a store, and what was trusted of it."""

    snapshot: str
    item_price: str
    currency: str | None = None
    title: str | None = None


class ProposeRecipe(Message):
    """Question: which recipe reads both the pages whose prices are known and those that nobody can read now?"""

    action: Literal["propose"] = "propose"
    name: str
    known: tuple[TrustedPage, ...] = Field(max_length=20)
    changed: tuple[TrustedPage, ...] = Field(max_length=20)
    """Pages that failed or are not believed, each with the last trusted price of its offer."""
    ask_model: bool = False
    """Whether the language model may be shown these pages and propose as well."""


class RecipeProposed(Message):
    """A recipe that was proven on stored pages, or why there is none."""

    recipe: StoreRecipe | None
    detail: str
    reproduced: int = 0
    known: int = 0
    agreed: int = 0
    changed: int = 0
