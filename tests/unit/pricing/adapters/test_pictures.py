"""Pictures are well-formed, say what they show to those who do not see it, and put values where they belong."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from pricing.adapters.pictures import SvgPictures
from pricing.adapters.svg import Scale, clipped, round_ticks, tick_text
from pricing.domain.charts import MOST_BARS, Ladder, Moves, Panel, PathLine, Paths

SVG = "{http://www.w3.org/2000/svg}"
DRAW = SvgPictures()


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)


def texts(root: ET.Element) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def some_paths(*lines: PathLine, title: str = "HP-100, EUR") -> Paths:
    return Paths(
        title="Prices",
        described="Two prices over three days.",
        unit="EUR",
        panels=[Panel(title=title, lines=lines)],
        ticks=[(0.0, "21 Nov"), (1.0, "22 Nov"), (2.0, "23 Nov")],
    )


def test_readers_of_screens_get_title_and_description() -> None:
    root = parsed(DRAW.paths(some_paths(PathLine(name="live", points=[(0.0, 99.99), (2.0, 95.99)]))))

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title described"
    assert [root.findtext(f"{SVG}{name}") for name in ("title", "desc")] == ["Prices", "Two prices over three days."]


def test_a_price_holds_until_the_next_one_and_stands_at_its_place() -> None:
    root = parsed(DRAW.paths(some_paths(PathLine(name="live", points=[(0.0, 100.0), (1.0, 90.0), (2.0, 95.0)]))))

    (line,) = root.iter(f"{SVG}polyline")
    points = [tuple(map(float, one.split(","))) for one in str(line.get("points")).split()]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    assert xs == [72.0, 504.0, 504.0, 936.0, 936.0]
    assert ys[0] == ys[1] < ys[4] < ys[2] == ys[3]
    labels = {
        text: float(str(one.get("y"))) - 4 for one, text in zip(root.iter(f"{SVG}text"), texts(root), strict=True)
    }
    assert labels["100.0" if "100.0" in labels else "100"] == ys[0]


def test_where_there_is_no_price_the_line_is_broken() -> None:
    gap = PathLine(name="live", points=[(0.0, 10.0), (1.0, None), (2.0, 11.0)])

    root = parsed(DRAW.paths(some_paths(gap)))

    assert list(root.iter(f"{SVG}polyline")) == []
    assert len(list(root.iter(f"{SVG}circle"))) == 2


def test_names_of_products_are_text_and_no_markup() -> None:
    bad = '<script>alert("1")</script> & Kopfhörer\x00'

    text = DRAW.paths(some_paths(PathLine(name=bad, points=[(0.0, 1.0), (1.0, 2.0)]), title=bad))

    assert list(parsed(text).iter(f"{SVG}script")) == []
    assert any(one.startswith('<script>alert("1")</script> & Kopf') for one in texts(parsed(text)))
    assert text.encode().decode() == text


def test_the_ladder_goes_from_the_largest_rise_to_the_largest_fall() -> None:
    chart = Ladder(title="Changes", described="Three.", steps=[("b", -5.0), ("a", 10.0), ("c", 2.5)])

    root = parsed(DRAW.ladder(chart))

    shown = texts(root)
    assert [one for one in shown if one in {"a", "b", "c"}] == ["a", "c", "b"]
    assert [one for one in shown if one.startswith(("+", "-")) and one.endswith("%") and "." in one] == [
        "+10.00 %",
        "+2.50 %",
        "-5.00 %",
    ]
    bars = [one for one in root.iter(f"{SVG}rect") if one.get("fill") != "#FFFFFF"]
    widths = [float(str(one.get("width"))) for one in bars]
    assert widths[0] == pytest.approx(4 * widths[1], abs=0.1)
    assert widths[0] == pytest.approx(2 * widths[2], abs=0.1)
    assert bars[0].get("fill") == bars[1].get("fill") != bars[2].get("fill")


def test_a_long_ladder_shows_its_ends_and_says_how_much_it_leaves_out() -> None:
    chart = Ladder(
        title="Changes", described="Many.", steps=[(str(one), float(one)) for one in range(-3_000, 3_000, 2)]
    )

    root = parsed(DRAW.ladder(chart))

    assert len([one for one in root.iter(f"{SVG}rect") if one.get("fill") != "#FFFFFF"]) == MOST_BARS
    assert f"{MOST_BARS} of 3,000 changes" in texts(root)


def test_the_histogram_counts_each_move_once() -> None:
    series = [("live", [(-4.0, 3), (1.0, 1)]), ("candidate", [(-9.5, 2), (8.0, 6)])]

    root = parsed(DRAW.moves(Moves(title="Moves", described="Two.", series=series)))

    bars = [one for one in root.iter(f"{SVG}rect") if one.get("fill") != "#FFFFFF"]
    tall = {str(one.get("fill")): 0.0 for one in bars}
    for one in bars:
        tall[str(one.get("fill"))] += float(str(one.get("height")))
    assert tall["#D55E00"] == pytest.approx(2 * tall["#0072B2"], rel=0.01)
    assert {"live", "candidate"} <= set(texts(root))


@pytest.mark.parametrize(
    "drawn",
    [
        DRAW.paths(some_paths()),
        DRAW.ladder(Ladder(title="T", described="D", steps=[])),
        DRAW.moves(Moves(title="T", described="D", series=[("live", [])])),
    ],
)
def test_nothing_to_draw_is_said(drawn: str) -> None:
    assert "Nothing to draw." in texts(parsed(drawn))


@pytest.mark.parametrize(
    ("low", "high"), [(0.01, 0.02), (99.99, 99.99), (0.0, 1_000_000.0), (-19.4, 16.2), (1099.0, 1149.0), (0, 0)]
)
def test_ticks_are_few_and_round_and_hold_every_value(low: float, high: float) -> None:
    ticks = round_ticks(low, high)

    assert ticks[0] <= low <= high <= ticks[-1]
    assert 2 <= len(ticks) <= 8
    assert len({tick_text(one, ticks) for one in ticks}) == len(ticks)
    assert all(re.fullmatch(r"-?[\d ]+(\.\d+)?", tick_text(one, ticks)) for one in ticks)


def test_words_below_an_axis_never_touch() -> None:
    chart = some_paths(PathLine(name="live", points=[(float(one), 10.0 + one) for one in range(90)]))
    crowded = Paths(
        title="T",
        described="D",
        unit="",
        panels=chart.panels,
        ticks=[(float(one), f"day {one:03d}") for one in range(90)],
    )

    root = parsed(DRAW.paths(crowded))

    places = [
        float(str(one.get("x")))
        for one, text in zip(root.iter(f"{SVG}text"), texts(root), strict=True)
        if text.startswith("day ")
    ]
    assert len(places) > 3
    assert min(b - a for a, b in pairwise(places)) > 7 * 11 * 0.6


def test_a_long_text_is_clipped_and_a_scale_without_extent_stands_in_the_middle() -> None:
    assert clipped("a" * 100, 62, 10) == "a" * 9 + "…"
    assert Scale(5, 5, 0, 10).at(5) == 5
