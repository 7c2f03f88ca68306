"""Scalable vector graphics as text: shapes, words, and scales with a few round ticks."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, isfinite, log10
from xml.sax.saxutils import escape, quoteattr

# Told apart with every kind of colour vision (Okabe and Ito), and by their dashes without any.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("", "6 4", "2 3", "9 3 2 3", "12 4", "4 2")
INK = "#1A1A1A"
PALE = "#D0D0D0"
SIZE = 12
# No letter of the fonts that are asked for is wider on average.
LETTER = 0.62
WIDTH = 960
NOTICED = 1e-6


def shape(name: str, **values: object) -> str:
    """One element; `_` in names of values stands for `-`."""
    told = " ".join(f"{key.replace('_', '-')}={quoteattr(_said(value))}" for key, value in values.items())
    return f"<{name} {told}/>"


def words(text: str, x: float, y: float, *, anchor: str = "start", size: int = SIZE, bold: bool = False) -> str:
    """Some words at a place."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{_said(x)}" y="{_said(y)}" text-anchor="{anchor}" font-size="{size}"{weight} fill="{INK}">'
        f"{clean(text)}</text>"
    )


def clean(text: str) -> str:
    """Text as XML may hold it."""
    return escape("".join(one if one.isprintable() else " " for one in text))


def clipped(text: str, width: float, size: int = SIZE) -> str:
    """As much of a text as fits into so many pixels."""
    most = max(1, int(width / (size * LETTER)))
    return text if len(text) <= most else text[: most - 1] + "…"


def width_of(text: str, size: int = SIZE) -> float:
    """How wide a text is at most."""
    return len(text) * size * LETTER


def picture(title: str, described: str, height: float, parts: Sequence[str]) -> str:
    """A whole picture; readers of screens say its title and what there is to see."""
    size = f'width="{WIDTH}" height="{_said(height)}" viewBox="0 0 {WIDTH} {_said(height)}"'
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title described" '
        'font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif">\n'
        f'<title id="title">{clean(title)}</title>\n<desc id="described">{clean(described)}</desc>\n'
    )
    return "\n".join([head + shape("rect", width=WIDTH, height=height, fill="#FFFFFF"), *parts, "</svg>\n"])


def _said(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True)
class Scale:
    """Where values stand between two places in pixels."""

    low: float
    high: float
    begins: float
    ends: float

    def at(self, value: float) -> float:
        """The place of a value."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return self.begins + share * (self.ends - self.begins)


def round_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """A few round values that reach from below the lowest to above the highest."""
    low, high = (low, high) if high > low else (low - _around(low), high + _around(high))
    raw = (high - low) / max(most - 1, 1)
    unit = 10.0 ** floor(log10(raw))
    step = next(unit * many for many in (1, 2, 2.5, 5, 10) if unit * many >= raw * (1 - 1e-9))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]


def _around(value: float) -> float:
    return abs(value) * 0.05 or 1.0


def tick_text(value: float, ticks: Sequence[float]) -> str:
    """A tick's value with as many digits as tell the ticks apart."""
    step = min((abs(b - a) for a, b in pairwise(ticks)), default=1.0)
    digits = next((one for one in range(7) if abs(step * 10**one - round(step * 10**one)) < NOTICED), 6)
    return f"{value:,.{digits}f}".replace(",", " ")


def finite(values: Sequence[float | None]) -> list[float]:
    """The values that can be drawn."""
    return [one for one in values if one is not None and isfinite(one)]
