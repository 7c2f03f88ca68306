"""What a model proposes counts for nothing until it is proven, and it is asked only when nobody else was right."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from pricing.adapters.readers.inducer import Inducer
from pricing.adapters.readers.llm_proposer import LlmProposer
from pricing.adapters.readers.repair import mend
from pricing.domain.recipe import Field
from pricing.domain.repair import Excerpt, PriceAt
from tests.unit.pricing.adapters.readers.test_repair import PRICES, changed, known

NEW = '<div class="x"><strong class="now">${price}</strong></div>'


@dataclass
class Model:
    """Says what it is told to say, and remembers what it was shown."""

    says: Sequence[PriceAt] = ()
    shown: list[Sequence[Excerpt]] = field(default_factory=list)

    def __call__(self, excerpts: Sequence[Excerpt]) -> Sequence[PriceAt]:
        self.shown.append(excerpts)
        return self.says


def css(*texts: str) -> list[PriceAt]:
    return [PriceAt(css=text) for text in texts]


def test_the_right_places_of_old_and_new_pages_are_put_together_and_proven() -> None:
    model = Model(css("h1", ".buy .amount", ".x .now"))

    proof = mend("shop", known(), changed(NEW), [LlmProposer(model)])

    assert proof.recipe is not None
    (selector,) = proof.recipe.selectors
    assert selector.field is Field.ITEM_PRICE
    assert set(selector.css.split(", ")) == {".buy .amount", ".x .now"}
    assert (proof.reproduced, proof.agreed) == (3, 3)


@pytest.mark.parametrize(
    "lies",
    [
        css("h1"),
        css(".related .amount"),
        css("<<<", "/html/body", "{}", ""),
        css("p { color: red }", "a" * 300),
        [PriceAt(css=".now", attribute="data-price")],
        [PriceAt(css=".now", attribute="on load")],
        [],
    ],
)
def test_a_lie_is_never_proven(lies: list[PriceAt]) -> None:
    assert mend("shop", known(), changed(NEW), [LlmProposer(Model(lies))]).recipe is None


def test_the_model_is_not_asked_when_another_proposal_is_proven() -> None:
    model = Model(css(".x .now"))

    proof = mend("shop", known(), changed(NEW), [Inducer(), LlmProposer(model)])

    assert proof.recipe is not None
    assert model.shown == []


def test_it_is_shown_a_few_pages_in_part_with_their_prices() -> None:
    model = Model()
    clutter = f"<img src='{'x' * 500}'>" * 40 + "<p>long</p>" * 400

    mend("shop", known(), changed(clutter + NEW), [LlmProposer(model)])

    (excerpts,) = model.shown
    assert [(one.changed, f"{one.price}") for one in excerpts] == [
        *((True, price) for price in PRICES.values()),
        *((False, price) for price in list(PRICES.values())[:2]),
    ]
    assert all(len(one.html) <= 6000 and f"${one.price}" in one.html for one in excerpts)
    assert not any("xxxx" in one.html or "script" in one.html for one in excerpts)


def test_more_than_five_places_are_not_tried() -> None:
    tried = LlmProposer(Model(css(*(f".c{place}" for place in range(9))))).propose("shop", known(), changed(NEW))

    assert len(list(tried)) == 5 + 5 * 4
