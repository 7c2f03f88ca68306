"""Whether a condition can be asked at all: its field exists, is ours to read, and takes the test."""

from decimal import Decimal, InvalidOperation

from pricing.domain.policies.conditions import given
from pricing.domain.policies.document import Condition
from pricing.domain.policies.fact_columns import MOST_DECIMALS
from pricing.domain.policies.fields import FIELDS, Field, is_biased, is_rivals_secret, near
from pricing.domain.policies.flaws import Notes
from pricing.domain.policies.written import NotExact, scaled

DEEPEST = 20
_TAKES = {
    "text": {"eq", "in_", "exists"},
    "path": {"eq", "in_", "under", "exists"},
    "tags": {"has", "exists"},
}
_NUMBERS = {"eq", "in_", "lt", "lte", "gt", "gte", "exists"}
_WORDS = {"in_": "in"}


def check_condition(condition: Condition, pointer: str, notes: Notes, depth: int = 0) -> None:
    """Note everything that keeps a condition from being asked."""
    if notes.is_full:
        return
    if depth > DEEPEST:
        notes.add(pointer, f"conditions stand more than {DEEPEST} deep in each other", "split the rule into two")
        return
    groups = [name for name in ("all_", "any_", "not_", "field") if getattr(condition, name) not in {None, ()}]
    if len(groups) != 1:
        said = " and ".join(name.rstrip("_") for name in groups) or "nothing"
        notes.add(pointer, f"the condition says {said}", "say one of field, all, any and not; nest them for more")
        return
    if condition.field is not None:
        _check_leaf(condition, condition.field, pointer, notes)
        return
    if given(condition):
        notes.add(pointer, "a test stands beside all, any or not", "put it in the list, with its field")
    if condition.not_ is not None:
        check_condition(condition.not_, f"{pointer}/not", notes, depth + 1)
    for word in ("all", "any"):
        for place, part in enumerate(getattr(condition, f"{word}_")):
            check_condition(part, f"{pointer}/{word}/{place}", notes, depth + 1)


def _check_leaf(condition: Condition, name: str, pointer: str, notes: Notes) -> None:
    known = FIELDS.get(name)
    if known is None:
        if is_rivals_secret(name):
            detail = f"«{name}» is neither our own nor public: no rule may read it"
            notes.add(f"{pointer}/field", detail, f"use one of our own facts: {', '.join(FIELDS)}", "NOT_PUBLIC")
            return
        if is_biased(name):
            detail = f"«{name}» asks where or who the buyer is: no rule may read it"
            notes.add(f"{pointer}/field", detail, f"use one of our own facts: {', '.join(FIELDS)}", "BIASED")
            return
        detail = f"a product has no field «{name}»{near(name, list(FIELDS))}"
        notes.add(f"{pointer}/field", detail, f"write one of {', '.join(FIELDS)}", "UNKNOWN_FIELD")
        return
    asked = set(given(condition))
    takes = _NUMBERS if known.is_number else _TAKES[known.kind]
    words = ", ".join(sorted(_WORDS.get(word, word) for word in takes))
    if not asked:
        notes.add(pointer, f"nothing is asked of «{name}»", f"add one of {words}")
    for word in sorted(asked - takes):
        notes.add(f"{pointer}/{word.rstrip('_')}", f"«{name}» takes no «{word.rstrip('_')}»", f"use one of {words}")
    if len(asked) > 1 and not asked <= {"lt", "lte", "gt", "gte"}:
        notes.add(pointer, f"«{name}» is asked {len(asked)} things at once", "write them as several tests under all")
    if known.is_number:
        _check_numbers(condition, known, pointer, notes)


def _check_numbers(condition: Condition, known: Field, pointer: str, notes: Notes) -> None:
    digits = 0 if known.kind == "count" else MOST_DECIMALS
    texts = [("eq", condition.eq)] if condition.eq is not None else [("in", text) for text in condition.in_]
    limits = [(word, getattr(condition, word)) for word in ("lt", "lte", "gt", "gte")]
    for word, value in texts + [(word, str(value)) for word, value in limits if value is not None]:
        if notes.is_full:
            return
        try:
            scaled(Decimal(str(value)), digits, f"a number to compare «{condition.field}» with")
        except InvalidOperation:
            notes.add(f"{pointer}/{word}", f"«{value}» is no number", "write it like 12.50")
        except NotExact as refused:
            notes.add(f"{pointer}/{word}", str(refused), "write it with fewer decimals")
