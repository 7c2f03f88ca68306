"""Put an answer into words. Every number comes from a fact and stands beside the fact's place in brackets.

No model writes this text, so no model can invent a number in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assistant.domain.question import Answer, Fact

STALE_AFTER = timedelta(hours=24)
ABILITIES = (
    "I can tell which products lost first place and what the policy decided for them, "
    "what the market shows for one product (name its SKU), and how much is watched. Ask me one of these."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number that pricing gave, with the record it was read from."""

    label: str
    value: str
    unit: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One product that pricing told of."""

    sku: str
    name: str
    competitor: str
    reason_code: str
    numbers: tuple[Number, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What pricing told."""

    tool: str
    as_of: datetime | None
    totals: tuple[Number, ...]
    lines: tuple[Line, ...]
    more: int


@dataclass(slots=True)
class _Facts:
    found: list[Fact] = field(default_factory=list)

    def cite(self, number: Number) -> str:
        place = len(self.found) + 1
        self.found.append(
            Fact(number=place, label=number.label, value=number.value, unit=number.unit, record=number.record),
        )
        return f"{number.value}{' ' if number.unit else ''}{number.unit} [{place}]"


def unanswerable(planner: str) -> Answer:
    """The answer to a question that nothing recorded can answer."""
    return Answer(text=f"I don't know. {ABILITIES}", facts=(), tool=None, planner=planner, as_of=None)


def composed(told: Told, planner: str, now: datetime) -> Answer:
    """The answer that what pricing told makes."""
    facts = _Facts()
    writers = {"lost_first_place": _lost, "product_position": _position, "market_summary": _summary}
    sentences = writers[told.tool](told, facts)
    if told.as_of is None:
        sentences.append("Nothing was observed yet, so nothing is known of the market.")
    elif now - told.as_of > STALE_AFTER:
        sentences.append("These observations are stale; I don't know what the market shows now. Start a scan.")
    return Answer(
        text="\n".join(sentences),
        facts=tuple(facts.found),
        tool=told.tool,
        planner=planner,
        as_of=told.as_of,
    )


def _by_label(numbers: Sequence[Number]) -> dict[str, Number]:
    return {number.label: number for number in numbers}


def _lost(told: Told, facts: _Facts) -> list[str]:
    sentences = [f"Products that lost first place: {facts.cite(total)}." for total in told.totals]
    sentences += [_loss(line, facts) for line in told.lines]
    if told.more:
        sentences.append("The list shows the largest losses only.")
    return sentences


def _loss(line: Line, facts: _Facts) -> str:
    numbers = _by_label(line.numbers)
    before, now = numbers["competitor's price before"], numbers["competitor's price"]
    moved = f"went from {facts.cite(before)} to" if before.value != now.value else "stands at"
    text = f"- «{line.name}» (SKU «{line.sku}»): «{line.competitor}» {moved} {facts.cite(now)}"
    if own := numbers.get("our price"):
        text += f", ours is {facts.cite(own)}"
    return f"{text}. {_decision(line, numbers, facts)}"


def _decision(line: Line, numbers: dict[str, Number], facts: _Facts) -> str:
    decided = numbers.get("decided price")
    if decided is None:
        return "No policy has decided on it yet."
    own = numbers.get("our price")
    holds = own is not None and own.value == decided.value
    verb = "keeps the price at" if holds else "would set"
    notes = "".join(f" ({note})" for note in line.notes)
    return f"The policy {verb} {facts.cite(decided)}, reason {line.reason_code}{notes}."


def _position(told: Told, facts: _Facts) -> list[str]:
    if not told.lines:
        return ["No product with this SKU is known."]
    line = told.lines[0]
    numbers = _by_label(line.numbers)
    own = numbers.get("our price")
    shown = f"we show {facts.cite(own)}" if own else "we show no price"
    rivals = [number for number in line.numbers if number.label not in {"our price", "decided price"}]
    seen = "; ".join(f"«{rival.label}» {facts.cite(rival)}" for rival in rivals) or "no competitor's price is known"
    return [f"«{line.name}» (SKU «{line.sku}»): {shown}. Market: {seen}. {_decision(line, numbers, facts)}"]


def _summary(told: Told, facts: _Facts) -> list[str]:
    return [f"{total.label.capitalize()}: {facts.cite(total)}." for total in told.totals]
