"""What pricing asks the assistant's language model about a page. An answer is a claim, which the asker proves."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.envelope import Message

type ModelState = Literal["answered", "not-configured", "unavailable"]
"""`not-configured`: there is no model. `unavailable`: it did not answer, or not as it may."""


class ExtractOffer(Message):
    """Question: which words of a page say what its article costs? `text` is what the page shows, 30 kB at most."""

    action: Literal["extract"] = "extract"
    url: str = Field(max_length=2000)
    language: str | None = Field(default=None, max_length=16)
    text: str = Field(min_length=1, max_length=30_000)


class OfferQuotes(Message):
    """What a page says of its article, quoted letter by letter; null where it does not say it."""

    price_text: str | None = Field(default=None, max_length=80)
    list_price_text: str | None = Field(default=None, max_length=80)
    currency: str | None = Field(default=None, max_length=20)
    availability: str | None = Field(default=None, max_length=80)
    title: str | None = Field(default=None, max_length=300)


class OfferExtracted(OfferQuotes):
    """The quotes, and whether there was a model to give them."""

    state: ModelState


class PageExcerpt(Message):
    """Some markup of a page: one that shows its trusted price, or a changed one, whose last price may be old."""

    html: Annotated[str, Field(min_length=1, max_length=6000)]
    price: str = Field(max_length=30)
    changed: bool


class ProposeSelectors(Message):
    """Question: which selectors find the price on all of these pages?"""

    action: Literal["selectors"] = "selectors"
    excerpts: tuple[PageExcerpt, ...] = Field(min_length=1, max_length=5)


class PriceSelector(Message):
    """A CSS selector of the element that shows the price, and the attribute that holds it where it is not its text."""

    css: str = Field(min_length=1, max_length=200)
    attribute: str | None = Field(default=None, max_length=60)


class ProposedSelectors(Message):
    """Up to five selectors, the most promising first."""

    selectors: tuple[PriceSelector, ...] = Field(default=(), max_length=5)


class SelectorsProposed(ProposedSelectors):
    """The selectors, and whether there was a model to give them."""

    state: ModelState
