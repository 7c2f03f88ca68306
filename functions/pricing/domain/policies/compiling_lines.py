"""A rule's lines as the kernel takes them, and its chain of fallbacks laid out flat."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pricing.domain.plan import Action, Line, Reference, ReferenceKind
from pricing.domain.policies.document import Rule
from pricing.domain.policies.flaws import Notes
from pricing.domain.policies.formulas import BadFormula, formula
from pricing.domain.policies.parts import Line as Written

MOST_FALLBACKS = 20
MOST_LINES = 5
MOST_RANK = 1_000
FORMULA = "formula:"
CHANNEL = "channel:"

_NEEDS: dict[str, tuple[str, ...]] = {
    "rank": ("rank",),
    "range_point": ("percent",),
    "range_rank": ("percent",),
    "competitor": ("competitors",),
    "own": ("own",),
    "formula": ("formula",),
    "channel": ("channel",),
    "rule": ("rule",),
}
_PARAMETERS = (
    "rank", "percent", "competitors", "own", "formula", "channel", "rule", "margin_percent", "markup_percent",
)  # fmt: skip
_WITHOUT_MARKET = {"cost_plus", "own", "formula", "channel", "rule"}
_KINDS: dict[str, ReferenceKind] = {"competitor": "named", "channel": "formula"}


def line(written: Written, pointer: str, notes: Notes) -> Line | None:
    """A line compiled; None when something is wrong with it, which is noted."""
    before = notes.count
    _check_parameters(written, pointer, notes)
    share = notes.ppm(f"{pointer}/percent", written.percent, 0, 100)
    margin = notes.ppm(f"{pointer}/margin_percent", written.margin_percent, 0, 99)
    markup = notes.ppm(f"{pointer}/markup_percent", written.markup_percent, 0, 800)
    money, ppm = _amount(written, pointer, notes)
    column = _column(written, pointer, notes)
    if notes.count > before:
        return None
    kind = _KINDS.get(written.reference, written.reference)
    reference = Reference(
        kind=kind,  # type: ignore[arg-type]  # «rule» was laid out before, every other word is a kind
        competitors=written.competitors,
        rank=written.rank,
        share_ppm=share,
        margin_ppm=margin,
        markup_ppm=markup,
        own=written.own,
        formula=column,
        fulfilments=written.fulfilments,
    )
    return Line(reference=reference, relation=written.relation, money=money, ppm=ppm)


def _check_parameters(written: Written, pointer: str, notes: Notes) -> None:
    needs = _NEEDS.get(written.reference, ())
    if written.reference == "cost_plus":
        needs = ("margin_percent",) if written.margin_percent is not None else ("markup_percent",)
    given = {name for name in _PARAMETERS if getattr(written, name) not in {None, ()}}
    for name in needs:
        if name not in given:
            notes.add(pointer, f"the reference «{written.reference}» lacks «{name}»", f"add {name}")
    for name in sorted(given - set(needs)):
        notes.add(f"{pointer}/{name}", f"the reference «{written.reference}» takes no «{name}»", f"remove {name}")
    if written.rank is not None and not 1 <= written.rank <= MOST_RANK:
        notes.add(f"{pointer}/rank", f"{written.rank} is no rank", f"write 1 for the cheapest, at most {MOST_RANK}")
    if written.fulfilments and written.reference in _WITHOUT_MARKET:
        notes.add(f"{pointer}/fulfilments", f"«{written.reference}» looks at no offer", "remove fulfilments")


def _amount(written: Written, pointer: str, notes: Notes) -> tuple[int | None, int | None]:
    by = written.by
    if written.relation == "equal":
        if by is not None:
            notes.add(f"{pointer}/by", "relation equal takes no amount", "remove by, or write below or above")
        return None, None
    if by is None or (by.money is None) == (by.percent is None):
        mend = "write by: {percent: 1} or by: {money: 0.50}"
        notes.add(f"{pointer}/by", f"relation {written.relation} takes one amount, in money or in percent", mend)
        return None, None
    money = notes.minor(f"{pointer}/by/money", by.money)
    ppm = notes.ppm(f"{pointer}/by/percent", by.percent, 0, 99 if written.relation == "below" else 800)
    if ppm == 0:
        notes.add(f"{pointer}/by/percent", "0 % is no step", "write relation: equal")
    return money, ppm


def _column(written: Written, pointer: str, notes: Notes) -> str | None:
    if written.channel is not None:
        return f"{CHANNEL}{written.channel}"
    if written.formula is None:
        return None
    try:
        return f"{FORMULA}{formula(written.formula).text}"
    except BadFormula as refused:
        notes.add(f"{pointer}/formula", refused.detail, "write one like cost * 1.25 + 2", refused.code)
        return None


@dataclass(slots=True)
class _Chain:
    """A chain that is being laid out: its steps, and how many entries were looked at for it, good or not."""

    steps: list[Line | Action] = field(default_factory=list)
    looked_at: int = 0

    @property
    def is_over(self) -> bool:
        """Whether more was looked at than a chain may have; what follows is not laid out."""
        return self.looked_at > MOST_FALLBACKS


def chain(rule: Rule, pointer: str, rules: Mapping[str, Rule], notes: Notes) -> tuple[Line | Action, ...]:
    """What a rule falls back to, in order; a step that names another rule stands for that rule's line and chain."""
    made = _Chain()
    end = _lay_out(rule, pointer, rules, notes, (rule.name,), made)
    if made.is_over:
        detail = f"the chain of fallbacks has {made.looked_at} steps or more"
        notes.add(f"{pointer}/fallback", detail, f"keep it to {MOST_FALLBACKS}")
    return (*made.steps, end) if end is not None else tuple(made.steps)


def _lay_out(
    rule: Rule,
    pointer: str,
    rules: Mapping[str, Rule],
    notes: Notes,
    path: tuple[str, ...],
    laid: _Chain,
) -> Action | None:
    end: Action | None = rule.otherwise
    for place, step in enumerate(rule.fallback or ()):
        laid.looked_at += 1
        if laid.is_over:
            break
        here = f"{pointer}/fallback/{place}" if len(path) == 1 else f"{pointer}/fallback"
        if step.reference != "rule" or step.rule is None:
            made = line(step, here, notes)
            laid.steps.extend([made] if made is not None else [])
            continue
        other = _named(step, here, rules, notes, path)
        if other is None:
            continue
        made = line(other.follow[0], here, notes)
        laid.steps.extend([made] if made is not None else [])
        beyond = _lay_out(other, pointer, rules, notes, (*path, other.name), laid)
        end = end or beyond
    return end


def _named(step: Written, pointer: str, rules: Mapping[str, Rule], notes: Notes, path: tuple[str, ...]) -> Rule | None:
    name = str(step.rule)
    other = rules.get(name)
    if other is None:
        notes.add(pointer, f"there is no rule «{name}» to fall back to", "name a rule of this policy", "UNKNOWN_RULE")
    elif name in path:
        circle = " → ".join(f"«{one}»" for one in (*path[path.index(name) :], name))
        notes.add(pointer, f"the fallbacks go in a circle: {circle}", "end the chain with otherwise", "CYCLIC_FALLBACK")
    elif len(other.follow) != 1:
        notes.add(pointer, f"the rule «{name}» has {len(other.follow)} lines", "fall back to a rule with one line")
    else:
        return other
    return None
