"""The ways the scheduler refuses."""

from shared.kernel.errors import Conflict, Invalid, NotFound


class ScheduleNotFound(NotFound):
    """No such schedule in this organisation."""

    code = "scheduler/schedule-not-found"
    title = "There is no such schedule"


class JobNotFound(NotFound):
    """No such job in this organisation."""

    code = "scheduler/job-not-found"
    title = "There is no such job"


class InvalidExpression(Invalid):
    """A schedule expression that cannot be read."""

    code = "scheduler/invalid-expression"
    title = "The schedule expression is invalid"


class NeverFires(InvalidExpression):
    """A schedule expression that can be read and has no run to come."""

    code = "scheduler/never-fires"
    title = "The schedule would never fire"


class TooOften(InvalidExpression):
    """A schedule expression whose runs lie too close together."""

    code = "scheduler/too-often"
    title = "The schedule would fire too often"


class UnknownZone(InvalidExpression):
    """A time zone that the IANA list does not have."""

    code = "scheduler/unknown-time-zone"
    title = "There is no such time zone"


class InvalidScope(Invalid):
    """A scope that does not fit the kind of work."""

    code = "scheduler/invalid-scope"
    title = "The scope does not fit the kind of work"


class TooManySchedules(Invalid):
    """The organisation has as many schedules as it may have."""

    code = "scheduler/too-many-schedules"
    title = "There are too many schedules"


class NotServed(Invalid):
    """A kind of work that this deployment has no queue for."""

    code = "scheduler/not-served"
    title = "This kind of work is not served here"


class ScheduleChanged(Conflict):
    """Somebody else changed the schedule between reading and writing."""

    code = "scheduler/schedule-changed"
    title = "The schedule was changed meanwhile"


class JobFinished(Conflict):
    """The job has come to its end: there is nothing to cancel."""

    code = "scheduler/job-finished"
    title = "The job has come to its end already"


class NothingToRetry(Conflict):
    """The job has no failed items that could be done again."""

    code = "scheduler/nothing-to-retry"
    title = "The job has nothing to retry"


class QueueUnknown(NotFound):
    """There is no such queue, or its dead letters have none to go back to."""

    code = "scheduler/queue-unknown"
    title = "There is no such queue to redrive"
