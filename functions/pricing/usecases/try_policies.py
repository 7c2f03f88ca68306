"""Try policies before anybody relies on them, and make decisions again: what needs the kernel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pricing.domain.decision import Decision
from pricing.domain.decisions.counterfactual import Counterfactual, counterfactual
from pricing.domain.decisions.deciding import decide
from pricing.domain.decisions.inputs import Inputs
from pricing.domain.decisions.replay import differences, replayed
from pricing.domain.decisions.stored import inputs_from
from pricing.domain.errors import DecisionNotFound, PolicyNotFound
from pricing.domain.exact_percent import margin_of
from pricing.domain.market import ProductFacts
from pricing.domain.policies.checking import findings
from pricing.domain.policies.compiling import compile_policy, compiled
from pricing.domain.policies.document import PolicyDocument
from pricing.domain.policies.trying import tried
from pricing.usecases.deciding import DecideProducts
from pricing.usecases.ports import Competitors, Facts, Policies, Runs, ShopPart, StoredDecision
from pricing.usecases.trials import (
    Checked,
    Explained,
    FieldDifference,
    FoundFault,
    NearestChange,
    PreviewAsked,
    Previewed,
    PreviewedPrice,
    TriedCase,
    TriedStep,
)
from shared.kernel.clock import Clock
from shared.kernel.identifiers import derived_id

MOST_CHECKED = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPolicy:
    """Check a policy against the catalogue and the competitors that are there, and run its own tests."""

    facts: Facts
    competitors: Competitors
    clock: Clock

    async def __call__(self, organisation_id: str, document: PolicyDocument, document_hash: str) -> Checked:
        """What is wrong with it. Of a large shop the first products are looked at, in the order of their ids."""
        at = self.clock()
        parts = await self.facts.parts_of(organisation_id, document.shop, MOST_CHECKED)
        products = await self.facts.in_part(organisation_id, document.shop, parts[0]) if parts else []
        known = [one.competitor_id async for one in self.competitors.walk(organisation_id)]
        outcome = compile_policy(document)
        found, made = findings(outcome, products, known, at, whole=len(parts) <= 1), outcome.compiled
        return Checked(
            findings=tuple(
                FoundFault(
                    code=one.code,
                    severity=one.severity,
                    rule=one.rule,
                    message=one.message,
                    sku=one.sku,
                    mend=one.mend,
                )
                for one in found
            ),
            tests=tuple(
                TriedCase(
                    name=one.name,
                    passed=one.passed,
                    expected=_words(one.expected),
                    got=_words(one.got),
                    steps=tuple(TriedStep(step.name, step.before, step.after) for step in one.steps),
                )
                for one in (() if made is None else tried(made, decide))
            ),
            document_hash=document_hash,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPolicy:
    """Say what a policy would decide at this moment, beside what a saved one would."""

    facts: Facts
    decided: DecideProducts
    policies: Policies
    clock: Clock

    async def __call__(self, organisation_id: str, document: PolicyDocument, asked: PreviewAsked) -> Previewed:
        """Some products' decisions, those of a family together."""
        at = self.clock()
        products, next_after = await self._products(organisation_id, document.shop, asked)
        policies = [compiled(document)]
        if asked.against is not None:
            saved = await self.policies.latest(organisation_id, asked.against)
            if saved.shop_id != document.shop:
                detail = f"«{asked.against}» is a policy of «{saved.shop_id}», this one of «{document.shop}»"
                raise PolicyNotFound(detail)
            policies.append(compiled(saved.document))
        made, *against = [own for _, own in await self.decided.by_each(policies, organisation_id, products, at)]
        others: Sequence[Decision | None] = against[0] if against else [None] * len(products)
        rows = tuple(
            _row(facts, decision, other) for facts, decision, other in zip(products, made, others, strict=True)
        )
        return Previewed(rows=rows, next_after=next_after)

    async def _products(
        self, organisation_id: str, shop_id: str, asked: PreviewAsked
    ) -> tuple[Sequence[ProductFacts], str | None]:
        if asked.skus:
            named = await self.facts.by_sku(organisation_id, shop_id, asked.skus)
            partitions = tuple(sorted({one.partition for one in named.values() if one.active}))
            if not partitions:
                return [], None
            return await self.facts.in_part(organisation_id, shop_id, ShopPart(partitions=partitions)), None
        part, more = await self.facts.part_after(organisation_id, shop_id, asked.after, asked.limit)
        return await self.facts.in_part(organisation_id, shop_id, part), part.until if more else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainDecision:
    """Make a stored decision again from what it was made from, and say what would have changed it."""

    facts: Facts
    policies: Policies
    runs: Runs

    async def __call__(self, organisation_id: str, decision_id: str) -> Explained:
        """`DecisionNotFound` when there is none."""
        stored = await self.runs.decision(organisation_id, decision_id)
        if stored.inputs is None:
            return Explained(replayable=False)
        policy = await self.policies.version(organisation_id, stored.policy_id, stored.policy_version)
        rules, inputs = compiled(policy.document), inputs_from(stored.inputs)
        place = stored.decision.rule_place
        together = place is not None and rules.plan.rules[place].same_price is not None
        kin = await self._kin(stored, inputs) if together else []
        # In the order in which the run decided them.
        family = sorted([inputs, *kin], key=lambda one: one.facts.product_id)
        again = replayed(rules, family, policy_version=stored.policy_version)[family.index(inputs)]
        # What another member's price would do is no change of one offer.
        nearest = None if kin else counterfactual(rules, inputs, stored.decision)
        return Explained(
            replayable=True,
            differences=tuple(
                FieldDifference(one.field, one.stored, one.again) for one in differences(stored.decision, again)
            ),
            counterfactual=None if nearest is None else _nearest(nearest),
            words=None if nearest is None else in_words(nearest, stored.decision),
        )

    async def _kin(self, stored: StoredDecision, inputs: Inputs) -> list[Inputs]:
        """What the other members of a product's family were decided from in the same run."""
        if inputs.facts.family is None:
            return []
        part = ShopPart(partitions=(inputs.facts.partition,))
        family = await self.facts.in_part(stored.organisation_id, inputs.facts.shop_id, part)
        found: list[Inputs] = []
        for facts in family:
            if facts.product_id == inputs.facts.product_id:
                continue
            try:
                decision_id = derived_id("dec", stored.run_id, facts.product_id)
                kin = await self.runs.decision(stored.organisation_id, decision_id)
            except DecisionNotFound:
                continue
            if kin.inputs is not None:
                found.append(inputs_from(kin.inputs))
        return found


