"""A question that a person asked, and its answer once there is one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a question stands."""

    ASKED = "ASKED"
    ANSWERED = "ANSWERED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A number in an answer: its place in the text's brackets, what it is, and the record it was read from."""

    number: int
    label: str
    value: str
    unit: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A text whose every number is a fact. `tool` names what was asked of pricing; None when nothing was."""

    text: str
    facts: tuple[Fact, ...]
    tool: str | None
    planner: str
    as_of: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question."""

    question_id: str
    organisation_id: str
    user_id: str
    text: str
    state: State
    asked_at: datetime
    answered_at: datetime | None = None
    answer: Answer | None = None
