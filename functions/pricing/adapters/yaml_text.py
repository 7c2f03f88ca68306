"""YAML text as plain data, with nothing guessed and nothing lost: numbers stay decimals.

Of YAML only what a policy needs is taken: no anchors, no tags, no second document, no key twice. `yes`, `on` and
`2026-11-27` are texts; true, false and null are what they say, and so is nothing at all.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

import yaml

from pricing.adapters.plain_text import (
    DEEPEST,
    MOST_PARTS,
    MOST_VALUES,
    Data,
    Mark,
    Path,
    Unreadable,
    decoded,
    plain_number,
    too_many_parts,
)

type Marks = dict[Path, Mark | None]

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class _Open:
    """A mapping or a list that is being read."""

    held: dict[str, Data] | list[Data]
    path: Path
    key: str | None = None
    key_mark: Mark | None = None


def from_yaml(text: bytes) -> Data:
    """YAML as data."""
    return _read(decoded(text), {})


def marks_of(text: bytes, paths: Collection[Path]) -> list[Mark | None]:
    """Where the values of paths stand in a YAML or JSON text, or the nearest parts around them that stand there."""
    marks: Marks = {path[:length]: None for path in paths for length in range(len(path) + 1)}
    # JSON with escapes that YAML does not know has no marks.
    with suppress(Unreadable):
        _read(decoded(text), marks)
    around = [(marks[path[:length]] for length in range(len(path), -1, -1)) for path in paths]
    return [next((mark for mark in found if mark is not None), None) for found in around]


def _read(text: str, marks: Marks) -> Data:
    try:
        return _built(yaml.parse(text, Loader=yaml.CSafeLoader), marks)
    except yaml.MarkedYAMLError as error:
        mark = None if error.problem_mark is None else Mark(error.problem_mark.line + 1, error.problem_mark.column + 1)
        raise Unreadable(f"this is no YAML: {error.problem}", mark=mark) from None
    except yaml.YAMLError as error:
        raise Unreadable(f"this is no YAML: {str(error).splitlines()[0]}") from None


def _built(events: Iterator[yaml.Event], marks: Marks) -> Data:
    stack: list[_Open] = []
    parts = values = 0
    root: list[Data] = []
    for event in events:
        if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            stack.pop()
        elif isinstance(event, yaml.DocumentStartEvent) and root:
            raise Unreadable("a second document starts here; keep one policy in one text", mark=_mark(event))
        elif isinstance(event, yaml.NodeEvent):
            _refuse_sharing(event)
            within = stack[-1] if stack else None
            if within is not None and isinstance(within.held, dict) and within.key is None:
                _take_key(within, within.held, event)
                continue
            value = _value(event)
            values += 1
            parts += isinstance(value, dict)
            if parts > MOST_PARTS or values > MOST_VALUES:
                raise Unreadable(too_many_parts(), mark=_mark(event))
            path = _put(within, root, value, _mark(event), marks)
            if isinstance(value, (dict, list)):
                stack.append(_Open(value, path))
            if len(stack) > DEEPEST:
                raise Unreadable(f"parts stand more than {DEEPEST} deep in each other", mark=_mark(event))
    if not root:
        raise Unreadable("the text is empty")
    return root[0]


def _refuse_sharing(event: yaml.NodeEvent) -> None:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise Unreadable("anchors and aliases are not taken; write the part out, or use defaults", mark=_mark(event))
    tag = getattr(event, "tag", None)
    if tag is not None and tag != "!":
        raise Unreadable(f"the tag «{tag}» is not taken; a policy holds plain values", mark=_mark(event))


def _take_key(within: _Open, held: dict[str, Data], event: yaml.NodeEvent) -> None:
    if not isinstance(event, yaml.ScalarEvent):
        raise Unreadable("a name is expected before the colon", mark=_mark(event))
    if event.value in held:
        detail = f"«{event.value[:40]}» is written twice in one place; keep one of them"
        raise Unreadable(detail, "".join(f"/{part}" for part in (*within.path, event.value[:40])), _mark(event))
    within.key, within.key_mark = event.value, _mark(event)


def _put(within: _Open | None, root: list[Data], value: Data, mark: Mark, marks: Marks) -> Path:
    path: Path = ()
    if within is None:
        root.append(value)
    elif isinstance(within.held, list):
        path = (*within.path, len(within.held))
        within.held.append(value)
    else:
        key = str(within.key)
        path, mark = (*within.path, key), within.key_mark or mark
        within.held[key] = value
        within.key = None
    if path in marks:
        marks[path] = mark
    return path


def _value(event: yaml.NodeEvent) -> Data:
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    number = plain_number(text)
    return text if number is None else number


def _mark(event: yaml.Event) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)
