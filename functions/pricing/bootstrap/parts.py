"""What several doors are made of."""

from pricing.domain.promotions.law import the_law
from pricing.usecases.house import Past, Stores
from pricing.usecases.market_days import MakeDays
from pricing.usecases.promotions.assess import AssessPromotion
from pricing.usecases.promotions.ports import DecidesAgain
from pricing.usecases.promotions.run import RunPromotions
from pricing.usecases.publication_gate import Gate
from pricing.usecases.publish import StartBatch
from shared.kernel.clock import Clock, system_clock


def days_of(kept: Stores, past: Past) -> MakeDays:
    """The maker of days of the market."""
    return MakeDays(
        days=kept.market_days,
        history=past.history,
        moves=past.moves,
        offers=kept.offers,
        competitors=kept.competitors,
    )


def gate_of(kept: Stores) -> Gate:
    """What stands between approved prices and a shop."""
    return Gate(settings=kept.publication, emergency_stops=kept.emergency_stops)


def starts_batch(kept: Stores, clock: Clock = system_clock) -> StartBatch:
    """The starter of publications."""
    return StartBatch(changes=kept.changes, batches=kept.batches, gate=gate_of(kept), clock=clock)


def assesses(kept: Stores) -> AssessPromotion:
    """What checks promotions."""
    return AssessPromotion(
        facts=kept.facts,
        own_prices=kept.own_prices,
        holds=kept.holds,
        promotions=kept.promotions,
        law=the_law(),
    )


def runs_promotions(kept: Stores, decides: DecidesAgain, clock: Clock = system_clock) -> RunPromotions:
    """What begins and ends promotions."""
    return RunPromotions(
        promotions=kept.promotions,
        assess=assesses(kept),
        facts=kept.facts,
        holds=kept.holds,
        changes=kept.changes,
        start=starts_batch(kept, clock),
        gate=gate_of(kept),
        decides=decides,
        clock=clock,
    )
