"""A title says how many pieces one article holds, or nothing."""

import pytest

from pricing.domain.price_text_pack import pack_of


@pytest.mark.parametrize(
    ("title", "pieces"),
    [
        ("Mineral water 10 x 500 ml", 10),
        ("Mineral water 6×1,5 l", 6),
        ("Cola 330ml x 24", 24),
        ("Light bulb E27, Pack of 3", 3),
        ("AA batteries (8 pack)", 8),
        ("AA batteries 12-pack", 12),
        ("Set of 4 wine glasses", 4),
        ("Paper cups 100 pcs", 100),
        ("Dübel 50 Stück", 50),
        ("Салфетки 20 шт.", 20),
        ("CONFEZIONE DA 6 bicchieri", 6),
        ("Zestaw 4 talerzy", 4),
        ("BUNDLE OF 3 cables", 3),
        ("2 \u212a\u017f papouščích krmítek", 2),
        ("Pac\u212a of 5", 5),
        ("Cola 6 X 2 L", 6),
        ("Water 500 ML * 6", 6),
        ("卵 10個", 10),
    ],
)
def test_a_pack_is_counted(title: str, pieces: int) -> None:
    assert pack_of(title) == pieces


@pytest.mark.parametrize(
    "title",
    [
        None,
        "",
        "Kettle",
        "iPhone 12 Pro",
        "Picture 30 x 40 cm",
        "Screw M8 x 40",
        "Monitor 27 inch",
        "Olive oil 500 ml",
        "Pack of 1",
        "Case 12.5 kg",
        "1st Edition",
        "4x4 off-road toy",
    ],
)
def test_a_size_or_a_model_is_no_pack(title: str | None) -> None:
    assert pack_of(title) is None
