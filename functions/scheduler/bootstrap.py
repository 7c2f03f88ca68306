"""Wire the scheduler: one function for each kind of door."""

from scheduler.adapters.eventbridge_clockwork import EventBridgeClockwork, Target
from scheduler.adapters.mongo_jobs import MongoJobs
from scheduler.adapters.mongo_schedules import MongoSchedules
from scheduler.adapters.sqs_jobs import SqsDueWork, SqsScans
from scheduler.settings import ApiSettings, StartSettings, StoreSettings
from scheduler.usecases.house import Check, Scheduler
from scheduler.usecases.jobs import FollowJob, RequestJob, StartJob
from scheduler.usecases.ports import Clockwork, DueWork, Jobs, Schedules
from scheduler.usecases.schedules import CreateSchedule, RemoveSchedule
from shared.kernel.clock import Clock, system_clock
from shared.runtime.mongo import Mongo
from shared.runtime.queues import Queue


def database(settings: StoreSettings | None = None) -> Mongo:
    """The scheduler database, which connects on first use."""
    known = settings or StoreSettings()
    return Mongo(known.mongodb_secret_arn, known.mongodb_database)


def wire(
    *,
    schedules: Schedules,
    jobs: Jobs,
    clockwork: Clockwork,
    due: DueWork,
    clock: Clock = system_clock,
    checks: dict[str, Check] | None = None,
) -> Scheduler:
    """The API's side of the scheduler over the given ports."""
    return Scheduler(
        schedules=schedules,
        jobs=jobs,
        create_schedule=CreateSchedule(schedules=schedules, clockwork=clockwork, clock=clock),
        remove_schedule=RemoveSchedule(schedules=schedules, clockwork=clockwork),
        request_job=RequestJob(jobs=jobs, due=due),
        clock=clock,
        checks=checks or {},
    )


def bootstrap(settings: ApiSettings | None = None) -> Scheduler:
    """The API's side of the scheduler over MongoDB, EventBridge Scheduler and SQS."""
    known = settings or ApiSettings()
    mongo = database(known)
    target = Target(
        group=known.schedule_group,
        role_arn=known.schedule_role_arn,
        queue_arn=known.due_queue_arn,
        dead_letter_arn=known.schedule_dlq_arn,
    )
    return wire(
        schedules=MongoSchedules(mongo),
        jobs=MongoJobs(mongo, system_clock),
        clockwork=EventBridgeClockwork(target),
        due=SqsDueWork(Queue(known.due_queue_url)),
        checks={"mongodb": mongo.ping},
    )


def start_job() -> StartJob:
    """The starter of due jobs."""
    settings = StartSettings()
    jobs = MongoJobs(database(settings), system_clock)
    return StartJob(jobs=jobs, scans=SqsScans(Queue(settings.scan_requests_queue_url)))


def follow_job() -> FollowJob:
    """The keeper of jobs' counts."""
    return FollowJob(jobs=MongoJobs(database(), system_clock), clock=system_clock)
