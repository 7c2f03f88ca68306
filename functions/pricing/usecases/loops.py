"""Heed price wars: what both sellers charged, and what a product in a loop does next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from pricing.domain.decision import Decision
from pricing.domain.decisions.subjects import Subject
from pricing.domain.loops.recognition import LEAST_TURNS, Charged, worst
from pricing.domain.loops.rivals import market_line, rivals
from pricing.domain.loops.settling import answered, own_side
from pricing.domain.market import Observation
from pricing.domain.policies.compiled import Compiled
from pricing.usecases.moves import OwnMove
from pricing.usecases.subjects import Read

WINDOWS = 4
"""So many windows of a rule are looked back at: a loop may have begun before the last one."""


class Looks(Protocol):
    """What was observed of some products."""

    async def since(
        self, organisation_id: str, product_ids: Sequence[str], since: datetime
    ) -> Mapping[str, Sequence[Observation]]:
        """Return the trusted looks that knew a price since a moment, by product, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeedLoops:
    """Find the products that are in a loop with another seller, and say where each goes.

    Only what follows the market can be in one: not a product at its cost with a markup, nor one whose rule rises to
    the maximum while it sleeps, which ends price wars by itself. Nor is a price kept outside its bounds.
    """

    looks: Looks

    async def __call__(
        self,
        rules: Compiled,
        read: Read,
        decisions: Sequence[Decision],
        at: datetime,
    ) -> dict[int, Subject]:
        """The subjects that stand otherwise because of a loop, by their place. `decisions` are without regard to it."""
        suspects = {
            place: decision.rule_place
            for place, (subject, decision) in enumerate(zip(read.subjects, decisions, strict=True))
            if decision.rule_place is not None
            and _is_suspect(rules, decision.rule_place, read.moves.get(subject.facts.product_id, ()), at)
            and _may_loop(rules, decision.rule_place, decision)
        }
        if not suspects:
            return {}
        longest = max(rules.loop(rule).window_minutes for rule in suspects.values())
        ids = [read.subjects[place].facts.product_id for place in suspects]
        organisation_id = read.subjects[0].facts.organisation_id
        seen = await self.looks.since(organisation_id, ids, at - WINDOWS * timedelta(minutes=longest))
        found: dict[int, Subject] = {}
        for place, rule in suspects.items():
            subject, decision = read.subjects[place], decisions[place]
            own = _own(read.moves[subject.facts.product_id], rules.plan.minor_digits)
            looks = seen.get(subject.facts.product_id, ())
            theirs = rivals(subject, decision, rules.plan.rules[rule], looks, read.competitors)
            changed = _changed(rules, rule, subject, decision, own, theirs, at)
            if changed is not None:
                found[place] = changed
        return found


def _is_suspect(rules: Compiled, rule: int, moves: Sequence[OwnMove], at: datetime) -> bool:
    plan = rules.loop(rule)
    since = at - WINDOWS * timedelta(minutes=plan.window_minutes)
    return sum(move.at > since for move in moves) >= min(LEAST_TURNS, plan.max_moves)


def _may_loop(rules: Compiled, rule: int, decision: Decision) -> bool:
    price, lower, upper = decision.current, decision.lower, decision.upper
    if price is None or rule in rules.asleep.values() or market_line(rules.plan.rules[rule], decision) is None:
        return False
    # What stands outside its bounds is for the policy to bring back.
    return (lower is None or price >= lower) and (upper is None or price <= upper)


def _changed(
    rules: Compiled,
    rule: int,
    subject: Subject,
    decision: Decision,
    own: Sequence[Charged],
    theirs: Mapping[str, Sequence[Charged]],
    at: datetime,
) -> Subject | None:
    plan, digits = rules.loop(rule), rules.plan.minor_digits
    loop = worst(own, theirs, plan, at)
    price, line = subject.facts.price, market_line(rules.plan.rules[rule], decision)
    if loop is None or price is None or line is None:
        return None
    side = own_side(
        line,
        price=_minor(price, digits),
        lower=1 if decision.lower is None else _minor(decision.lower, digits),
        upper=_minor(price, digits) if decision.upper is None else _minor(decision.upper, digits),
    )
    answer = answered(loop[1], side, plan, at)
    if not answer.flags:
        return None
    goal = None if answer.price is None else Decimal(answer.price).scaleb(-digits)
    return replace(subject, standing=replace(subject.standing, in_loop=True, loop_price=goal))


def _own(moves: Sequence[OwnMove], digits: int) -> list[Charged]:
    first = moves[0]
    # Nobody says since when the price before the first move stood: longer than anything that is looked at.
    start = [] if first.before is None else [Charged(first.at - timedelta(days=365), _minor(first.before, digits))]
    return [*start, *(Charged(move.at, _minor(move.after, digits)) for move in moves)]


def _minor(amount: Decimal, digits: int) -> int:
    return int(amount.scaleb(digits))
