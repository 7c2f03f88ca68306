"""What a job or a schedule does: its kind, what part of the market or the catalogue it covers, and for how long."""

from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum

from scheduler.domain.errors import InvalidScope
from shared.kernel.errors import Fault
from shared.kernel.public_url import checked_url


class Kind(StrEnum):
    """Every kind of background work. The first five start here, the others in the house that does them."""

    SCAN = "scan"
    REMATCH = "rematch"
    POLICY_RUN = "policy_run"
    REPORT = "report"
    IMPORT_PULL = "import_pull"
    IMPORT = "import"
    PUBLICATION = "publication"
    QUESTION = "question"
    DISCOVERY = "discovery"
    SIMULATION = "simulation"
    REBUILD = "rebuild"


DEADLINES: dict[Kind, timedelta] = {
    Kind.SCAN: timedelta(hours=6),
    Kind.REMATCH: timedelta(hours=12),
    Kind.POLICY_RUN: timedelta(hours=1),
    Kind.REPORT: timedelta(hours=1),
    Kind.IMPORT_PULL: timedelta(hours=2),
    Kind.IMPORT: timedelta(hours=1),
    Kind.PUBLICATION: timedelta(hours=2),
    Kind.QUESTION: timedelta(minutes=15),
    Kind.DISCOVERY: timedelta(hours=6),
    Kind.SIMULATION: timedelta(hours=2),
    Kind.REBUILD: timedelta(hours=6),
}
"""After so long a job that has not come to its end is given up."""

PREFIXES: dict[Kind, str] = {Kind.POLICY_RUN: "run", Kind.REPORT: "rep", Kind.IMPORT_PULL: "imp"}
"""How the ids of jobs begin whose work is kept under the same id in the house that does it; all others are `job`."""

WAITS_AT_MOST = timedelta(hours=24)
"""So long a job waits for the one before it."""

RETRYABLE = frozenset({Kind.SCAN, Kind.REMATCH})
"""The kinds that know their items one by one, so that the failed ones can be done again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the work covers; an empty scope of a scan or a re-match is the whole market."""

    competitor_ids: tuple[str, ...] = ()
    category: str | None = None
    filter_id: str | None = None
    failed_of: str | None = None
    policy_id: str | None = None
    report: str | None = None
    shop_id: str | None = None
    source_url: str | None = None
    by_budget: bool = False
    """Of the whole market, only the pages that the organisation's budget for looks is best spent on now."""

    @property
    def given(self) -> frozenset[str]:
        """The names of the fields that say something."""
        return frozenset(one.name for one in fields(self) if getattr(self, one.name))

    @property
    def subject(self) -> str | None:
        """The one thing that the work is about, when there is one."""
        return self.policy_id or self.report or self.source_url or self.filter_id or self.category or self.failed_of


_PARTS_OF_THE_MARKET = frozenset({"competitor_ids", "category", "filter_id", "failed_of", "by_budget"})
_ALLOWED: dict[Kind, frozenset[str]] = {
    Kind.SCAN: _PARTS_OF_THE_MARKET,
    Kind.REMATCH: _PARTS_OF_THE_MARKET - {"by_budget"},
    Kind.POLICY_RUN: frozenset({"policy_id"}),
    Kind.REPORT: frozenset({"report", "filter_id"}),
    Kind.IMPORT_PULL: frozenset({"shop_id", "source_url"}),
}
_NEEDED: dict[Kind, frozenset[str]] = {
    Kind.POLICY_RUN: frozenset({"policy_id"}),
    Kind.REPORT: frozenset({"report"}),
    Kind.IMPORT_PULL: frozenset({"shop_id", "source_url"}),
}


def checked_scope(kind: Kind, scope: Scope) -> Scope:
    """The scope, when it fits the kind; `InvalidScope` names each field that does not."""
    foreign = scope.given - _ALLOWED[kind]
    missing = _NEEDED.get(kind, frozenset()) - scope.given
    faults = [Fault(f"#/{name}", f"a {kind} has no {name}; leave it out") for name in sorted(foreign)]
    faults += [Fault(f"#/{name}", f"a {kind} needs {name}") for name in sorted(missing)]
    parts = sorted(scope.given & _PARTS_OF_THE_MARKET) if kind in RETRYABLE else []
    if len(parts) > 1:
        faults.append(Fault(f"#/{parts[1]}", f"give one of {', '.join(parts)}, not several"))
    if faults:
        raise InvalidScope("; ".join(fault.detail for fault in faults), faults=tuple(faults))
    if scope.source_url is not None:
        checked_url(scope.source_url)
    return scope
