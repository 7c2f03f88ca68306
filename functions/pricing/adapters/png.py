"""Pictures as PNG, from the same SVG that browsers show, drawn by resvg with a font of our own."""

from pathlib import Path

from resvg_py import svg_to_bytes

FONTS = tuple(str(one) for one in sorted(Path(__file__).with_name("fonts").glob("*.ttf")))
"""Lambda has no fonts. DejaVu has Latin, Greek and Cyrillic letters; others are drawn as boxes."""
FAMILY = "DejaVu Sans"
DOTS = 2.0
"""For each pixel of the SVG, so that it is sharp on screens and in print."""


def png(svg: str) -> bytes:
    """A picture as PNG; the same text gives the same bytes."""
    return svg_to_bytes(
        svg_string=svg,
        zoom=DOTS,
        skip_system_fonts=True,
        font_files=list(FONTS),
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )
