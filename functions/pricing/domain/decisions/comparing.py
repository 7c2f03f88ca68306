"""Two policies over the same market: product by product where they differ, and each in figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from pricing.domain.decision import Decision
from pricing.domain.decisions.deciding import decided
from pricing.domain.decisions.inputs import Inputs
from pricing.domain.decisions.statistics import Branch, Figures, branches_of, figures_of
from pricing.domain.decisions.subjects import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A product that two policies decide differently."""

    product_id: str
    sku: str
    live: Decision
    candidate: Decision

    @property
    def price_differs(self) -> bool:
        """Whether customers would see it."""
        return self.live.price != self.candidate.price


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The products that differ in price or in reason, in the order they came in, and the figures of both policies."""

    products: int
    changed: tuple[Changed, ...]
    live: Figures
    candidate: Figures
    live_branches: tuple[Branch, ...]
    candidate_branches: tuple[Branch, ...]


def compared(inputs: Sequence[Inputs], live: Rules, candidate: Rules) -> Comparison:
    """What a candidate would decide otherwise than the live policy, from the same inputs."""
    now, then = decided(live, inputs), decided(candidate, inputs)
    changed = [
        Changed(product_id=before.product_id, sku=before.sku, live=before, candidate=after)
        for before, after in zip(now, then, strict=True)
        if (before.price, before.reason, before.binding) != (after.price, after.reason, after.binding)
    ]
    return Comparison(
        products=len(inputs),
        changed=tuple(changed),
        live=figures_of(zip(inputs, now, strict=True)),
        candidate=figures_of(zip(inputs, then, strict=True)),
        live_branches=branches_of(zip(inputs, now, strict=True)),
        candidate_branches=branches_of(zip(inputs, then, strict=True)),
    )
