"""Check a policy before any run: what cannot be carried out, contradicts itself, or never decides anything.

Nothing is invented: what is said of all products holds for any, and what is said of one names it.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from pricing.domain.decision import ReasonCode
from pricing.domain.market import ProductFacts
from pricing.domain.plan import RulePlan
from pricing.domain.policies.checking_products import product_findings
from pricing.domain.policies.compiled import Compiled, competitors_of
from pricing.domain.policies.compiling import compile_policy
from pricing.domain.policies.document import PolicyDocument, Rule
from pricing.domain.policies.fields import near
from pricing.domain.policies.findings import Finding
from pricing.domain.policies.floors import fits
from pricing.domain.policies.reaching import unreachable
from pricing.domain.policies.windows import local, never_open


def findings(
    document: PolicyDocument, products: Sequence[ProductFacts], competitors: Collection[str], at: datetime
) -> tuple[Finding, ...]:
    """Everything worth saying of a policy, for these products of its shop and these competitors, at that time."""
    outcome = compile_policy(document)
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
        *_tests(document),
        *product_findings(made, [facts for facts in products if facts.shop_id == document.shop]),
    )


def _rules(made: Compiled, competitors: frozenset[str], at: datetime) -> Iterator[Finding]:
    for place, rule in enumerate(made.rules):
        plan, pointer = made.plan.rules[place], f"/rules/{place}"
        yield from _bounds(plan, pointer, made)
        yield from _windows(rule, pointer, at)
        for name in dict.fromkeys(competitors_of(plan)):
            if name not in competitors:
                yield Finding(
                    code="UNKNOWN_COMPETITOR",
                    severity="error",
                    rule=rule.name,
                    message=f"there is no competitor «{name}»{near(name, sorted(competitors))}",
                    mend="name a competitor that is watched, or add it first",
                    pointer=pointer,
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
    for place, case in enumerate(document.tests):
        asked = (("rule", case.expect.rule, rules), ("reason", case.expect.reason, {code.value for code in ReasonCode}))
        for word, name, known in asked:
            if name is not None and name not in known:
                yield Finding(
                    code="BAD_TEST",
                    severity="error",
                    message=f"the test «{case.name}» expects a {word} «{name}» that there is not"
                    f"{near(name, sorted(known))}",
                    mend=f"name a {word} that there is",
                    pointer=f"/tests/{place}/expect/{word}",
                )
