"""Close what pricing keeps of a job that ended elsewhere: cancelled by a person, or given up when its time was over.

Work that is under way ends by itself at its next look for a stop. What nobody took up, or whose worker died, ends here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from pricing.usecases.ports import Runs
from pricing.usecases.publication_ports import Batches
from pricing.usecases.report import Reports
from pricing.usecases.simulations import Simulations
from shared.kernel.clock import Clock
from shared.kernel.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseWork:
    """Close a run, a publication, a report or a simulation by the id of its job; what has ended stays as it ended."""

    runs: Runs
    batches: Batches
    reports: Reports
    simulations: Simulations
    clock: Clock

    async def __call__(self, organisation_id: str, job_id: str) -> None:
        """Close the job's work; a job of another house, or one that never came here, has none."""
        close = self._ways().get(job_id.partition("_")[0])
        if close is None:
            return
        try:
            await close(organisation_id, job_id)
        except NotFound:
            return

    def _ways(self) -> dict[str, Callable[[str, str], Awaitable[None]]]:
        return {"run": self._run, "bat": self._batch, "rep": self._report, "sim": self._simulation}

    async def _run(self, organisation_id: str, job_id: str) -> None:
        run = await self.runs.get(organisation_id, job_id)
        # One that is cancelled may have died before it withdrew its proposals.
        if run.finished_at is None or run.state == "CANCELLED":
            await self.runs.cancel(run, self.clock())

    async def _batch(self, organisation_id: str, job_id: str) -> None:
        batch = await self.batches.get(organisation_id, job_id)
        # One that has begun may have written prices: only its worker can say how they ended.
        if batch.started_at is None and batch.finished_at is None:
            await self.batches.end(batch, "CANCELLED", self.clock())
        elif batch.state == "CANARY":
            # Nobody works on it while it waits: its worker is asked to come, and sees that it is to stop.
            await self.batches.go_on(batch)

    async def _report(self, organisation_id: str, job_id: str) -> None:
        report = await self.reports.get(organisation_id, job_id)
        if report.finished_at is None:
            await self.reports.finish(replace(report, state="CANCELLED", finished_at=self.clock()))

    async def _simulation(self, organisation_id: str, job_id: str) -> None:
        simulation = await self.simulations.get(organisation_id, job_id)
        if simulation.finished_at is None:
            await self.simulations.finish(replace(simulation, state="CANCELLED", finished_at=self.clock()))
