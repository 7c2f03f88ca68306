"""Decide prices: one path for one product, for a run of a million, and for every replay of it.

Products are first brought to their inputs, which know nothing of a policy; whatever is decided is decided from those.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pricing.domain.decision import Decision
from pricing.domain.decisions.columns import built
from pricing.domain.decisions.inputs import Inputs, inputs_of
from pricing.domain.decisions.recording import recorded
from pricing.domain.decisions.rows import rows
from pricing.domain.decisions.subjects import Rules, Subject
from pricing.domain.kernel.decide import decide as kernel
from pricing.domain.market import Competitor


def decide(
    rules: Rules,
    subjects: Sequence[Subject],
    competitors: Mapping[str, Competitor],
    at: datetime,
    *,
    policy_version: int = 0,
) -> list[Decision]:
    """The decision of each product at a moment, in their order, each with its steps and the hash of its inputs.

    The products of a family must come together where a rule gives them one price.
    """
    return decided(rules, inputs_of(subjects, competitors, at), policy_version=policy_version)


def decided(rules: Rules, inputs: Sequence[Inputs], *, policy_version: int = 0, told: bool = True) -> list[Decision]:
    """The decision of each of the inputs, each at its own moment. Untold ones have neither steps nor hash."""
    by_moment: dict[datetime, list[int]] = {}
    for place, one in enumerate(inputs):
        by_moment.setdefault(one.at, []).append(place)
    made: dict[int, Decision] = {}
    for places in by_moment.values():
        made |= zip(
            places, _together(rules, [inputs[place] for place in places], policy_version, told=told), strict=True
        )
    return [made[place] for place in range(len(inputs))]


def _together(rules: Rules, inputs: list[Inputs], policy_version: int, *, told: bool) -> list[Decision]:
    columns = built(rules, inputs)
    made = kernel(columns.batch)
    return [recorded(rules, row, policy_version=policy_version, told=told) for row in rows(inputs, columns, made)]
