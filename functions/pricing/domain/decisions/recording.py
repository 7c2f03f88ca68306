"""The record of one decision: the kernel's numbers as amounts, names and words."""

from decimal import ROUND_HALF_EVEN, Decimal

from pricing.domain.decision import Decision, ReasonCode
from pricing.domain.decision import Route as RouteWord
from pricing.domain.decisions.amounts import amount_of, scale_of
from pricing.domain.decisions.inputs import confidence_of
from pricing.domain.decisions.rows import Row
from pricing.domain.decisions.steps import steps_of, words_of
from pricing.domain.decisions.stored import hash_of
from pricing.domain.decisions.subjects import Rules
from pricing.domain.kernel.codes import NOBODY, Binding, Note, Reason, Route

NO_RULE = "no rule moves it"
"""What holds a product that no rule takes, or one that follows nothing: like a lock, out of automatic pricing."""
UNUSABLE = "unusable"

_GOAL = Note.GOAL.value
_CENT = Decimal("0.01")
_REASONS: dict[Reason, ReasonCode] = {reason: ReasonCode(reason.name) for reason in Reason if reason is not Reason.NONE}
_ROUTES: dict[Route, RouteWord] = {
    Route.NONE: "none",
    Route.AUTO: "auto",
    Route.REVIEW: "review",
    Route.MANAGER: "manager",
    Route.QUARANTINE: "quarantine",
}
_NOTES = {note.value: note.name.lower().replace("_", " ") for note in Note if note is not Note.GOAL and note.name}
_FLAGS = {
    code: tuple(words for note, words in _NOTES.items() if code & note)
    for code in range(2 * max(note for note in Note))
}


def recorded(rules: Rules, row: Row, *, policy_version: int, told: bool) -> Decision:
    """The record of a row; untold, it has neither steps nor hash."""
    facts = row.inputs.facts
    scale = scale_of(facts.currency)
    ruled = row.rule is not None
    price = amount_of(row.price, scale) if row.price else None
    reason, binding = _outcome(row)
    return Decision(
        product_id=facts.product_id,
        sku=facts.sku,
        currency=facts.currency,
        current=facts.price,
        target=amount_of(row.target, scale) if row.aims else None,
        price=price,
        reason=reason,
        binding=binding,
        goal_reached=bool(row.notes & _GOAL),
        route=_ROUTES[row.route],
        change_percent=_change(facts.price, price),
        confidence=None if row.offer is None else confidence_of(row.offer),
        reference_observation_id=None if row.offer is None else row.offer.observation_id,
        observation_ids=tuple(seen.observation_id for _, seen in row.counting()),
        product_revision=facts.revision,
        steps=steps_of(row) if told else (),
        rule=rules.rule_name(row.place) if ruled else None,
        rule_place=row.place if ruled else None,
        line=None if row.line == NOBODY else row.line,
        reference=amount_of(row.reference, scale) if row.reference else None,
        lower=amount_of(row.lower, scale) if row.lower else None,
        upper=amount_of(row.upper, scale) if row.upper else None,
        lower_by=words_of(row.lower_by) if row.lower_by else None,
        upper_by=words_of(row.upper_by) if row.upper_by else None,
        flags=_FLAGS[row.notes],
        inputs_hash=hash_of(row.inputs) if told else "",
        policy_version=policy_version,
    )


def _outcome(row: Row) -> tuple[ReasonCode, str | None]:
    if row.unusable is not None:
        return ReasonCode.BOUNDS_CONFLICT, f"{UNUSABLE} {row.unusable}"
    if row.rule is None:
        return ReasonCode.LOCKED, NO_RULE
    return _REASONS[row.reason], None if row.binding is Binding.NONE else words_of(row.binding)


def _change(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    """In percent of the price before, which is none where it is zero or no number."""
    if before is None or after is None or not before.is_finite() or before <= 0:
        return None
    return ((after - before) / before * 100).quantize(_CENT, ROUND_HALF_EVEN)
