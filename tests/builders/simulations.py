"""A shop with a few products that was repriced for some days, and what computes simulations over it."""

import asyncio
import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pricing.adapters.pictures import SvgPictures
from pricing.adapters.policy_text import policy_from
from pricing.domain.loops.convergence import Watch
from pricing.domain.policies.document import PolicyDocument
from pricing.domain.simulation import Asked, Simulation
from pricing.usecases.decide import DecidePart, PlanRun
from pricing.usecases.deciding import DecideProducts
from pricing.usecases.moves import OwnMove
from pricing.usecases.simulate import Simulate, Simulates
from pricing.usecases.simulating.backtest import SimulateBacktest
from pricing.usecases.simulating.convergence import SimulateConvergence
from pricing.usecases.simulating.difference import SimulateDifference
from pricing.usecases.simulating.policies import ReadPair
from pricing.usecases.simulating.replay import SimulateReplay
from pricing.usecases.simulating.rivals import SimulateRivals
from pricing.usecases.start_runs import StartRun
from tests.builders.deciding import a_decider
from tests.builders.pricing import MATCH, MONDAY, a_policy, an_observation, an_offer, some_facts
from tests.fakes.new_prices import FakeNewPrices
from tests.fakes.own_moves import FakeOwnMoves
from tests.fakes.pricing import FakeCompetitors, FakeFacts, FakeOffers, FakePolicies, FakeRuns, FakeStops
from tests.fakes.publication import publishes_nothing
from tests.fakes.simulations import FakePast, FakeSimulationFiles, FakeSimulations

ONE_DAY = timedelta(days=1)
UNDER: dict[str, Any] = {"reference": "lowest", "relation": "below", "by": {"percent": "1"}}


def a_document(**changes: Any) -> PolicyDocument:
    """The policy that matches the lowest landed price, or this change of its only rule."""
    return policy_from(MATCH | {"rules": [MATCH["rules"][0] | changes]})


@dataclass
class SimulatedShop:
    """Two products of one organisation with a rival each; `now` is where its clock stands."""

    now: datetime = MONDAY
    facts: FakeFacts = field(default_factory=FakeFacts)
    offers: FakeOffers = field(default_factory=FakeOffers)
    policies: FakePolicies = field(default_factory=FakePolicies)
    runs: FakeRuns = field(default_factory=FakeRuns)
    moves: FakeOwnMoves = field(default_factory=FakeOwnMoves)
    stops: FakeStops = field(default_factory=FakeStops)
    simulations: FakeSimulations = field(default_factory=FakeSimulations)
    files: FakeSimulationFiles = field(default_factory=FakeSimulationFiles)
    past: FakePast = field(init=False)

    def __post_init__(self) -> None:
        self.past = FakePast(self.runs)
        for name, price in (("p1", "99.99"), ("p2", "54.99")):
            facts = some_facts(price, product_id=name, sku=f"SKU-{name}", cost=Decimal(30), sold_28d=10)
            self.facts.kept[name] = facts
        asyncio.run(self.policies.add(a_policy()))

    def look(self, product_id: str, price: str, at: datetime, **changes: Any) -> None:
        """A rival's price was seen: it stands in its offer and in the history."""
        offer_id = f"off-{product_id}-{changes.get('competitor_id', 'c1')}"
        seen = an_observation(
            price,
            observation_id=f"obs-{offer_id}-{at:%m%d%H%M}",
            offer_id=offer_id,
            product_id=product_id,
            captured_at=at,
            **changes,
        )
        self.past.looks[seen.observation_id] = seen
        made = an_offer(price, offer_id=offer_id, competitor_id=seen.competitor_id)
        self.offers.kept[offer_id] = replace(made, product_id=product_id, latest=seen)

    @property
    def decide(self) -> DecideProducts:
        """What decides products as they stand."""
        return a_decider(self.facts, self.offers, self.moves)

    def reprice(self, at: datetime) -> str:
        """Run the policy at a moment and publish every price that it proposes; returns the run's id."""
        self.now = at
        starting = StartRun(policies=self.policies, runs=self.runs, clock=lambda: at)
        run = asyncio.run(starting("org", "match", "usr", f"run-{at:%m%d%H%M}"))
        asyncio.run(PlanRun(facts=self.facts, runs=self.runs, clock=lambda: at)("org", run.run_id))
        part = DecidePart(
            facts=self.facts,
            decided=self.decide,
            policies=self.policies,
            runs=self.runs,
            reminders=FakeNewPrices(),
            publish=publishes_nothing(),
            stops=FakeStops(),
            clock=lambda: at,
        )
        for place, some in enumerate(self.runs.asked[run.run_id]):
            asyncio.run(part("org", run.run_id, place, some))
        for stored in [one for one in self.runs.taken.values() if one.run_id == run.run_id]:
            made = stored.decision
            if made.moves and made.price is not None:
                move = OwnMove(made.product_id, at, made.current, made.price, made.reason.value)
                self.moves.kept.setdefault("org", []).append(move)
                known = self.facts.kept[made.product_id]
                self.facts.kept[made.product_id] = replace(known, price=made.price, price_since=at)
        return run.run_id

    def kinds(self) -> Mapping[str, Simulates]:
        """What computes each kind."""
        decide = self.decide
        pair = ReadPair(policies=self.policies, competitors=FakeCompetitors(), clock=lambda: self.now)
        return {
            "difference": SimulateDifference(facts=self.facts, pair=pair, decide=decide, clock=lambda: self.now),
            "backtest": SimulateBacktest(
                facts=self.facts,
                subjects=decide.subjects,
                policies=self.policies,
                runs=self.runs,
                past=self.past,
                pair=pair,
                clock=lambda: self.now,
            ),
            "replay": SimulateReplay(policies=self.policies, runs=self.runs, past=self.past),
            "rivals": SimulateRivals(policies=self.policies, clock=lambda: self.now),
            "convergence": SimulateConvergence(
                facts=self.facts, moves=self.moves, past=self.past, clock=lambda: self.now, watch=Watch()
            ),
        }

    def ask(self, kind: str, organisation_id: str = "org", **asked: Any) -> Simulation:
        """Ask for a simulation."""
        simulation = Simulation(
            simulation_id=f"sim_{len(self.simulations.kept)}",
            organisation_id=organisation_id,
            asked=Asked(kind=kind, **asked),
            state="PENDING",
            requested_by="usr",
            requested_at=self.now,
        )
        return asyncio.run(self.simulations.request(simulation))

    def compute(self, asked: Simulation, seconds_left: float = 900.0) -> Simulation:
        """Compute it."""
        simulate = Simulate(
            simulations=self.simulations,
            files=self.files,
            kinds=self.kinds(),
            draw=SvgPictures(),
            stops=self.stops,
            clock=lambda: self.now,
        )
        return asyncio.run(simulate(asked.organisation_id, asked.simulation_id, lambda: seconds_left))

    def simulated(self, kind: str, **asked: Any) -> tuple[Mapping[str, Any], list[dict[str, str]]]:
        """The whole result of a simulation, and its rows."""
        done = self.compute(self.ask(kind, **asked))
        assert done.state == "FINISHED", done.detail
        kept = self.files.kept
        result = json.loads(kept["org", done.simulation_id, "result.json"])
        return result, list(csv.DictReader(io.StringIO(kept["org", done.simulation_id, "rows.csv"])))
