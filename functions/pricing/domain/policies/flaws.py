"""What keeps a policy from being compiled, gathered with the place where it stands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from pricing.domain.plan import MOST_MONEY
from pricing.domain.policies import written
from pricing.domain.policies.limits import shortened

MOST_SHOWN = 100
MOST_KEPT = 1_000
"""After so many flaws no further rule is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that cannot be carried out as written: where, in which rule, what, and how to mend it."""

    code: str
    pointer: str
    rule: str | None
    detail: str
    mend: str


@dataclass(slots=True)
class Notes:
    """Gathers flaws while a policy is compiled; a number that is no good becomes None, and compiling goes on."""

    currency: str
    digits: int
    rule: str | None = None
    flaws: list[Flaw] = field(default_factory=list)
    count: int = 0

    def add(self, pointer: str, detail: str, mend: str, code: str = "INVALID") -> None:
        """Note a flaw; beyond `MOST_KEPT` it is counted only."""
        self.count += 1
        if self.count <= MOST_KEPT:
            flaw = Flaw(code=code, pointer=pointer, rule=self.rule, detail=shortened(detail), mend=mend)
            self.flaws.append(flaw)

    @property
    def is_full(self) -> bool:
        """Whether so much was noted that nothing further need be looked at."""
        return self.count >= MOST_KEPT

    def minor(self, pointer: str, value: Decimal | None, *, least: int = 1) -> int | None:
        """An amount in minor units, at least `least` of them."""
        made = self._made(pointer, value, lambda given: written.minor(given, self.digits, self.currency))
        if made is not None and not least <= made <= MOST_MONEY:
            what = "above zero" if least else "zero or more"
            self.add(pointer, f"{value} is no amount that can be asked for", f"write an amount {what}, or leave it out")
            return None
        return made

    def ppm(self, pointer: str, value: Decimal | None, low: int, high: int) -> int | None:
        """A percentage in millionths, between two limits in percent (both allowed)."""
        made = self._made(pointer, value, written.ppm)
        if made is not None and not low * 10_000 <= made <= high * 10_000:
            self.add(pointer, f"{value} % is out of range", f"write a percentage from {low} to {high}")
            return None
        return made

    def minutes(self, pointer: str, value: Decimal | None, most_hours: int) -> int | None:
        """Hours in whole minutes, at most so many hours of them."""
        made = self._made(pointer, value, written.minutes)
        if made is not None and not 0 <= made <= most_hours * 60:
            self.add(pointer, f"{value} hours are out of range", f"write 0 to {most_hours:,} hours")
            return None
        return made

    def _made(self, pointer: str, value: Decimal | None, make: Callable[[Decimal], int]) -> int | None:
        if value is None:
            return None
        try:
            return make(value)
        except written.NotExact as refused:
            self.add(pointer, str(refused), "write it with fewer decimals")
            return None
