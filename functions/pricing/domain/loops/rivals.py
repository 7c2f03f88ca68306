"""With whom a product may be in a loop: the offers that its rule follows, each with what it asked and when."""

from collections.abc import Mapping, Sequence

from pricing.domain.decision import Decision
from pricing.domain.decisions.amounts import TICK
from pricing.domain.decisions.inputs import Seen, look_back
from pricing.domain.decisions.subjects import Subject
from pricing.domain.kernel.codes import OfferFlag
from pricing.domain.loops.recognition import Charged
from pricing.domain.market import Competitor, Observation, Offer
from pricing.domain.plan import Line, Reference, RulePlan
from pricing.domain.policies.compiled import lines_of

_ANY_FLAG = sum(flag.value for flag in OfferFlag)


def market_line(rule: RulePlan, decision: Decision) -> Line | None:
    """The line by which a product follows the market; None where it follows its own amounts alone.

    One without a target would follow the first line that asks for offers.
    """
    used = None if decision.line is None else [*rule.lines, *rule.fallbacks][decision.line]
    asked = lines_of(rule) if not isinstance(used, Line) else [used]
    return next((line for line in asked if line.reference.needs_market), None)


def rivals(
    subject: Subject,
    decision: Decision,
    rule: RulePlan,
    looks: Sequence[Observation],
    competitors: Mapping[str, Competitor],
) -> dict[str, list[Charged]]:
    """What each rival asked in the rule's price mode, in minor units, by offer: a competitor may have several.

    A rival is an offer that counts in the decision. Of its past looks those are left out that would not have counted.
    """
    asked = [line.reference for line in lines_of(rule) if line.reference.needs_market]
    counting = {offer.offer_id: offer for offer in subject.offers if _counts(offer, decision)}
    paths: dict[str, list[Charged]] = {}
    for look in looks:
        offer = counting.get(look.offer_id)
        if offer is None:
            continue
        seen = look_back(look, offer, subject.facts, competitors.get(offer.competitor_id))
        price = (seen.landed if rule.price_mode == "landed" else seen.item) // TICK
        if price > 0 and _passes(seen, rule) and any(_follows(one, seen) for one in asked):
            paths.setdefault(offer.offer_id, []).append(Charged(look.captured_at, price))
    return paths


def _counts(offer: Offer, decision: Decision) -> bool:
    stands = offer.quarantined or offer.latest
    return stands is not None and stands.observation_id in decision.observation_ids


def _passes(seen: Seen, rule: RulePlan) -> bool:
    evidence = rule.evidence
    shut = _ANY_FLAG - (OfferFlag.STOCK_UNKNOWN.value if evidence.accept_unknown_stock else 0)
    sure = seen.confidence_ppm >= evidence.min_confidence_ppm and seen.agreement >= evidence.min_agreement
    return sure and not seen.marks & shut


def _follows(asked: Reference, seen: Seen) -> bool:
    named = asked.kind != "named" or seen.competitor_id in asked.competitors
    return named and (not asked.fulfilments or seen.fulfilment in asked.fulfilments)
