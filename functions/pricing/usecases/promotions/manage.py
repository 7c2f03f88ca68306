"""What people do with promotions: check, propose, change, approve and end them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from pricing.domain.errors import (
    InvalidPromotion,
    OwnPromotion,
    PromotionBegun,
    PromotionChanged,
    PromotionFaults,
    TooMuchMarket,
)
from pricing.domain.market import ProductFacts
from pricing.domain.product_filter import Criteria
from pricing.domain.promotions.evidence import Evidence
from pricing.domain.promotions.price_law import Finding, found
from pricing.domain.promotions.promotion import (
    BEGUN,
    MOST_ITEMS,
    NO_CLAIM,
    PROMOTION_PREFIX,
    UNBEGUN,
    Claim,
    ClaimKind,
    Item,
    Promotion,
    PromotionState,
    checked,
)
from pricing.usecases.ports import Facts
from pricing.usecases.promotions.assess import AssessPromotion
from pricing.usecases.promotions.ports import Promotions
from shared.kernel.clock import Clock, is_zone
from shared.kernel.errors import Fault, Forbidden
from shared.kernel.identifiers import fresh_id
from shared.kernel.money import MINOR_UNITS

ALL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAsked:
    """A product as a person names it, with the price and the claim that they want."""

    sku: str
    price: Decimal
    claim: Claim = NO_CLAIM
    on_market_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentAsked:
    """So many percent off the present price of all products that are meant, and what is claimed of it."""

    criteria: Criteria
    percent_off: Decimal
    claim: ClaimKind = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionAsked:
    """A promotion as a person writes it; country and time zone are the shop's where they are left out."""

    shop_id: str
    name: str
    ends_at: datetime
    starts_at: datetime | None = None
    country: str | None = None
    time_zone: str | None = None
    items: Sequence[ItemAsked] = ()
    percent: PercentAsked | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A promotion, the evidence for its products, and every finding: those about SKUs that nobody knows, too."""

    promotion: Promotion
    evidence: Sequence[Evidence]
    findings: Sequence[Finding]

    @property
    def errors(self) -> list[Finding]:
        """What forbids it."""
        return [one for one in self.findings if one.severity == "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePromotion:
    """Find the products that a promotion asks for, and check it."""

    facts: Facts
    assess: AssessPromotion
    clock: Clock

    async def __call__(
        self, organisation_id: str, asked: PromotionAsked, user_id: str, known: Promotion | None = None
    ) -> Judged:
        """Return what was asked as a promotion, new or in place of a known one, with its findings; nothing is kept."""
        at = self.clock()
        wanted, products = await self._wanted(organisation_id, asked)
        twice = [sku for sku, count in Counter(one.sku for one in wanted).items() if count > 1]
        strange = [
            found("PRODUCT_UNKNOWN", "error", one.sku, f"no active product in «{asked.shop_id}»", "import it first")
            for one in wanted
            if one.sku not in products
        ] + [found("SKU_TWICE", "error", sku, "the SKU is named twice", "name it once") for sku in sorted(twice)]
        items = {one.sku: _item(one, products[one.sku]) for one in wanted if one.sku in products}
        made = _promotion(organisation_id, asked, user_id, at, next(iter(products.values()), None), known)
        made = replace(made, items=tuple(items.values()))
        if not strange or items:
            made = checked(made, at)
        evidence = await self.assess(made, at) if items else ()
        return Judged(made, evidence, [*strange, *(finding for one in evidence for finding in one.findings)])

    async def _wanted(
        self, organisation_id: str, asked: PromotionAsked
    ) -> tuple[Sequence[ItemAsked], dict[str, ProductFacts]]:
        if (asked.percent is None) == (not asked.items):
            raise InvalidPromotion(
                "name products and prices in items, or percent_off for skus or a filter: one of them"
            )
        if asked.percent is None:
            skus = [one.sku for one in asked.items]
            products = await self.facts.by_sku(organisation_id, asked.shop_id, skus)
            return asked.items, {sku: one for sku, one in products.items() if one.active}
        criteria = replace(asked.percent.criteria, shop_id=asked.shop_id)
        meant = await self.facts.some_meant(organisation_id, criteria, MOST_ITEMS + 1)
        if len(meant) > MOST_ITEMS:
            raise TooMuchMarket(f"more than {MOST_ITEMS} products are meant; divide the promotion")
        priced = {one.sku: one for one in meant if one.price is not None}
        named = [one for one in criteria.skus if one not in priced]
        unknown = [ItemAsked(sku=sku, price=Decimal(0)) for sku in named]
        return [*unknown, *(_reduced(one, asked.percent) for one in priced.values())], priced


def _reduced(facts: ProductFacts, asked: PercentAsked) -> ItemAsked:
    present = facts.price or Decimal(0)
    step = Decimal(1).scaleb(-MINOR_UNITS[facts.currency])
    price = (present * (ALL - asked.percent_off) / ALL).quantize(step, ROUND_FLOOR)
    value = {"none": None, "was": present, "percent": asked.percent_off}[asked.claim]
    return ItemAsked(sku=facts.sku, price=price, claim=Claim(asked.claim, value))


def _item(asked: ItemAsked, facts: ProductFacts) -> Item:
    return Item(
        product_id=facts.product_id,
        sku=asked.sku,
        price=asked.price,
        claim=asked.claim,
        on_market_since=asked.on_market_since,
    )


def _promotion(
    organisation_id: str,
    asked: PromotionAsked,
    user_id: str,
    at: datetime,
    one: ProductFacts | None,
    known: Promotion | None,
) -> Promotion:
    country = asked.country or (one.country if one else None)
    zone = asked.time_zone or (one.time_zone if one else None)
    if one is not None and (country is None or zone is None):
        raise InvalidPromotion("the catalogue does not say the shop's country and time zone; name them both")
    if zone is not None and not is_zone(zone):
        raise InvalidPromotion(f"«{zone}» is not a time zone of the IANA list; write it like Europe/Riga")
    made = Promotion(
        promotion_id=known.promotion_id if known else fresh_id(PROMOTION_PREFIX, at),
        organisation_id=organisation_id,
        shop_id=asked.shop_id,
        name=asked.name,
        country=country or "EU",
        time_zone=zone or "UTC",
        starts_at=asked.starts_at or at,
        ends_at=asked.ends_at,
        items=(),
        authors=(user_id,),
        created_at=at,
        changed_at=at,
    )
    if known is None:
        return made
    authors = known.authors if user_id in known.authors else (*known.authors, user_id)
    return replace(made, authors=authors, created_at=known.created_at, revision=known.revision + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposePromotion:
    """Keep a promotion that nothing forbids; a colleague approves it."""

    judge: JudgePromotion
    promotions: Promotions

    async def __call__(self, organisation_id: str, asked: PromotionAsked, user_id: str) -> Judged:
        """Return the promotion with what is worth knowing of it; `PromotionFaults` when something forbids it."""
        judged = _sound(await self.judge(organisation_id, asked, user_id))
        return replace(judged, promotion=await self.promotions.add(judged.promotion))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePromotion:
    """Write a promotion anew before it begins; whoever approved it approved something else."""

    judge: JudgePromotion
    promotions: Promotions

    async def __call__(
        self, organisation_id: str, promotion_id: str, asked: PromotionAsked, user_id: str, revision: int
    ) -> Judged:
        """Return the changed promotion, PROPOSED again."""
        known = await self.promotions.get(organisation_id, promotion_id)
        if known.revision != revision:
            raise PromotionChanged(f"its revision is {known.revision}, you changed {revision}; read it again")
        if known.state not in UNBEGUN:
            raise PromotionBegun(f"«{promotion_id}» is {known.state}; end it, and propose another")
        judged = _sound(await self.judge(organisation_id, asked, user_id, known))
        await self.promotions.save(judged.promotion)
        return judged


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovePromotion:
    """Let a manager who did not write it vouch for a promotion."""

    assess: AssessPromotion
    promotions: Promotions
    clock: Clock

    async def __call__(self, organisation_id: str, promotion_id: str, user_id: str, revision: int) -> Judged:
        """Return the approved promotion; it is checked once more, with what is known now."""
        known = await self.promotions.get(organisation_id, promotion_id)
        at = self.clock()
        if user_id in known.authors:
            raise OwnPromotion("you wrote this promotion, or a part of it; a colleague must approve it")
        if known.revision != revision:
            raise PromotionChanged(f"its revision is {known.revision}, you approved {revision}; read it again")
        if known.state is not PromotionState.PROPOSED:
            raise PromotionBegun(f"«{promotion_id}» is {known.state}, not PROPOSED")
        if known.ends_at <= at:
            raise PromotionBegun(f"«{promotion_id}» was to end at {known.ends_at.isoformat()}; propose another")
        evidence = await self.assess(known, at)
        judged = _sound(Judged(known, evidence, [finding for one in evidence for finding in one.findings]))
        approved = known.approved(user_id, at)
        overlapping = await self.promotions.approve(approved)
        if overlapping:
            raise PromotionFaults(f"it overlaps {', '.join(overlapping)}; choose another time, or end that one")
        return replace(judged, promotion=approved)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPromotion:
    """Call a promotion off before it begins, or end it now: then its prices go back as at its end."""

    promotions: Promotions
    clock: Clock

    async def __call__(
        self, organisation_id: str, promotion_id: str, user_id: str, reason: str, *, manages: bool
    ) -> Promotion:
        """Return the promotion, CANCELLED or ENDING; one that is over stays as it is."""
        known = await self.promotions.get(organisation_id, promotion_id)
        at = self.clock()
        if known.state is PromotionState.HELD or known.state in BEGUN:
            if not manages:
                raise Forbidden("a promotion that runs is ended by a pricing manager")
            if known.ended_at is not None:
                return known
            state, due = PromotionState.ENDING, at
        elif known.state in UNBEGUN:
            state, due = PromotionState.CANCELLED, None
        else:
            return known
        ended = known.changed(at, state=state, ended_at=at, ended_by=user_id, end_reason=reason, due_at=due)
        await self.promotions.save(ended)
        return ended


def _sound(judged: Judged) -> Judged:
    if judged.errors:
        told = [f"{one.sku}: {one.message}" for one in judged.errors[:3]]
        raise PromotionFaults(
            f"{len(judged.errors)} findings forbid it: {'; '.join(told)}",
            faults=tuple(
                Fault(f"{one.about}/{one.sku}/{one.code}", f"{one.said}; {one.mend}") for one in judged.errors
            ),
        )
    return judged
