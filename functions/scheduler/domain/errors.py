"""The ways the scheduler refuses."""

from shared.kernel.errors import Invalid, NotFound


class ScheduleNotFound(NotFound):
    """No such schedule in this organisation."""

    code = "scheduler/schedule-not-found"
    title = "There is no such schedule"


class JobNotFound(NotFound):
    """No such job in this organisation."""

    code = "scheduler/job-not-found"
    title = "There is no such job"


class InvalidExpression(Invalid):
    """A schedule expression that never fires, fires too often, or cannot be read."""

    code = "scheduler/invalid-expression"
    title = "The schedule expression is invalid"
