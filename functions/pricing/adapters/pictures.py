"""Pictures of simulations as SVG, by no plotting library: price paths, a ladder of changes, a histogram of moves."""

from collections import Counter
from collections.abc import Sequence
from math import floor

from pricing.adapters.svg import (
    COLOURS,
    DASHES,
    INK,
    PALE,
    WIDTH,
    Scale,
    clipped,
    finite,
    picture,
    round_ticks,
    shape,
    tick_text,
    width_of,
    words,
)
from pricing.domain.charts import Ladder, Moves, Panel, PathLine, Paths

LEFT, RIGHT, HEAD = 72.0, 24.0, 48.0
PANEL_HEIGHT = 230.0
NAMED_BARS = 30
MOST_BINS = 24
NOTHING = "Nothing to draw."


class SvgPictures:
    """Draws what charts say."""

    def paths(self, chart: Paths) -> str:
        """Price paths, one panel below the other; a price holds until the next."""
        parts = [_title(chart.title)]
        places = finite([place for panel in chart.panels for line in panel.lines for place, _ in line.points])
        if not places:
            return _nothing(chart.title, chart.described)
        marks = [place for place, _ in chart.ticks]
        across = Scale(min(places + marks), max(places + marks), LEFT, WIDTH - RIGHT)
        for place, panel in enumerate(chart.panels):
            parts += _panel(panel, chart, across, HEAD + place * PANEL_HEIGHT)
        return picture(chart.title, chart.described, HEAD + len(chart.panels) * PANEL_HEIGHT + 8, parts)

    def ladder(self, chart: Ladder) -> str:
        """Changes from the largest rise to the largest fall; of many every so many-th, and the ends."""
        shown = chart.shown
        if not shown:
            return _nothing(chart.title, chart.described)
        ticks = round_ticks(min(0.0, shown[-1][1]), max(0.0, shown[0][1]))
        named = len(shown) <= NAMED_BARS
        thick = 20.0 if named else max(4.0, 480.0 / len(shown))
        left = 240.0 if named else LEFT
        top, height = HEAD + 8, thick * len(shown)
        across = Scale(ticks[0], ticks[-1], left, WIDTH - RIGHT - 64)
        parts = [_title(chart.title), *_uprights(ticks, across, top, top + height, " %")]
        for place, (name, percent) in enumerate(shown):
            parts += _bar(name, percent, across, top + place * thick, thick, named=named)
        foot = (
            "each change is one bar"
            if len(shown) == len(chart.steps)
            else f"{len(shown)} of {len(chart.steps):,} changes"
        )
        parts.append(words(foot, left, top + height + 40, size=11))
        return picture(chart.title, chart.described, top + height + 52, parts)

    def moves(self, chart: Moves) -> str:
        """How many prices move by how many per cent, the series beside each other in each bin."""
        values = finite([percent for _, series in chart.series for percent, _ in series])
        if not values:
            return _nothing(chart.title, chart.described)
        edges = round_ticks(min(values), max(values), MOST_BINS // 2)
        counts = [_binned(series, edges) for _, series in chart.series]
        ticks = [one for one in round_ticks(0, max(max(one.values()) for one in counts)) if one == floor(one)]
        top, bottom = HEAD + 36, 400.0
        across, up = Scale(edges[0], edges[-1], LEFT, WIDTH - RIGHT), Scale(0, ticks[-1], bottom, top)
        parts = [
            _title(chart.title),
            *_levels(ticks, up),
            *_legend([name for name, _ in chart.series], HEAD + 8, dashed=False),
        ]
        wide = (across.at(edges[1]) - across.at(edges[0])) * 0.86 / len(counts)
        for turn, counted in enumerate(counts):
            for place, count in sorted(counted.items()):
                x = across.at(edges[place]) + (across.at(edges[1]) - across.at(edges[0])) * 0.07 + turn * wide
                box = {"x": x, "y": up.at(count), "width": wide, "height": bottom - up.at(count)}
                parts.append(shape("rect", **box, fill=COLOURS[turn % len(COLOURS)]))
        every = max(1, -(-len(edges) // 12))
        parts += [
            words(f"{tick_text(edge, edges)} %", across.at(edge), bottom + 20, anchor="middle", size=11)
            for edge in edges[::every]
        ]
        parts.append(words("change of price; the height of a bar is how many prices", LEFT, bottom + 44, size=11))
        return picture(chart.title, chart.described, bottom + 56, parts)


def _title(text: str) -> str:
    return words(clipped(text, WIDTH - 48, 18), 24, 30, size=18, bold=True)


def _nothing(title: str, described: str) -> str:
    return picture(title, f"{described} {NOTHING}", 96, [_title(title), words(NOTHING, 24, 64)])


def _panel(panel: Panel, chart: Paths, across: Scale, above: float) -> list[str]:
    top, bottom = above + 36, above + PANEL_HEIGHT - 34
    values = finite([value for line in panel.lines for _, value in line.points])
    room = WIDTH - 48 - (width_of(panel.marked) + 24 if panel.marks else 0)
    title = words(clipped(panel.title, room), 24, above + 12, size=13, bold=True)
    if not values:
        return [title, words("no price", LEFT, top + 20)]
    ticks = round_ticks(min(values), max(values))
    up = Scale(ticks[0], ticks[-1], bottom, top)
    parts = [title, *_levels(ticks, up), *_legend([line.name for line in panel.lines], above + 28)]
    free = -1.0
    for place, text in chart.ticks:
        x, half = across.at(place), width_of(text, 11) / 2
        x = min(max(x, half), WIDTH - half)
        if x - half > free:
            parts.append(words(text, x, bottom + 18, anchor="middle", size=11))
            free = x + half + 6
    for turn, line in enumerate(panel.lines):
        parts += _path(line, turn, across, up)
    if panel.marks:
        parts += [_mark(WIDTH - RIGHT, above + 8), words(panel.marked, WIDTH - RIGHT - 10, above + 12, anchor="end")]
    return [*parts, *(_mark(across.at(place), up.at(value)) for place, value in panel.marks)]


def _mark(x: float, y: float) -> str:
    return shape("circle", cx=x, cy=y, r=5, fill=INK, stroke="#FFFFFF", stroke_width=2)


def _path(line: PathLine, turn: int, across: Scale, up: Scale) -> list[str]:
    """A stepped line, broken where there is no price; a lonely point is a dot."""
    colour, dash = COLOURS[turn % len(COLOURS)], DASHES[turn % len(DASHES)]
    pieces: list[list[tuple[float, float]]] = [[]]
    for place, value in line.points:
        if value is None:
            pieces.append([])
            continue
        x, y = across.at(place), up.at(value)
        if pieces[-1]:
            pieces[-1].append((x, pieces[-1][-1][1]))
        pieces[-1].append((x, y))
    style = {"fill": "none", "stroke": colour, "stroke_width": 2} | ({"stroke_dasharray": dash} if dash else {})
    drawn = []
    for piece in pieces:
        if len(piece) == 1:
            drawn.append(shape("circle", cx=piece[0][0], cy=piece[0][1], r=3, fill=colour))
        elif piece:
            drawn.append(shape("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in piece), **style))
    return drawn


def _legend(names: Sequence[str], y: float, *, dashed: bool = True) -> list[str]:
    """The series by name, side by side, each as long as its share of the width allows."""
    parts, x = [], LEFT
    room = (WIDTH - RIGHT - LEFT) / max(len(names), 1) - 48
    for turn, name in enumerate(names):
        colour, dash = COLOURS[turn % len(COLOURS)], DASHES[turn % len(DASHES)] if dashed else ""
        style = {"stroke_dasharray": dash} if dash else {}
        thick = 3 if dashed else 10
        parts.append(shape("line", x1=x, y1=y - 4, x2=x + 28, y2=y - 4, stroke=colour, stroke_width=thick, **style))
        told = clipped(name, room, 11)
        parts.append(words(told, x + 34, y, size=11))
        x += 34 + width_of(told, 11) + 14
    return parts


def _levels(ticks: Sequence[float], up: Scale) -> list[str]:
    parts = []
    for tick in ticks:
        y = up.at(tick)
        parts.append(shape("line", x1=LEFT, y1=y, x2=WIDTH - RIGHT, y2=y, stroke=PALE, stroke_width=1))
        parts.append(words(tick_text(tick, ticks), LEFT - 8, y + 4, anchor="end", size=11))
    return parts


def _uprights(ticks: Sequence[float], across: Scale, top: float, bottom: float, unit: str) -> list[str]:
    parts = []
    for tick in ticks:
        x, ink = across.at(tick), INK if tick == 0 else PALE
        parts.append(shape("line", x1=x, y1=top, x2=x, y2=bottom, stroke=ink, stroke_width=1))
        parts.append(words(tick_text(tick, ticks) + unit, x, bottom + 18, anchor="middle", size=11))
    return parts


def _bar(name: str, percent: float, across: Scale, y: float, thick: float, *, named: bool) -> list[str]:
    """One change: rises and falls in colours of their own, and with their sign where there is room for words."""
    begins, ends = sorted((across.at(0), across.at(percent)))
    colour = COLOURS[0] if percent > 0 else COLOURS[1]
    gap = 2 if named else 0
    drawn = [shape("rect", x=begins, y=y + gap, width=max(ends - begins, 0.5), height=thick - 2 * gap, fill=colour)]
    if named:
        drawn.append(words(clipped(name, 200, 11), 224, y + thick / 2 + 4, anchor="end", size=11))
        drawn.append(words(f"{percent:+.2f} %", WIDTH - RIGHT, y + thick / 2 + 4, anchor="end", size=11))
    return drawn


def _binned(series: Sequence[tuple[float, int]], edges: Sequence[float]) -> Counter[int]:
    """How many fall between an edge and the next; what stands on an edge belongs to the bin away from 0."""
    counts: Counter[int] = Counter({0: 0})
    step = edges[1] - edges[0]
    for percent, count in series:
        exact = (percent - edges[0]) / step
        place = floor(exact)
        if percent < 0 and exact == place:
            place -= 1
        counts[min(max(place, 0), len(edges) - 2)] += count
    return counts
