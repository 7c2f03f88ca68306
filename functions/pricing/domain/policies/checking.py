"""Check a policy before any run: what cannot be carried out, contradicts itself, or never decides anything.

Nothing is invented: what is said of all products holds for any, and what is said of one names it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pricing.domain.decision import ReasonCode
from pricing.domain.market import ProductFacts
from pricing.domain.plan import RulePlan
from pricing.domain.policies.checking_products import product_findings
from pricing.domain.policies.checking_texts import text_findings
from pricing.domain.policies.compiled import Compiled, competitors_of, lines_of
from pricing.domain.policies.compiling import Outcome
from pricing.domain.policies.document import PolicyDocument, Rule
from pricing.domain.policies.fields import near
from pricing.domain.policies.findings import Finding
from pricing.domain.policies.floors import fits
from pricing.domain.policies.reaching import unreachable
from pricing.domain.policies.windows import local, never_open

MOST_NAMED = 1_000
"""Findings of competitors."""
MOST_NAMES = 2_000_000
"""Names of competitors that are looked up, over all rules and their fallbacks."""
MOST_HINTS = 20


def findings(
    outcome: Outcome,
    products: Sequence[ProductFacts],
    competitors: Collection[str],
    at: datetime,
    *,
    whole: bool = True,
) -> tuple[Finding, ...]:
    """Everything worth saying of a policy as it was compiled, for these products and competitors, at that time.

    Unless they are the `whole` shop, what is said of all products of a rule warns only.
    """
    if outcome.compiled is None:
        return tuple(
            Finding(
                code=flaw.code,
                severity="error",
                rule=flaw.rule,
                message=flaw.detail,
                mend=flaw.mend,
                pointer=flaw.pointer,
            )
            for flaw in outcome.flaws
        )
    made = outcome.compiled
    return (
        *_rules(made, frozenset(competitors), at),
        *_reach(made),
        *_tests(made.document),
        *text_findings(made),
        *product_findings(made, [facts for facts in products if facts.shop_id == made.document.shop], whole=whole),
    )


def _rules(made: Compiled, competitors: frozenset[str], at: datetime) -> Iterator[Finding]:
    for place, rule in enumerate(made.rules):
        plan, pointer = made.plan.rules[place], f"/rules/{place}"
        yield from _bounds(plan, pointer, made)
        yield from _windows(rule, pointer, at)
    yield from islice(_competitors(made, competitors), MOST_NAMED)


def _competitors(made: Compiled, competitors: frozenset[str]) -> Iterator[Finding]:
    hints, names_left = _Hints(sorted(competitors)), MOST_NAMES
    for place, plan in enumerate(made.plan.rules[: len(made.rules)]):
        names = competitors_of(plan)
        names_left -= len(names)
        if names_left < 0:
            return
        pointer = f"/rules/{place}"
        yield from _left_out(plan, pointer, competitors)
        for name in dict.fromkeys(names):
            if name not in competitors:
                yield Finding(
                    code="UNKNOWN_COMPETITOR",
                    severity="error",
                    rule=plan.name,
                    message=f"there is no competitor «{name}»{hints.near(name)}",
                    mend="name a competitor that is watched, or add it first",
                    pointer=pointer,
                )


@dataclass(slots=True)
class _Hints:
    """What was probably meant, for the first few names; looking among thousands takes its time."""

    known: list[str]
    left: int = MOST_HINTS

    def near(self, name: str) -> str:
        self.left -= 1
        return near(name, self.known) if self.left >= 0 else ""


def _left_out(plan: RulePlan, pointer: str, known: frozenset[str]) -> Iterator[Finding]:
    """Competitors that a line follows by name and the rule leaves out."""
    chosen = plan.competitors
    ids = frozenset(chosen.ids)
    for line in lines_of(plan):
        named = line.reference.competitors
        counting = [name for name in named if chosen.kind == "all" or (name in ids) == (chosen.kind == "only")]
        if named and not counting and known.issuperset(named) and known >= ids:
            yield Finding(
                code="NOBODY_TO_FOLLOW",
                severity="error",
                rule=plan.name,
                message=f"it follows {', '.join(named)}, whom its own competitors leave out",
                mend="name somebody who counts, or let them count in `competitors`",
                pointer=f"{pointer}/competitors",
            )


def _bounds(plan: RulePlan, pointer: str, made: Compiled) -> Iterator[Finding]:
    bounds, digits = plan.bounds, made.plan.minor_digits
    low = max(bounds.valid_low, bounds.min_price or 0)
    high = min(bounds.valid_high, bounds.max_price or bounds.valid_high)
    lower = "min_price" if bounds.min_price is not None else "valid_from"
    upper = "max_price" if bounds.max_price is not None else "valid_to"
    span = f"{lower} {_text(low, digits)} and {upper} {_text(high, digits)}"
    if low > high:
        yield Finding(
            code="CONTRADICTORY_BOUNDS",
            severity="error",
            rule=plan.name,
            message=f"no price lies between {span}",
            mend=f"raise {upper} or lower {lower}",
            pointer=f"{pointer}/bounds",
        )
    elif plan.ending is not None and not fits(plan.ending, low, high):
        yield Finding(
            code="ENDING_NEVER_FITS",
            severity="error",
            rule=plan.name,
            message=f"no price with the wanted ending lies between {span}",
            mend="widen the bounds, or allow another ending",
            pointer=f"{pointer}/ending",
        )


def _text(amount: int, digits: int) -> str:
    return f"{amount // 10**digits}.{amount % 10**digits:0{digits}}" if digits else str(amount)


def _windows(rule: Rule, pointer: str, at: datetime) -> Iterator[Finding]:
    schedule = rule.schedule
    if schedule is None:
        return
    reason = never_open(schedule, rule.sleep)
    if reason is not None:
        yield Finding(
            code="SCHEDULE_NEVER_OPEN",
            severity="error",
            rule=rule.name,
            message=f"the schedule never lets a price out: {reason}",
            mend="mend its days and hours",
            pointer=f"{pointer}/schedule",
        )
    elif schedule.until is not None and schedule.until < local(at, schedule.time_zone).date():
        yield Finding(
            code="SCHEDULE_OVER",
            severity="warning",
            rule=rule.name,
            message=f"the schedule ended on {schedule.until}; its products are decided and never published",
            mend="move until, or remove the rule",
            pointer=f"{pointer}/schedule",
        )


def _reach(made: Compiled) -> Iterator[Finding]:
    for place, earlier in unreachable(made.rules).items():
        names = ", ".join(f"«{made.rules[one].name}»" for one in earlier[:3])
        names += f" and {len(earlier) - 3} more" if len(earlier) > 3 else ""  # noqa: PLR2004  # three are shown
        taken = f"every product it holds for is taken by {names}" if earlier else "its condition holds for no product"
        yield Finding(
            code="UNREACHABLE_RULE" if earlier else "NEVER_HOLDS",
            severity="warning",
            rule=made.rules[place].name,
            message=f"the rule never decides: {taken}",
            mend="move it further up, or remove it" if earlier else "mend its condition",
            pointer=f"/rules/{place}/when",
        )


def _tests(document: PolicyDocument) -> Iterator[Finding]:
    rules = {rule.name for rule in document.rules}
    reasons = {code.value for code in ReasonCode}
    hints = {"rule": _Hints(sorted(rules)), "reason": _Hints(sorted(reasons))}
    for place, case in enumerate(document.tests):
        asked = (("rule", case.expect.rule, rules), ("reason", case.expect.reason, reasons))
        for word, name, known in asked:
            if name is not None and name not in known:
                yield Finding(
                    code="BAD_TEST",
                    severity="error",
                    message=f"the test «{case.name}» expects a {word} «{name}» that there is not"
                    f"{hints[word].near(name)}",
                    mend=f"name a {word} that there is",
                    pointer=f"/tests/{place}/expect/{word}",
                )
