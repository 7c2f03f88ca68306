"""The assistant's door to the language model: without a key it says so, and nothing fails."""

import pytest

from assistant.adapters.page_door import PageDoor
from shared.contracts.page_model import (
    ExtractOffer,
    OfferQuotes,
    PriceSelector,
    ProposedSelectors,
    ProposeSelectors,
    SelectorsProposed,
)
from shared.kernel.errors import Unavailable
from tests.builders.events import sample
from tests.fakes.doors import Doors
from tests.fakes.runs import Run

EXTRACT = ExtractOffer(url="https://shop.example/p", text="€ 5.00")
PROPOSE = ProposeSelectors.model_validate({"excerpts": [{"html": "<b>5</b>", "price": "5", "changed": True}]})


class Model:
    """A model that says what it saw, or nothing at all."""

    def __init__(self, *, silent: bool = False) -> None:
        self._silent = silent

    async def quotes(self, asked: ExtractOffer) -> OfferQuotes:
        if self._silent:
            raise Unavailable("silent")
        return OfferQuotes(price_text=asked.text)

    async def selectors(self, asked: ProposeSelectors) -> ProposedSelectors:
        if self._silent:
            raise Unavailable("silent")
        return ProposedSelectors(selectors=(PriceSelector(css=f"b{len(asked.excerpts)}"),))


def test_without_a_key_the_answer_is_that_there_is_no_model(doors: Doors) -> None:
    door = doors.open("assistant", "read_page")

    assert door(sample("invoke_extract_offer")) == {
        "state": "not-configured",
        "price_text": None,
        "list_price_text": None,
        "currency": None,
        "availability": None,
        "title": None,
    }
    assert door(PROPOSE.model_dump()) == {"state": "not-configured", "selectors": []}
    assert doors.cloud.sent == []


def test_what_the_model_says_is_the_answer(run: Run) -> None:
    said, pointed = (run(PageDoor(Model())(asked)) for asked in (EXTRACT, PROPOSE))

    assert said.model_dump(exclude_none=True) == {"state": "answered", "price_text": "€ 5.00"}
    assert isinstance(pointed, SelectorsProposed)
    assert (pointed.state, [one.css for one in pointed.selectors]) == ("answered", ["b1"])


@pytest.mark.parametrize("asked", [EXTRACT, PROPOSE])
def test_a_model_that_is_silent_is_an_answer_too(asked: ExtractOffer | ProposeSelectors, run: Run) -> None:
    assert run(PageDoor(Model(silent=True))(asked)).state == "unavailable"
