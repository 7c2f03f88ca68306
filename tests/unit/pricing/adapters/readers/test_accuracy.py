"""The readers are never less accurate on the labelled pages than they once were."""

from functools import partial
from pathlib import Path

import pytest

from bench import selectolax_reader
from bench.extraction import DATA, Score, labelled_pages, ours, score
from bench.price_strings import DATA as STRINGS
from bench.price_strings import FILES, share_right

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the labelled pages are not part of the repository")


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    labels, pages = labelled_pages()
    found, thousandfold = score(labels, partial(ours, labels, pages))
    assert thousandfold == []
    return found


def test_they_are_more_accurate_than_the_yardstick_of_their_time(scores: dict[str, Score]) -> None:
    labels, pages = labelled_pages()
    yardstick, _ = score(labels, lambda key: selectolax_reader.read(pages[key]))

    assert yardstick["price"].f1 > 0.8
    assert {name for name, one in yardstick.items() if one.f1 > scores[name].f1} == set()


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("price", 1.0),
        ("currency", 1.0),
        ("availability", 0.97),
        ("sku", 0.94),
        ("gtin", 1.0),
        ("mpn", 0.57),
        ("brand", 0.86),
    ],
)
def test_a_field_is_read_as_well_as_before(scores: dict[str, Score], name: str, least: float) -> None:
    assert scores[name].f1 >= least, scores[name].errors


@pytest.mark.parametrize(("name", "least"), list(zip(FILES, (1.0, 0.9), strict=True)))
def test_price_strings_are_read_as_well_as_before(name: str, least: float) -> None:
    assert share_right(Path(STRINGS) / name) >= least
