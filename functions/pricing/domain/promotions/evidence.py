"""The evidence for a product in a promotion: what was shown when, the rule, the prior price, the claim, the verdict."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pricing.domain.market import ProductFacts
from pricing.domain.promotions.law import PriorPriceRule
from pricing.domain.promotions.own_price import OwnPrice, Prior, Window, last_before, lowest_in, window_before
from pricing.domain.promotions.price_law import Finding
from pricing.domain.promotions.promotion import Claim

PERISHABLE = "perishable"

type Verdict = Literal["allowed", "blocked", "no claim"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A product's prior price for a reduction that begins at the end of `window`, and the prices that it rests on.

    `method` says in words how it was found. `first_promotion` is the one that a chain of reductions began with.
    """

    window: Window
    prior: Prior
    method: str
    prices: tuple[OwnPrice, ...]
    first_promotion: str | None = None


def measured(
    history: Sequence[OwnPrice],
    facts: ProductFacts,
    begins: datetime,
    zone: ZoneInfo,
    rule: PriorPriceRule,
    on_market_since: datetime | None = None,
    first_promotion: str | None = None,
) -> Measured:
    """The prior price of a product by the rule of a country."""
    window = window_before(begins, rule.days, zone)
    if on_market_since is not None:
        # Whoever says that it is new says nothing of a price that was shown before.
        on_market_since = min([on_market_since, *(one.valid_from for one in history if one.amount is not None)])
    if PERISHABLE in facts.tags and rule.perishable != "same":
        prior, method = last_before(history, begins, facts.currency), "perishable: the last price before"
    elif on_market_since is not None and on_market_since > window.start and rule.new == "none":
        prior = Prior(None, f"it is on the market since {on_market_since.isoformat()} only, and the rule has no other")
        method = "new on the market"
    elif on_market_since is not None and on_market_since > window.start:
        window = Window(on_market_since, begins)
        prior, method = lowest_in(history, window, facts.currency), "new on the market: the lowest since then"
    else:
        prior, method = lowest_in(history, window, facts.currency), f"the lowest of the {rule.days} days before"
    standing = [one for one in history if one.valid_from <= window.start][-1:]
    later = [one for one in history if window.start < one.valid_from < window.end]
    return Measured(
        window=window, prior=prior, method=method, prices=(*standing, *later), first_promotion=first_promotion
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that the verdict on a product's price and claim was made from. It is `final` once the promotion began.

    `table` is the version of the law's table.
    """

    organisation_id: str
    promotion_id: str
    product_id: str
    sku: str
    currency: str
    country: str
    time_zone: str
    price: Decimal
    claim: Claim
    measured: Measured
    rule: PriorPriceRule
    table: str
    findings: tuple[Finding, ...]
    final: bool
    made_at: datetime

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What forbids the price or the claim."""
        return tuple(one for one in self.findings if one.severity == "error")

    @property
    def verdict(self) -> Verdict:
        """What becomes of the claim."""
        if self.claim.kind == "none":
            return "no claim"
        return "blocked" if any(one.about == "claim" for one in self.errors) else "allowed"

    @property
    def price_allowed(self) -> bool:
        """Whether the price may be set, whatever is claimed of it."""
        return not any(one.about == "price" for one in self.errors)

    def data(self) -> dict[str, Any]:
        """It as plain data with its hash, which names every word of it."""
        source = asdict(self.rule.source)
        told = {
            "promotion_id": self.promotion_id,
            "product_id": self.product_id,
            "sku": self.sku,
            "currency": self.currency,
            "country": self.country,
            "time_zone": self.time_zone,
            "price": f"{self.price:f}",
            "claim": {"kind": self.claim.kind, "value": _text(self.claim.value)},
            "window": {"start": _moment(self.measured.window.start), "end": _moment(self.measured.window.end)},
            "method": self.measured.method,
            "first_promotion": self.measured.first_promotion,
            "prices": [
                {
                    "amount": _text(one.amount),
                    "currency": one.currency,
                    "valid_from": _moment(one.valid_from),
                    "source": one.source,
                    "number": one.number,
                    "revision": one.revision,
                }
                for one in self.measured.prices
            ],
            "prior_price": _text(self.measured.prior.amount),
            "why_none": self.measured.prior.why_none,
            "rule": source | {"country": self.rule.country, "table": self.table},
            "verdict": self.verdict,
            "price_allowed": self.price_allowed,
            "findings": [asdict(one) for one in self.findings],
            "final": self.final,
            "made_at": _moment(self.made_at),
        }
        return told | {"hash": hash_of(told)}


def hash_of(told: dict[str, Any]) -> str:
    """What evidence is known by: of the same words always the same."""
    plain = {name: value for name, value in told.items() if name != "hash"}
    written = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
