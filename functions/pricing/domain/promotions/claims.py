"""What may be claimed of a promotion's price: a reduction is measured from the prior price and from nothing else.

Article 6a of Directive 98/6/EC, and the Court of Justice in C-330/23: a percentage, too, is one of the prior price.
"""

from decimal import Decimal

from pricing.domain.market import ProductFacts
from pricing.domain.promotions.law import PriorPriceRule, Severity
from pricing.domain.promotions.own_price import Prior
from pricing.domain.promotions.price_law import Finding
from pricing.domain.promotions.promotion import Claim
from shared.kernel.money import MINOR_UNITS

ALL = 100


def claim_findings(
    price: Decimal, claim: Claim, prior: Prior, facts: ProductFacts, rule: PriorPriceRule
) -> list[Finding]:
    """What stands against the claim; a price without a claim announces no reduction and is measured by nothing."""
    if claim.kind == "none":
        above = facts.price is not None and price >= facts.price
        message = f"{price} is not below the present price of {facts.price}"
        return [_found("NOT_LOWER", facts, rule, message, "lower it, or leave it out", "warning")] if above else []
    if claim.value is None or not 0 < claim.value < (ALL if claim.kind == "percent" else Decimal("Infinity")):
        return [_found("CLAIM_WITHOUT_VALUE", facts, rule, f"«{claim}» says nothing", "write its value")]
    if prior.amount is None:
        mend = "leave the claim out, or wait until the history is whole"
        return [_found("PRIOR_PRICE_UNKNOWN", facts, rule, f"there is no prior price: {prior.why_none}", mend)]
    findings = []
    if price >= prior.amount:
        message = f"{price} is no reduction: the prior price is {prior.amount}"
        findings.append(_found("NO_REDUCTION", facts, rule, message, f"ask less than {prior.amount}, or claim nothing"))
    if claim.kind == "was" and claim.value > prior.amount:
        message = f"«was {claim.value}» is above the prior price of {prior.amount}"
        findings.append(_found("CLAIM_ABOVE_PRIOR_PRICE", facts, rule, message, f"claim «was {prior.amount}» at most"))
    elif claim.kind == "was" and price >= claim.value and not findings:
        message = f"{price} is not below «was {claim.value}»"
        findings.append(_found("NO_REDUCTION", facts, rule, message, f"ask less than {claim.value}"))
    if claim.kind == "percent" and (prior.amount - price) * ALL < claim.value * prior.amount:
        message = f"{price} is not {claim.value} % below the prior price of {prior.amount}"
        most = _floor(prior.amount * (ALL - claim.value) / ALL, facts.currency)
        findings.append(_found("CLAIM_ABOVE_PRIOR_PRICE", facts, rule, message, f"ask {most} at most, or claim less"))
    return findings


def _floor(amount: Decimal, currency: str) -> Decimal:
    step = Decimal(1).scaleb(-MINOR_UNITS[currency])
    return amount // step * step


def _found(
    code: str, facts: ProductFacts, rule: PriorPriceRule, message: str, mend: str, severity: Severity = "error"
) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        about="claim" if severity == "error" else "price",
        sku=facts.sku,
        message=message,
        rule=rule.source.named,
        source=rule.source.url,
        mend=mend,
    )
