"""Run the tests that a policy carries, with whatever decides prices."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pricing.domain.decision import Decision, Step
from pricing.domain.decisions.subjects import Standing, Subject
from pricing.domain.market import Competitor, Observation, Offer, ProductFacts
from pricing.domain.policies.cases import Case, Expected, GivenOffer, GivenProduct
from pricing.domain.policies.compiled import Compiled
from pricing.domain.reading import Availability

type Decide = Callable[[Compiled, Sequence[Subject], Mapping[str, Competitor], datetime], Sequence[Decision]]

USUAL_TIME = datetime(2026, 11, 23, 6, tzinfo=UTC)
_LONGEST = Decimal(100_000)
_OURS = "ours"
_NOBODY = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of one test: what was expected and what came out, field by field, and the steps of the decision."""

    name: str
    passed: bool
    expected: Mapping[str, str]
    got: Mapping[str, str]
    steps: tuple[Step, ...]


def tried(compiled: Compiled, decide: Decide) -> tuple[Tried, ...]:
    """Every test of the policy, in its order."""
    return tuple(_tried(compiled, case, decide) for case in compiled.document.tests)


def _tried(compiled: Compiled, case: Case, decide: Decide) -> Tried:
    at = USUAL_TIME if case.at is None else case.at if case.at.tzinfo is not None else case.at.replace(tzinfo=UTC)
    subjects = [_subject(compiled, case.product, case.offers, at, 0)]
    subjects += [_subject(compiled, given, (), at, place) for place, given in enumerate(case.beside, start=1)]
    watched = {offer.competitor: _competitor(offer.competitor, at) for offer in case.offers}
    decision = decide(compiled, subjects, watched, at)[0]
    expected, got = _asked(case.expect), _given(compiled, subjects[0], decision, at)
    wrong = [name for name, value in expected.items() if not _same(value, got[name])]
    return Tried(
        name=case.name,
        passed=not wrong,
        expected=expected,
        got={name: got[name] for name in expected},
        steps=decision.steps,
    )


def _asked(expect: Expected) -> dict[str, str]:
    names = ("price", "reason", "rule", "binding", "route")
    given = {name: value for name in names if (value := getattr(expect, name)) is not None}
    return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in given.items()}


def _given(compiled: Compiled, subject: Subject, decision: Decision, at: datetime) -> dict[str, str]:
    place = compiled.rules_of([subject.facts], at)[0]
    return {
        "price": str(decision.price),
        "reason": decision.reason.value,
        "rule": "" if place < 0 else compiled.document.rules[compiled.place_in_document(place)].name,
        "binding": decision.binding or "",
        "route": decision.route,
    }


def _same(expected: str, got: str) -> bool:
    return expected == got or (_number(expected) is not None and _number(expected) == _number(got))


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text[:1].isdigit() and text.replace(".", "", 1).isdigit() else None


def _subject(
    compiled: Compiled, given: GivenProduct, offers: tuple[GivenOffer, ...], at: datetime, place: int
) -> Subject:
    document = compiled.document
    facts = ProductFacts(
        organisation_id=_NOBODY,
        product_id=f"{_NOBODY}-{place}",
        shop_id=document.shop,
        sku=given.sku,
        name=given.name,
        currency=document.currency,
        revision=1,
        active=True,
        brand=given.brand,
        gtin=given.gtin,
        mpn=given.mpn,
        category=given.category,
        tags=given.tags,
        price=given.price,
        cost=given.cost,
        min_price=given.min_price,
        max_price=given.max_price,
        map_price=given.map_price,
        msrp=given.msrp,
        own_seller_ids=(_OURS,),
        pack_quantity=given.pack_quantity,
        family=given.family,
        stock=given.stock,
        sold_28d=given.sold_28d,
    )
    changed = given.changed_hours_ago
    standing = Standing(
        locked=given.locked,
        in_promotion=given.in_promotion,
        in_loop=given.in_loop,
        last_changed_at=None if changed is None else at - _hours(changed),
        base_price=given.start_of_day,
        learned_price=given.learned_price,
        loop_price=given.loop_ends_at,
        channel_prices=given.channels or {},
    )
    made = tuple(_offer(facts, offer, at, number) for number, offer in enumerate(offers))
    return Subject(facts, made, standing)


def _offer(facts: ProductFacts, given: GivenOffer, at: datetime, number: int) -> Offer:
    name = f"offer-{number}"
    look = Observation(
        observation_id=f"look-{number}",
        organisation_id=facts.organisation_id,
        offer_id=name,
        product_id=facts.product_id,
        competitor_id=given.competitor,
        job_id=_NOBODY,
        url=f"https://{given.competitor}.test/{number}",
        outcome="read",
        captured_at=at - _hours(given.age_hours),
        item_price=given.price,
        shipping=given.shipping,
        currency=given.currency or facts.currency,
        availability=Availability(given.availability),
        seller=_OURS if given.ours else None,
        agreement=given.agreement,
        confidence=given.confidence,
        fulfilment=given.fulfilment,
    )
    return Offer(
        offer_id=name,
        organisation_id=facts.organisation_id,
        product_id=facts.product_id,
        shop_id=facts.shop_id,
        competitor_id=given.competitor,
        url=look.url,
        host=f"{given.competitor}.test",
        match_type=given.match_type,
        created_at=look.captured_at,
        latest=None if given.price is None else look,
        quarantined=look if given.quarantined else None,
    )


def _competitor(name: str, at: datetime) -> Competitor:
    return Competitor(
        organisation_id=_NOBODY, competitor_id=name, name=name, domain=f"{name}.test", kind="shop", created_at=at
    )


def _hours(hours: Decimal) -> timedelta:
    return timedelta(hours=float(max(-_LONGEST, min(hours, _LONGEST))))
