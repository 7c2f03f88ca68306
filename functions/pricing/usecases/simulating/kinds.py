"""What computes each kind of simulation, over pricing's stores."""

from pricing.domain.loops.convergence import Watch
from pricing.usecases.deciding import DecideProducts
from pricing.usecases.house import Stores
from pricing.usecases.moves import OwnMoves
from pricing.usecases.simulate import Simulates
from pricing.usecases.simulating.backtest import SimulateBacktest
from pricing.usecases.simulating.convergence import SimulateConvergence
from pricing.usecases.simulating.difference import SimulateDifference
from pricing.usecases.simulating.past import Past
from pricing.usecases.simulating.policies import ReadPair
from pricing.usecases.simulating.replay import SimulateReplay
from pricing.usecases.simulating.rivals import SimulateRivals
from shared.kernel.clock import Clock


def kinds(*, kept: Stores, decide: DecideProducts, moves: OwnMoves, past: Past, clock: Clock) -> dict[str, Simulates]:
    """Every kind by its name."""
    pair = ReadPair(policies=kept.policies, competitors=kept.competitors, clock=clock)
    return {
        "backtest": SimulateBacktest(
            facts=kept.facts,
            subjects=decide.subjects,
            policies=kept.policies,
            runs=kept.runs,
            past=past,
            pair=pair,
            clock=clock,
        ),
        "convergence": SimulateConvergence(facts=kept.facts, moves=moves, past=past, clock=clock, watch=Watch()),
        "difference": SimulateDifference(facts=kept.facts, pair=pair, decide=decide, clock=clock),
        "replay": SimulateReplay(policies=kept.policies, runs=kept.runs, past=past),
        "rivals": SimulateRivals(policies=kept.policies, clock=clock),
    }
