"""What the checker of policies says: one finding, with its rule, an example product and its mend."""

from dataclasses import dataclass
from typing import Literal

from pricing.domain.policies.limits import shortened

type Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about a policy. An error keeps it from being saved; `sku` is an example where products show it."""

    code: str
    severity: Severity
    message: str
    mend: str
    rule: str | None = None
    sku: str | None = None
    pointer: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", shortened(self.message))
