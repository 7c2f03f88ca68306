"""Check the prices and claims of a promotion, each apart, and bring together what the verdict rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pricing.domain.hold import Hold
from pricing.domain.market import ProductFacts
from pricing.domain.promotions.claims import claim_findings
from pricing.domain.promotions.evidence import Evidence, Measured, measured
from pricing.domain.promotions.law import Law, PriorPriceRule
from pricing.domain.promotions.own_price import rose_between, window_before
from pricing.domain.promotions.price_law import Finding, found, price_findings
from pricing.domain.promotions.promotion import LIVE, Item, ItemState, Promotion
from pricing.usecases.holds import LARGEST, Holds, holds_of
from pricing.usecases.own_prices import OwnPrices
from pricing.usecases.ports import Facts
from pricing.usecases.promotions.ports import Promotions
from shared.kernel.money import MINOR_UNITS

LONGEST_CHAIN = 12
NOTHING = frozenset({ItemState.BLOCKED, ItemState.FAILED, ItemState.UNTOUCHED})


@dataclass(frozen=True, slots=True)
class Begin:
    """When the reduction of a product began: with its promotion, or with the first of those that follow each other."""

    at: datetime
    promotion_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessPromotion:
    """Check a promotion by what is known now; a beginning ahead is measured as if no price changed until then."""

    facts: Facts
    own_prices: OwnPrices
    holds: Holds
    promotions: Promotions
    law: Law

    async def __call__(self, promotion: Promotion, at: datetime, *, final: bool = False) -> Sequence[Evidence]:
        """Return the evidence for each product, in the order of the items; unknown products have none."""
        organisation_id, ids = promotion.organisation_id, list(promotion.product_ids)
        products = await self.facts.by_id(organisation_id, ids)
        known = [item for item in promotion.items if item.product_id in products]
        prior = await self.prior_prices(promotion, known, products)
        held = await holds_of(self.holds, organisation_id, ids, promotion.begins)
        others = () if final else await self.promotions.overlapping(promotion, LIVE)
        rule = self.law.prior_price_in(promotion.country)
        evidence = []
        for item in known:
            facts = products[item.product_id]
            one = prior[item.product_id]
            findings = (
                *_digits(item, facts),
                *price_findings(item.price, facts, promotion.country, self.law),
                *_in_the_way(item, held.get(item.product_id, ()), others),
                *claim_findings(item.price, item.claim, one.prior, facts, rule),
            )
            evidence.append(
                Evidence(
                    organisation_id=organisation_id,
                    promotion_id=promotion.promotion_id,
                    product_id=item.product_id,
                    sku=item.sku,
                    currency=facts.currency,
                    country=promotion.country,
                    time_zone=promotion.time_zone,
                    price=item.price,
                    claim=item.claim,
                    measured=one,
                    rule=rule,
                    table=self.law.version,
                    findings=findings,
                    final=final,
                    made_at=at,
                )
            )
        return evidence

    async def prior_prices(
        self, promotion: Promotion, items: Sequence[Item], products: Mapping[str, ProductFacts]
    ) -> dict[str, Measured]:
        """The prior price of each product by the rule of the promotion's country."""
        rule, zone = self.law.prior_price_in(promotion.country), ZoneInfo(promotion.time_zone)
        begins = await self._begins(promotion, items, rule)
        moments = [one.at for one in begins.values()] or [promotion.begins]
        since = window_before(min(moments), rule.days, zone).start
        ids = [item.product_id for item in items]
        history = await self.own_prices.between(promotion.organisation_id, ids, since, promotion.begins)
        found = {}
        for item in items:
            shown, begin = history.get(item.product_id, ()), begins[item.product_id]
            if rose_between(shown, begin.at, promotion.begins):
                begin = Begin(promotion.begins)
            facts = products[item.product_id]
            found[item.product_id] = measured(
                shown, facts, begin.at, zone, rule, item.on_market_since, begin.promotion_id
            )
        return found

    async def _begins(self, promotion: Promotion, items: Sequence[Item], rule: PriorPriceRule) -> dict[str, Begin]:
        """When each reduction began. Reductions that grow without a pause are one where the rule says so."""
        begins = {item.product_id: Begin(promotion.begins) for item in items}
        if rule.progressive == "each":
            return begins
        behind: dict[str, tuple[datetime, Decimal]] = {
            item.product_id: (promotion.starts_at, item.price) for item in items
        }
        for _ in range(LONGEST_CHAIN):
            behind = await self._one_earlier(promotion, behind, begins)
            if not behind:
                break
        return begins

    async def _one_earlier(
        self, promotion: Promotion, behind: Mapping[str, tuple[datetime, Decimal]], begins: dict[str, Begin]
    ) -> dict[str, tuple[datetime, Decimal]]:
        """Go from each reduction to the one that it follows; note where that began.

        A price without a claim announced no reduction: what follows it is the first.
        """
        earlier: dict[str, tuple[datetime, Decimal]] = {}
        for moment in sorted({at for at, _ in behind.values()}):
            ids = [name for name, (at, _) in behind.items() if at == moment]
            for other in await self.promotions.touching(promotion.organisation_id, ids, moment):
                is_before = other.ends_at == moment and (other.ended_at is None or other.ended_at >= other.ends_at)
                if other.promotion_id == promotion.promotion_id or not is_before:
                    continue
                for item in other.items:
                    follows = item.product_id in ids and behind[item.product_id][1] < item.price
                    if follows and item.claim.kind != "none" and item.state not in NOTHING:
                        begins[item.product_id] = Begin(other.begins, other.promotion_id)
                        earlier[item.product_id] = (other.starts_at, item.price)
        return earlier


def _digits(item: Item, facts: ProductFacts) -> list[Finding]:
    digits = MINOR_UNITS[facts.currency]
    step = Decimal(1).scaleb(-digits)
    amounts = [item.price, *([item.claim.value] if item.claim.kind == "was" and item.claim.value else [])]
    wrong = [one for one in amounts if not step <= one <= LARGEST or one % step]
    if not wrong:
        return []
    message = f"{wrong[0]:f} is no {facts.currency} price"
    return [found("CURRENCY_DIGITS", "error", item.sku, message, f"write at least {step:f}, with {digits} digits")]


def _in_the_way(item: Item, held: Sequence[Hold], others: Sequence[Promotion]) -> list[Finding]:
    findings = []
    for hold in held:
        if hold.promotion_id is None:
            message = f"{hold.hold_id} holds the product ({hold.kind}: {hold.reason})"
            findings.append(
                found("HOLD_IN_FORCE", "error", item.sku, message, "end the hold, or leave the product out")
            )
    for other in others:
        if other.item_of(item.product_id) is not None:
            span = f"{other.starts_at.isoformat()} to {other.ends_at.isoformat()}"
            message = f"{other.promotion_id} «{other.name}» has the product from {span}"
            findings.append(found("OVERLAP", "error", item.sku, message, "choose another time, or end that one"))
    return findings
