"""Compile a policy document: every number whole, every name resolved, every rule ready for the kernel."""

from collections import Counter
from dataclasses import dataclass, replace

from pricing.domain.errors import InvalidPolicy
from pricing.domain.plan import Edges, Line, Plan, Reference, RulePlan
from pricing.domain.policies import compiling_parts
from pricing.domain.policies.checked_conditions import check_condition
from pricing.domain.policies.compiled import Compiled
from pricing.domain.policies.compiling_lines import MOST_LINES, chain, line
from pricing.domain.policies.document import PolicyDocument, Rule
from pricing.domain.policies.flaws import MOST_SHOWN, Flaw, Notes
from pricing.domain.policies.limits import MOST_RULES, MOST_TESTS
from pricing.domain.policies.parts import Bounds, Evidence, Routing, Schedule
from pricing.domain.policies.settling import settled
from pricing.domain.policies.windows import zone
from shared.kernel.errors import Fault
from shared.kernel.money import MINOR_UNITS

MOST_GAP_HOURS = 8_760
LEFT_ALONE = Line(reference=Reference(kind="own", own="current"))
"""Stands in the place of a rule that follows nothing; no product is ever given that place."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A compiled policy, or the flaws that keep it from being one."""

    compiled: Compiled | None
    flaws: tuple[Flaw, ...]


def compiled(document: PolicyDocument) -> Compiled:
    """The policy compiled; `InvalidPolicy` names what cannot be carried out, each with its place and mend."""
    return ready(compile_policy(document))


def ready(outcome: Outcome) -> Compiled:
    """The compiled policy; `InvalidPolicy` with its flaws where there is none."""
    if outcome.compiled is not None:
        return outcome.compiled
    first = outcome.flaws[0]
    more = f", and {len(outcome.flaws) - 1} more" if len(outcome.flaws) > 1 else ""
    faults = tuple(Fault(flaw.pointer, f"{flaw.detail}; {flaw.mend}") for flaw in outcome.flaws[:MOST_SHOWN])
    raise InvalidPolicy(f"{first.pointer}: {first.detail}; {first.mend}{more}", faults=faults)


def compile_policy(document: PolicyDocument) -> Outcome:
    """Compile, or gather every flaw."""
    digits = MINOR_UNITS.get(document.currency)
    notes = Notes(document.currency, 2 if digits is None else digits)
    if digits is None:
        detail = f"«{document.currency}» is not an ISO 4217 currency code in use"
        notes.add("/currency", detail, "write it like EUR or USD")
    _check_whole(document, notes)
    rules = tuple(settled(document.defaults, rule) for rule in document.rules[:MOST_RULES])
    named = {rule.name: rule for rule in rules}
    plans = [_rule(rule, f"/rules/{place}", named, notes) for place, rule in enumerate(rules) if not notes.is_full]
    if notes.flaws:
        return Outcome(None, tuple(notes.flaws))
    ready = [plan for plan in plans if plan is not None]
    shadows = {place: _shadow(ready[place]) for place, rule in enumerate(rules) if _rises_asleep(rule)}
    places = {place: len(ready) + number for number, place in enumerate(shadows)}
    plan = Plan(currency=document.currency, minor_digits=notes.digits, rules=(*ready, *shadows.values()))
    return Outcome(Compiled(document, plan, rules, places), ())


def _check_whole(document: PolicyDocument, notes: Notes) -> None:
    if not document.name.strip() or not document.shop.strip():
        notes.add("/name", "a policy needs a name and a shop", "write both")
    if not document.rules:
        notes.add("/rules", "the policy has no rule", "write at least one")
    if len(document.rules) > MOST_RULES:
        detail = f"{len(document.rules)} rules are more than a policy can have"
        notes.add("/rules", detail, f"keep it to {MOST_RULES}; conditions can name lists")
    if len(document.tests) > MOST_TESTS:
        notes.add("/tests", f"{len(document.tests)} tests are more than are run on save", f"keep it to {MOST_TESTS}")
    counts = Counter(rule.name for rule in document.rules)
    for place, rule in enumerate(document.rules):
        if counts[rule.name] > 1 or not rule.name.strip():
            detail = f"«{rule.name}» names {counts[rule.name]} rules" if rule.name.strip() else "the rule has no name"
            notes.add(f"/rules/{place}/name", detail, "give each rule its own name")
    if document.on_new_prices is not None and not 0 <= document.on_new_prices.after_minutes <= 24 * 60:
        notes.add("/on_new_prices/after_minutes", "that is no time to wait", "write 0 to 1440 minutes")


