"""What a decision is about: a product with its offers and standing, and what it asks of a compiled policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from pricing.domain.market import Offer, ProductFacts
from pricing.domain.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands about a product beside its facts. Amounts are in its currency.

    `last_changed_at` is when its price was last published. `base_price` is what change limits are measured from: the
    price at the start of a day, where they are by day. `loop_price` is where a price war ends in one move: a product
    that is `in_loop` goes there, and stays without one. `channel_prices` are those of the same article in other shops.
    """

    locked: bool = False
    in_promotion: bool = False
    in_loop: bool = False
    last_changed_at: datetime | None = None
    base_price: Decimal | None = None
    learned_price: Decimal | None = None
    loop_price: Decimal | None = None
    channel_prices: Mapping[str, Decimal] = field(default_factory=dict)


NOTHING_SPECIAL = Standing()


@dataclass(frozen=True, slots=True)
class Subject:
    """A product to be decided, with every offer that is watched for it."""

    facts: ProductFacts
    offers: tuple[Offer, ...]
    standing: Standing = NOTHING_SPECIAL


class Rules(Protocol):
    """A compiled policy, as far as deciding asks it."""

    @property
    def plan(self) -> Plan:
        """What the kernel runs."""

    def rules_of(self, products: Sequence[ProductFacts], at: datetime) -> list[int]:
        """The place of each product's rule in the plan; −1 where none holds."""

    def formulas_of(
        self, products: Sequence[ProductFacts], channel_prices: Mapping[str, Mapping[str, Decimal]]
    ) -> dict[str, list[int]]:
        """Computed references by name, in minor units, rounded down; 0 is none. Prices of channels are by product."""

    def closed(self, rule: int, at: datetime) -> bool:
        """Whether the rule's schedule keeps its prices from being published now."""

    def limits_per_day(self, rule: int) -> bool:
        """Whether the rule's largest moves are measured from the base price instead of the present one."""

    def rule_name(self, rule: int) -> str:
        """The rule's name in the policy."""
