"""Say in words how one decision was made: the eleven steps with what went in and what came out."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from pricing.domain.decision import Step
from pricing.domain.decisions.amounts import TICK, in_words, scale_of, units_of
from pricing.domain.decisions.rows import Row
from pricing.domain.kernel.codes import NOBODY, Binding, Gate, Note, Route
from pricing.domain.plan import Line, RulePlan

_SHOWN_OFFERS = 5
_NO_ENDING = Note.NO_ENDING.value
_GUARD_UNKNOWN = Note.GUARD_UNKNOWN.value
_COMPLIANCE = {Binding.BELOW_COST, Binding.BELOW_MAP}
_WORTH = {
    Binding.FREEZE,
    Binding.LOCK,
    Binding.PROMOTION,
    Binding.LOOP,
    Binding.SCHEDULE,
    Binding.MIN_GAP,
    Binding.SMALLEST_MOVE,
    Binding.BELIEF,
}
_GATE_WORDS = {gate.value: gate.name.lower().replace("_", " ") for gate in Gate}
_WORDS = {binding: binding.name.lower().replace("_", " ") for binding in Binding}
_WORDS |= {Binding.MAP: "MAP", Binding.MSRP: "MSRP", Binding.BELOW_MAP: "below MAP"}


def words_of(binding: Binding) -> str:
    """A binding's name as a decision shows it."""
    return _WORDS[binding]


def steps_of(row: Row) -> tuple[Step, ...]:
    """The eleven steps; of a product that no rule took only the first and what became of it."""
    told = _Telling(row, scale_of(row.inputs.facts.currency))
    if row.rule is None:
        why = "no rule moves it" if row.unusable is None else f"{row.unusable} is no amount that a price is made with"
        price = in_words(row.price, told.scale)
        return (Step("gate inputs", f"{len(row.inputs.offers)} offers", f"{why}: kept"), Step("route", price, "none"))
    return (*_market(told, row.rule), *_price(told), *_outcome(told))


@dataclass(frozen=True, slots=True)
class _Telling:
    row: Row
    scale: int

    def money(self, units: int) -> str:
        return in_words(units, self.scale)

    @property
    def target(self) -> str:
        return self.money(self.row.target) if self.row.aims else "none"


def _market(told: _Telling, rule: RulePlan) -> tuple[Step, ...]:
    row = told.row
    met = Counter(row.gates)
    counting = met.pop(Gate.OPEN.value, 0)
    out = "".join(f"; {met[gate]} {_GATE_WORDS[gate]}" for gate in sorted(met))
    prices = ", ".join(told.money(amount) for amount, _ in row.counting()[:_SHOWN_OFFERS]) or "none"
    step = [*rule.lines, *rule.fallbacks][row.line] if row.line != NOBODY else None
    reference = told.money(row.reference)
    if isinstance(step, Line):
        kind, relation = step.reference.kind.replace("_", " "), _relation(told, step)
    else:
        kind, relation = "none followed", "by an action" if row.aims else "none"
    return (
        Step("gate inputs", f"{len(row.gates)} offers", f"{counting} eligible{out}"),
        Step("normalise", f"{rule.price_mode} prices", f"in {row.inputs.facts.currency}: {prices}"),
        Step("reference", kind, reference),
        Step("target", f"{reference}, {relation}", told.target),
    )


def _relation(told: _Telling, line: Line) -> str:
    if line.ppm is not None:
        return f"{line.relation} by {Decimal(line.ppm).scaleb(-4).normalize():f} %"
    if line.money is not None:
        return f"{line.relation} by {told.money(line.money * TICK)}"
    return line.relation


def _price(told: _Telling) -> tuple[Step, ...]:
    row = told.row
    conflict = row.binding is Binding.CONTRADICTION
    lower = f"lower {told.money(row.lower)} ({_WORDS[row.lower_by]})"
    names = f"{lower}, upper {told.money(row.upper)} ({_WORDS[row.upper_by]})"
    names += _guards(row)
    clamped = told.money(min(max(row.target, row.lower), row.upper)) if row.aims and not conflict else "none"
    ended = "no such ending inside the bounds: kept" if row.notes & _NO_ENDING else told.money(row.price)
    return (
        Step("bounds", "every bound in force", f"{names}: they contradict" if conflict else names),
        Step("clamp", told.target, clamped),
        Step("ending", clamped, ended),
    )


def _guards(row: Row) -> str:
    """Whose price is not known that was to hold this one."""
    if row.rule is None or not row.notes & _GUARD_UNKNOWN:
        return ""
    named = (row.rule.bounds.floor_competitor, row.rule.freeze_while_lowest)
    whose = " or ".join(dict.fromkeys(name for name in named if name is not None))
    return f"; what {whose} asks is not known, so a person looks at every move"


def _outcome(told: _Telling) -> tuple[Step, ...]:
    row, binding, route = told.row, told.row.binding, told.row.route
    price = told.money(row.price)
    before = units_of(row.inputs.facts.price, told.scale)
    current, stands = told.money(before), before == row.price
    held = f"held: {_WORDS[binding]}"
    bound = "" if binding is Binding.NONE else f", {_WORDS[binding]}"
    out = "nothing to publish" if route in {Route.NONE, Route.QUARANTINE} else f"{current} → {price}"
    return (
        Step("compliance", price, held if binding in _COMPLIANCE else "nothing against it"),
        Step(
            "worth it",
            f"{current} → {price}",
            held if binding in _WORTH else "stands already" if stands else "moves",
        ),
        Step("route", f"{row.reason.name}{bound}", route.name.lower()),
        Step("publish", route.name.lower(), out),
    )