def _words(fields: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value or 'none'}" for name, value in fields.items())


def in_words(nearest: Counterfactual, decision: Decision) -> str:
    """A counterfactual as a sentence."""
    would = "there would be no price" if nearest.price is None else f"the price would be {nearest.price:f}"
    whose = f"the {nearest.price_mode} price of {nearest.competitor_id}"
    if nearest.kind == "new_offer":
        return f"were there an offer at {nearest.at:f}, {would} ({nearest.reason.value})"
    if nearest.kind == "returning_offer":
        return f"were {nearest.competitor_id} to count again at {nearest.at:f}, {would} ({nearest.reason.value})"
    more = nearest.before is not None and nearest.at > nearest.before
    besides = " and those between" if nearest.together else ""
    held = " as it is" if decision.price == nearest.price else ""
    return (
        f"were {whose}{besides} {nearest.at:f} or {'more' if more else 'less'}, {would}{held} ({nearest.reason.value})"
    )


def _nearest(found: Counterfactual) -> NearestChange:
    return NearestChange(
        kind=found.kind,
        observation_id=found.observation_id,
        competitor_id=found.competitor_id,
        price_mode=found.price_mode,
        before=_text(found.before),
        at=f"{found.at:f}",
        price=_text(found.price),
        reason=found.reason.value,
        together=found.together,
    )


def _row(facts: ProductFacts, decision: Decision, other: Decision | None) -> PreviewedPrice:
    return PreviewedPrice(
        product_id=facts.product_id,
        sku=facts.sku,
        rule=decision.rule,
        currency=decision.currency,
        current=_text(decision.current),
        price=_text(decision.price),
        reason=decision.reason.value,
        binding=decision.binding,
        route=decision.route,
        goal_reached=decision.goal_reached,
        change_percent=_text(decision.change_percent),
        margin_before_percent=_text(margin_of(decision.current, facts.cost)),
        margin_after_percent=_text(margin_of(decision.price, facts.cost)),
        against_price=None if other is None else _text(other.price),
        against_reason=None if other is None else other.reason.value,
        steps=tuple(TriedStep(step.name, step.before, step.after) for step in decision.steps),
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
