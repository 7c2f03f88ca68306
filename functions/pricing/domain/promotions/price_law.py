"""Whether a price may be set at all: not below the MAP, and not below cost where the country forbids it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pricing.domain.market import ProductFacts
from pricing.domain.promotions.law import Law, Severity, Source

type About = Literal["price", "claim"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found of a product's price or claim; an `error` forbids it, on the ground of `rule`."""

    code: str
    severity: Severity
    about: About
    sku: str
    message: str
    rule: str
    source: str
    mend: str

    @property
    def said(self) -> str:
        """The message, with the rule and its source where there is one."""
        named = ", ".join(one for one in (self.rule, self.source) if one)
        return f"{self.message} ({named})" if named else self.message


def found(code: str, severity: Severity, sku: str, message: str, mend: str, source: Source | None = None) -> Finding:
    """A finding about a price."""
    return Finding(
        code=code,
        severity=severity,
        about="price",
        sku=sku,
        message=message,
        rule="" if source is None else source.named,
        source="" if source is None else source.url,
        mend=mend,
    )


def price_findings(price: Decimal, facts: ProductFacts, country: str | None, law: Law) -> list[Finding]:
    """What stands against a price of a product in a country; cost and price are on the catalogue's own tax basis."""
    findings = []
    if facts.map_price is not None and price < facts.map_price:
        message = f"{price} is below the MAP of {facts.map_price}"
        mend = f"ask at least {facts.map_price}, or take map_price out of the catalogue if it does not bind you"
        findings.append(found("BELOW_MAP", "error", facts.sku, message, mend, law.map))
    if facts.cost is not None and price < facts.cost:
        rule = law.below_cost_in(country)
        message = f"{price} is below the cost of {facts.cost}"
        mend = f"ask at least {facts.cost}, or see whether an exception holds: {rule.source.note}"
        findings.append(found("BELOW_COST", rule.severity, facts.sku, message, mend, rule.source))
    return findings


def forbidden(price: Decimal, facts: ProductFacts, law: Law) -> str | None:
    """Why a price must not be written in the shop of a product, with rule and source; None when it may be."""
    errors = [one for one in price_findings(price, facts, facts.country, law) if one.severity == "error"]
    if not errors:
        return None
    return "; ".join(one.said for one in errors)
