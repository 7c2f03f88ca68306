"""The assistant's values, valid by default; a test changes the one thing it is about."""

from datetime import UTC, datetime
from typing import Any

from assistant.domain.composing import Number, Told
from assistant.domain.question import Answer, Fact, Question, State

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)


def a_question(text: str = "which products lost first place?", **changes: Any) -> Question:
    """A question that waits for its answer."""
    fields: dict[str, Any] = {
        "question_id": "qst",
        "organisation_id": "org",
        "user_id": "usr",
        "text": text,
        "state": State.ASKED,
        "asked_at": MONDAY,
    }
    return Question(**(fields | changes))


def an_answer(text: str = "Products: 3 [1].") -> Answer:
    """An answer with one fact."""
    fact = Fact(number=1, label="products", value="3", unit="", record="/products/items")
    return Answer(text=text, facts=(fact,), tool="market_summary", planner="rules", as_of=MONDAY)


def told_summary() -> Told:
    """What pricing tells of how much is watched."""
    total = Number(label="products", value="3", unit="", record="/products/items")
    return Told(tool="market_summary", as_of=MONDAY, totals=(total,), lines=(), more=0)
