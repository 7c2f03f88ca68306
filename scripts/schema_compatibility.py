"""Whether messages of a schema's present form and of its released form are still understood, in both directions.

Readers and writers are deployed at different moments, and a queue may hold a message for days: a new reader meets old
messages, and an old reader meets new ones. `events/released/` holds what was released; `make schemas ARGS=--release`
writes it anew, in the commit of a release and in no other.
"""

from collections.abc import Iterator
from typing import Any

type Schema = dict[str, Any]

# Whose growing (or shrinking) refuses values that were fine before.
LOWER_BOUNDS = ("minimum", "minLength", "minItems", "exclusiveMinimum")
UPPER_BOUNDS = ("maximum", "maxLength", "maxItems", "exclusiveMaximum")
EXACT = ("type", "format", "pattern")


def breaks(released: Schema, present: Schema) -> list[str]:
    """Everything in a message's present schema that breaks a promise of the released one."""
    return sorted(_breaks(released, present, released, present, ""))


def _breaks(old: Schema, new: Schema, old_root: Schema, new_root: Schema, place: str) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    yield from _changed(old, new, place)
    yield from _values(old, new, place)
    yield from _fields(old, new, old_root, new_root, place)
    if "items" in old and "items" in new:
        yield from _breaks(old["items"], new["items"], old_root, new_root, f"{place}/*")
    if "anyOf" in old or "anyOf" in new:
        yield from _choices(old, new, old_root, new_root, place)


def _resolved(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref")
    return schema if reference is None else root["$defs"][reference.rpartition("/")[2]]


def _changed(old: Schema, new: Schema, place: str) -> Iterator[str]:
    for name in EXACT:
        if old.get(name) != new.get(name):
            yield f"{place}: {name} was {old.get(name)}, is {new.get(name)}"
    for names, sign in ((LOWER_BOUNDS, 1), (UPPER_BOUNDS, -1)):
        for name in names:
            before, now = old.get(name), new.get(name)
            if now is not None and (before is None or (now - before) * sign > 0):
                yield f"{place}: {name} was {before}, is {now}: values that were fine are refused"


def _values(old: Schema, new: Schema, place: str) -> Iterator[str]:
    before, now = _allowed(old), _allowed(new)
    if before is None or now is None:
        if before != now:
            yield f"{place}: the allowed values were {before}, are {now}"
        return
    for value in sorted(before - now):
        yield f"{place}: «{value}» is refused now"
    for value in sorted(now - before):
        yield f"{place}: «{value}» is new, and readers that are out there refuse it"


def _allowed(schema: Schema) -> set[str] | None:
    if "const" in schema:
        return {str(schema["const"])}
    return {str(value) for value in schema["enum"]} if "enum" in schema else None


def _fields(old: Schema, new: Schema, old_root: Schema, new_root: Schema, place: str) -> Iterator[str]:
    before, now = old.get("properties", {}), new.get("properties", {})
    for name in sorted(before.keys() - now.keys()):
        yield f"{place}/{name}: removed"
    for name in sorted(before.keys() & now.keys()):
        yield from _breaks(before[name], now[name], old_root, new_root, f"{place}/{name}")
    needed_before, needed_now = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(needed_now - needed_before):
        yield f"{place}/{name}: required now, and messages that wait do not have it"
    for name in sorted((needed_before - needed_now) & now.keys()):
        yield f"{place}/{name}: optional now, and readers that are out there need it"


def _choices(old: Schema, new: Schema, old_root: Schema, new_root: Schema, place: str) -> Iterator[str]:
    before = {_kind(one, old_root): one for one in old.get("anyOf", [old])}
    now = {_kind(one, new_root): one for one in new.get("anyOf", [new])}
    for kind in sorted(before.keys() ^ now.keys()):
        yield f"{place}: {kind} is {'refused now' if kind in before else 'new, and readers out there refuse it'}"
    for kind in sorted(before.keys() & now.keys()):
        yield from _breaks(before[kind], now[kind], old_root, new_root, place)


def _kind(schema: Schema, root: Schema) -> str:
    found = _resolved(schema, root)
    return str(schema.get("$ref") or found.get("type"))
