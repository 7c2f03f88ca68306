"""The readers are never less accurate on the labelled pages than they once were."""

from pathlib import Path

import pytest

from bench.extraction import DATA, Score, labelled_pages, score
from bench.price_strings import DATA as STRINGS
from bench.price_strings import FILES, share_right

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the labelled pages are not part of the repository")


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    found, thousandfold = score(*labelled_pages())
    assert thousandfold == []
    return found


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