def _rule(rule: Rule, pointer: str, named: dict[str, Rule], notes: Notes) -> RulePlan | None:
    notes.rule = rule.name
    before = notes.count
    if rule.when is not None:
        check_condition(rule.when, f"{pointer}/when", notes)
    if len(rule.follow) > MOST_LINES:
        notes.add(f"{pointer}/follow", f"{len(rule.follow)} lines are too many", f"keep it to {MOST_LINES}")
    lines = []
    for place, one in enumerate(rule.follow):
        here = f"{pointer}/follow/{place}"
        if one.reference == "rule":
            notes.add(here, "only a fallback may name a rule", "write the line itself")
            continue
        made = line(one, here, notes)
        lines.extend([made] if made is not None else [])
    _check_windows(rule, pointer, notes)
    plan = _parts(rule, pointer, notes) | {"fallbacks": chain(rule, pointer, named, notes)}
    notes.rule = None
    if notes.count > before:
        return None
    return RulePlan(name=rule.name, lines=tuple(lines) or (LEFT_ALONE,), choose=rule.choose, **plan)  # type: ignore[arg-type]  # each by its name


def _parts(rule: Rule, pointer: str, notes: Notes) -> dict[str, object]:
    gap = rule.schedule.min_gap_hours if rule.schedule is not None else None
    return {
        "bounds": compiling_parts.bounds(rule.bounds or Bounds(), f"{pointer}/bounds", notes),
        "competitors": compiling_parts.competitors(rule.competitors, f"{pointer}/competitors", notes),
        "price_mode": rule.price_mode or "landed",
        "evidence": compiling_parts.evidence(rule.evidence or Evidence(), f"{pointer}/evidence", notes),
        "ignore_below_min": bool(rule.ignore_below_min),
        "ending": compiling_parts.endings(rule.ending, f"{pointer}/ending", notes),
        "edges": compiling_parts.edges(rule.edge_cases),
        "compliance": compiling_parts.compliance(rule.compliance),
        "routing": compiling_parts.routing(rule.routing or Routing(), f"{pointer}/routing", notes),
        "smallest_move": notes.minor(f"{pointer}/smallest_move", rule.smallest_move, least=0) or 0,
        "min_gap_minutes": notes.minutes(f"{pointer}/schedule/min_gap_hours", gap, MOST_GAP_HOURS) or 0,
        "freeze_while_lowest": rule.freeze_while_lowest,
        "same_price": rule.same_price.choose if rule.same_price is not None else None,
        "loop": compiling_parts.loop(rule.loop, f"{pointer}/loop", notes),
    }


def _check_windows(rule: Rule, pointer: str, notes: Notes) -> None:
    windows = (("schedule", rule.schedule), ("sleep", rule.sleep))
    for name, window in windows:
        if window is None:
            continue
        if zone(window.time_zone) is None:
            detail = f"there is no time zone «{window.time_zone}»"
            notes.add(f"{pointer}/{name}/time_zone", detail, "write it like Europe/Berlin")
        times = window.hours if isinstance(window, Schedule) else window
        if times is None:
            continue
        if times.from_ == times.to:
            notes.add(
                f"{pointer}/{name}", f"from and to are both {times.to:%H:%M}", "leave hours out for the whole day"
            )
        if times.from_.tzinfo is not None or times.to.tzinfo is not None:
            notes.add(f"{pointer}/{name}", "a time of day has no zone of its own", "name it in time_zone")


def _rises_asleep(rule: Rule) -> bool:
    return rule.sleep is not None and rule.sleep.go_to_max and bool(rule.follow)


def _shadow(plan: RulePlan) -> RulePlan:
    """The rule while it sleeps: up to the product's own maximum; one without a maximum is kept."""
    return replace(
        plan,
        name=f"{plan.name} (asleep)",
        lines=(Line(reference=Reference(kind="own", own="max")),),
        choose="lowest",
        fallbacks=(),
        edges=Edges(no_competition="keep"),
        freeze_while_lowest=None,
    )
