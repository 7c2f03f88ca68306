"""Which question to pricing answers a person's question, told from its words alone."""

import re
from dataclasses import dataclass
from typing import Literal

type Tool = Literal["lost_first_place", "product_position", "market_summary"]

_SKU = re.compile(r"\bsku[\s:#]+(?P<sku>[\w./-]+)", re.IGNORECASE)
_LOST = re.compile(
    r"\b(lost?|lose|losing|gave up|no longer)\b.*\b(first|cheapest|lowest|lead|top|rank|place|position)\b"
    r"|\b(undercut|underbid|cheaper than (us|we|our|ours)|beat(en|s)? us)\b",
    re.IGNORECASE | re.DOTALL,
)
_SUMMARY = re.compile(
    r"\b(how many|overview|summary|summari[sz]e|how fresh|state of|status|watched|monitor(ed|ing)?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One question to pricing."""

    tool: Tool
    sku: str | None = None


def planned(text: str) -> Plan | None:
    """The question to pricing that fits, or None when none does."""
    if sku := _SKU.search(text):
        return Plan("product_position", sku["sku"].rstrip(".,?!"))
    if _LOST.search(text):
        return Plan("lost_first_place")
    return Plan("market_summary") if _SUMMARY.search(text) else None
