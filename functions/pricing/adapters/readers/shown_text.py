"""What a page shows, line by line: the text that a person sees, and the only text that a quote may come from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pricing.adapters.readers.plain_signals import are_cents
from pricing.domain.price_text_numbers import readable

_UNSEEN = (
    "script,style,noscript,template,svg,iframe,object,select,textarea,[hidden],[style*='display:none' i],"
    "[style*='display: none' i],[style*='visibility:hidden' i],[style*='visibility: hidden' i]"
)
_STRUCK = "del,s,strike,[style*='line-through' i]"
_INLINE = frozenset(
    ["a", "abbr", "b", "bdi", "big", "data", "del", "em", "font", "i", "ins", "label", "mark", "s", "small", "span",
     "strike", "strong", "sub", "sup", "time", "u"]
)  # fmt: skip
_MOST_TEXTS = 40_000
_MOST_LEVELS = 60
_LEAD = 2_000
_GROUPED_BY_POINTS = re.compile(r"\.\d{3}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """A page's lines in readable form (`price_text_numbers.readable`), and those without what is struck out."""

    lines: tuple[str, ...]
    standing: tuple[str, ...]
    heading: str | None

    def cut(self, most_bytes: int) -> str:
        """Return as much of the text as may be told: from a little before the heading on where it is too long."""
        text = "\n".join(self.lines)
        if len(text.encode()) > most_bytes and self.heading:
            text = text[max(0, text.find(self.heading) - _LEAD) :]
        return text.encode()[:most_bytes].decode(errors="ignore").strip()


def shown_text(page: bytes) -> ShownText:
    """Return what a page in UTF-8 shows; what is hidden from people in a plain way is no part of it."""
    tree = LexborHTMLParser(page)
    for node in tree.css(_UNSEEN):
        node.decompose()
    heading = tree.css_first("h1")
    title = readable(heading.text(deep=True, separator=" ")) if heading is not None else None
    lines = _lines(tree)
    for node in tree.css(_STRUCK):
        node.decompose()
    return ShownText(lines=lines, standing=_lines(tree), heading=title or None)


def _lines(tree: LexborHTMLParser) -> tuple[str, ...]:
    lines: list[str] = [""]
    block: int | None = None
    for number, node in enumerate(_texts(tree)):
        if number >= _MOST_TEXTS:
            break
        if node.tag == "br":
            lines.append("")
            continue
        if (here := _block_of(node)) != block:
            lines.append("")
            block = here
        lines[-1] = _joined(lines[-1], node)
    return tuple(line for one in lines if (line := readable(one)))


def _texts(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    body = tree.body
    for node in body.traverse(include_text=True) if body is not None else ():
        if node.tag in {"-text", "br"}:
            yield node


def _block_of(node: LexborNode) -> int | None:
    at = node.parent
    for _ in range(_MOST_LEVELS):
        if at is None or at.tag not in _INLINE:
            break
        at = at.parent
    return None if at is None else at.mem_id


def _joined(line: str, node: LexborNode) -> str:
    """Return the line with one text more, as it is seen: no gap that is not there, and raised cents as decimals."""
    text = node.text_content or ""
    if not line[-1:].isdigit() or not text[:1].isdigit():
        return line + text
    if are_cents(text.strip(), node.parent):
        return f"{line}{',' if _GROUPED_BY_POINTS.search(line) else '.'}{text}"
    # Two numbers side by side are none together: only the page's style knows what is between them.
    return f"{line} {text}"
