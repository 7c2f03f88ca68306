"""Which house does the work of a kind: the command that asks for it, and the queue that takes it."""

from collections.abc import Callable, Mapping
from typing import Any

from scheduler.domain.errors import NotServed
from scheduler.domain.job import Job
from scheduler.domain.work import Kind
from shared.contracts.envelope import Event
from shared.contracts.pricing import ReportRequested, RunDue, ScanRequested
from shared.contracts.products import PullRequested
from shared.kernel.identifiers import derived_id
from shared.runtime.queues import Queue

SCANS = "pricing-scan-requests"
RUNS = "pricing-runs-due"
REPORTS = "pricing-reports"
PULLS = "products-pulls"

QUEUES: dict[Kind, str] = {
    Kind.SCAN: SCANS,
    Kind.REMATCH: SCANS,
    Kind.POLICY_RUN: RUNS,
    Kind.REPORT: REPORTS,
    Kind.IMPORT_PULL: PULLS,
}
"""By kind, the name of the queue that takes its command."""


def _scan(job: Job) -> Event:
    scope = job.scope
    return ScanRequested(
        **_envelope(job, "scan-requested"),
        competitor_ids=scope.competitor_ids,
        category=scope.category,
        filter_id=scope.filter_id,
        not_found=job.kind is Kind.REMATCH,
        failed_of=scope.failed_of,
        by_budget=scope.by_budget,
    )


def _run(job: Job) -> Event:
    return RunDue(
        **_envelope(job, "run-due"), policy_id=str(job.scope.policy_id), requested_by=job.requested_by
    )  # fmt: skip


def _report(job: Job) -> Event:
    return ReportRequested(
        **_envelope(job, "report-requested"), report=str(job.scope.report), filter_id=job.scope.filter_id
    )  # fmt: skip


def _pull(job: Job) -> Event:
    return PullRequested(
        **_envelope(job, "pull-requested"), shop_id=str(job.scope.shop_id), source_url=str(job.scope.source_url)
    )  # fmt: skip


_COMMANDS: dict[Kind, Callable[[Job], Event]] = {
    Kind.SCAN: _scan,
    Kind.REMATCH: _scan,
    Kind.POLICY_RUN: _run,
    Kind.REPORT: _report,
    Kind.IMPORT_PULL: _pull,
}


def command_of(job: Job) -> tuple[str, Event]:
    """The queue and the command that asks for the job's work; sent twice with one job id, it asks once."""
    return QUEUES[job.kind], _COMMANDS[job.kind](job)


def serving(queues: Mapping[str, Queue]) -> Callable[[Kind], None]:
    """The check that a kind of work has a queue here."""

    def serves(kind: Kind) -> None:
        if QUEUES.get(kind) not in queues:
            known = ", ".join(kind for kind, queue in QUEUES.items() if queue in queues)
            raise NotServed(f"no queue takes a {kind} in this deployment; it serves {known or 'nothing'}")

    return serves


def _envelope(job: Job, what: str) -> dict[str, Any]:
    return {
        "id": derived_id("msg", what, job.job_id),
        "occurred_at": job.requested_at,
        "correlation_id": job.job_id,
        "organisation_id": job.organisation_id,
        "job_id": job.job_id,
    }
