"""Make stored decisions again, and say where what is stored and what is made differ."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields

from pricing.domain.decision import Decision
from pricing.domain.decisions.deciding import decided
from pricing.domain.decisions.inputs import Inputs, Seen, look_at
from pricing.domain.decisions.subjects import Rules
from pricing.domain.kernel.codes import OfferFlag
from pricing.domain.market import Observation

_FIELDS = tuple(one.name for one in fields(Decision))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field of a decision, or of an observation, that is not what it was: what is stored, and what is made."""

    product_id: str
    field: str
    stored: str
    again: str


def replayed(rules: Rules, inputs: Sequence[Inputs], *, policy_version: int = 0) -> list[Decision]:
    """The decisions that stored inputs lead to, under the policy that they were made by."""
    return decided(rules, inputs, policy_version=policy_version)


def differences(stored: Decision, again: Decision, besides: Collection[str] = ()) -> tuple[Difference, ...]:
    """Every field in which two decisions differ, `besides` those; amounts are the same with more zeros behind them."""
    return tuple(
        Difference(product_id=stored.product_id, field=name, stored=str(before), again=str(after))
        for name in _FIELDS
        if name not in besides
        # What is no number differs from itself, though not in its text.
        if (before := getattr(stored, name)) != (after := getattr(again, name)) and str(before) != str(after)
    )


def untrue(inputs: Inputs, observations: Mapping[str, Observation]) -> tuple[Difference, ...]:
    """Where stored inputs differ from the observations that they name, which are given by id.

    Whether a seller counts, and whether a price had expired, is what an organisation said then: it is not compared.
    """
    return tuple(found for seen in inputs.offers for found in _untrue(seen, inputs, observations))


def _untrue(seen: Seen, inputs: Inputs, observations: Mapping[str, Observation]) -> list[Difference]:
    if not seen.observation_id:
        return []
    product_id, named = inputs.facts.product_id, f"observation {seen.observation_id}"
    look = observations.get(seen.observation_id)
    if look is None:
        return [Difference(product_id=product_id, field=named, stored="named", again="not there")]
    again = look_at(look, inputs.facts)
    said = OfferFlag.OWN | OfferFlag.SELLER | OfferFlag.EXPIRED | OfferFlag.QUARANTINED
    pairs: dict[str, tuple[object, object]] = {
        "competitor_id": (seen.competitor_id, look.competitor_id),
        "product_id": (product_id, look.product_id),
        "organisation_id": (inputs.facts.organisation_id, look.organisation_id),
        "captured_at": (seen.captured_at, look.captured_at),
        "item": (seen.item, again.item),
        "landed": (seen.landed, again.landed),
        "marks": (seen.marks & ~said, again.marks & ~said),
        "confidence": (seen.confidence_ppm, again.confidence_ppm),
        "agreement": (seen.agreement, again.agreement),
        "fulfilment": (seen.fulfilment, again.fulfilment),
    }
    return [
        Difference(product_id=product_id, field=f"{named}: {name}", stored=str(before), again=str(after))
        for name, (before, after) in pairs.items()
        if before != after
    ]
