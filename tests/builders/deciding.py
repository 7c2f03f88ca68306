"""What decides products as they stand, over stores in memory."""

from pricing.usecases.deciding import DecideProducts
from pricing.usecases.loops import HeedLoops
from pricing.usecases.subjects import ReadSubjects
from tests.fakes.holds import FakeHolds
from tests.fakes.own_moves import FakeLooks, FakeOwnMoves
from tests.fakes.pricing import FakeCompetitors, FakeFacts, FakeOffers


def a_decider(
    facts: FakeFacts,
    offers: FakeOffers,
    moves: FakeOwnMoves,
    *,
    competitors: FakeCompetitors | None = None,
    holds: FakeHolds | None = None,
    looks: FakeLooks | None = None,
) -> DecideProducts:
    """The decider over these stores; without the others nobody is watched, nothing held and nothing looked at."""
    subjects = ReadSubjects(
        facts=facts,
        offers=offers,
        competitors=competitors or FakeCompetitors(),
        holds=holds or FakeHolds(),
        moves=moves,
    )
    return DecideProducts(subjects=subjects, loops=HeedLoops(looks=looks or FakeLooks()))
