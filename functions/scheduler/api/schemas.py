"""What callers send and get: schedules, previews and jobs."""

from typing import Annotated, Literal

from pydantic import Field

from shared.runtime.answers import Body, Moment, Slug, View

type ScheduledKind = Literal["scan", "policy_run", "report", "import_pull", "rematch"]
type JobKindName = Literal[
    "scan", "rematch", "policy_run", "report", "import_pull", "import", "publication", "question", "discovery",
    "simulation", "rebuild"
]  # fmt: skip
type StateName = Literal["QUEUED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "EXPIRED"]
type OverlapName = Literal["skip", "queue", "cancel_previous"]
type MissedName = Literal["skip", "catch_up"]
type Expression = Annotated[str, Field(min_length=5, max_length=256, examples=["cron(0 6 ? * MON-FRI *)"])]
type Zone = Annotated[str, Field(min_length=1, max_length=64, examples=["Europe/Riga"])]
type Minutes = Annotated[int, Field(ge=0, le=1440)]
type Tolerance = Annotated[int, Field(ge=1, le=10_080)]
type Name = Annotated[str, Field(min_length=1, max_length=100)]
type Text = Annotated[str, Field(min_length=1, max_length=200)]


class ScopeBody(Body):
    """What the work covers. A scan or a re-match of nothing named covers everything."""

    competitor_ids: list[Slug] = Field(default=[], max_length=100)
    category: Text | None = None
    filter_id: Text | None = None
    policy_id: Text | None = None
    report: Text | None = None
    shop_id: Slug | None = None
    source_url: str | None = Field(default=None, min_length=1, max_length=2048)
    by_budget: bool = False


class NewSchedule(ScopeBody):
    """When work of a kind starts by itself, and what it covers."""

    name: Name
    kind: ScheduledKind = "scan"
    expression: Expression
    timezone: Zone = "UTC"
    flexible_minutes: Minutes = 0
    start: Moment | None = None
    end: Moment | None = None
    paused: bool = False
    overlap: OverlapName = "skip"
    missed: MissedName = "skip"
    tolerance_minutes: Tolerance = 60


class ScheduleChange(ScopeBody):
    """What is to change of a schedule; what is left out stays. `null` takes a start, an end or a scope away."""

    name: Name = ""
    expression: Expression = ""
    timezone: Zone = ""
    flexible_minutes: Minutes = 0
    start: Moment | None = None
    end: Moment | None = None
    paused: bool = False
    overlap: OverlapName = "skip"
    missed: MissedName = "skip"
    tolerance_minutes: Tolerance = 60


class TimingBody(Body):
    """An expression to be explained."""

    expression: Expression
    timezone: Zone = "UTC"
    start: Moment | None = None
    end: Moment | None = None


class RunView(View):
    """One run to come, in UTC and on the wall. `moved`: the clocks leap over its local time, so it is due after it."""

    at: str
    local: str
    moved: bool


class PreviewView(View):
    """What an expression means."""

    words: str
    next_runs: list[RunView]


class ScopeView(View):
    """What the work covers."""

    competitor_ids: list[str]
    category: str | None
    filter_id: str | None
    policy_id: str | None
    report: str | None
    shop_id: str | None
    source_url: str | None
    by_budget: bool


class ScheduleView(ScopeView):
    """A schedule, in words too, with its next runs and its last job."""

    schedule_id: str
    name: str
    kind: str
    expression: str
    timezone: str
    words: str
    next_runs: list[RunView]
    flexible_minutes: int
    start: str | None
    end: str | None
    paused: bool
    overlap: str
    missed: str
    tolerance_minutes: int
    revision: int
    last_job_id: str | None
    last_state: str | None
    created_by: str
    created_at: str


class SchedulePage(View):
    """Some schedules."""

    data: list[ScheduleView]
    next_cursor: str | None


class NewJob(ScopeBody):
    """Work to start now."""

    kind: Literal["scan", "rematch"] = "scan"


class JobView(ScopeView):
    """A job and how far it is. `total` is null until the work is planned."""

    job_id: str
    kind: str
    title: str
    subject: str | None
    failed_of: str | None
    state: StateName
    detail: str
    requested_by: str
    requested_at: str
    schedule_id: str | None
    scheduled_for: str | None
    waits_for: str | None
    retried_by: str | None
    deadline_at: str
    finished_at: str | None
    total: int | None
    done: int
    failed: int
    cost_microusd: int
    items_per_second: float | None
    expected_at: str | None
    duration_seconds: float


class JobPage(View):
    """Some jobs, newest first."""

    data: list[JobView]
    next_cursor: str | None
