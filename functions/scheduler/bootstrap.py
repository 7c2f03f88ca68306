"""Wire the scheduler: one function for each kind of door."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from scheduler.adapters.commands import PULLS, REPORTS, RUNS, SCANS, serving
from scheduler.adapters.eventbridge_clockwork import EventBridgeClockwork, Target
from scheduler.adapters.mongo_firings import MongoFirings
from scheduler.adapters.mongo_gauges import MongoGauges
from scheduler.adapters.mongo_jobs import MongoJobs
from scheduler.adapters.mongo_redrives import MongoRedrives
from scheduler.adapters.mongo_schedules import MongoSchedules
from scheduler.adapters.mongo_swept_jobs import MarkedStops, MongoSweptJobs
from scheduler.adapters.mongo_swept_schedules import MongoSweptSchedules
from scheduler.adapters.sqs_dead_letters import SqsDeadLetters
from scheduler.domain.work import Kind
from scheduler.settings import (
    ApiSettings,
    AskingSettings,
    ClockworkSettings,
    FollowSettings,
    RedriveSettings,
    StartSettings,
    StoreSettings,
    TickSettings,
)
from scheduler.usecases.fire import FireSchedule
from scheduler.usecases.follow import FollowJob
from scheduler.usecases.house import Check, Scheduler
from scheduler.usecases.jobs import EndJob, RequestJob, RetryJob, WatchJob
from scheduler.usecases.ports import Clockwork, Jobs, Pause, Schedules, Stopper
from scheduler.usecases.redrive import RedriveLetters
from scheduler.usecases.schedules import (
    ArmSchedule,
    ChangeSchedule,
    CreateSchedule,
    PreviewTiming,
    RemoveOwner,
    RemoveSchedule,
)
from scheduler.usecases.sweep import BeginWaiting, EndOverdue, FireMissed, Reconcile, Sweep
from shared.kernel.clock import Clock, system_clock
from shared.kernel.gauges import ReadGauges, no_gauges
from shared.kernel.identifiers import fresh_id
from shared.runtime.claims import Claims
from shared.runtime.edge import Edge
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from shared.runtime.stops import Stops


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the API's side of the scheduler works with."""

    schedules: Schedules
    jobs: Jobs
    clockwork: Clockwork
    stopper: Stopper
    serves: Callable[[Kind], None]
    clock: Clock = system_clock
    pause: Pause = asyncio.sleep
    gauges: ReadGauges = no_gauges


def database(settings: StoreSettings | None = None) -> Mongo:
    """The scheduler database, which connects on first use."""
    known = settings or StoreSettings()
    return Mongo(known.mongodb_secret_arn, known.mongodb_database)


def queues_of(settings: AskingSettings) -> dict[str, Queue]:
    """The queues that take work here, by name; one without an address is not there."""
    urls = {
        SCANS: settings.scan_requests_queue_url,
        RUNS: settings.runs_due_queue_url,
        REPORTS: settings.reports_queue_url,
        PULLS: settings.pulls_queue_url,
    }
    return {name: Queue(url) for name, url in urls.items() if url}


def outbox_of(mongo: Mongo, settings: AskingSettings, claims: Claims | None = None) -> Outbox:
    """The outbox of the scheduler database."""
    return Outbox(mongo, "scheduler", bus=settings.event_bus_name, queues=queues_of(settings), claims=claims)


def clockwork_of(settings: ClockworkSettings) -> EventBridgeClockwork:
    """EventBridge Scheduler, with the group and the queue of this deployment."""
    target = Target(
        group=settings.schedule_group,
        role_arn=settings.schedule_role_arn,
        queue_arn=settings.due_queue_arn,
        dead_letter_arn=settings.schedule_dlq_arn,
    )
    return EventBridgeClockwork(target)


def wire(ports: Ports, checks: dict[str, Check] | None = None) -> Scheduler:
    """The API's side of the scheduler over the given ports."""
    schedules, jobs, clock = ports.schedules, ports.jobs, ports.clock
    arm = ArmSchedule(schedules=schedules, clockwork=ports.clockwork, clock=clock)
    return Scheduler(
        schedules=schedules,
        jobs=jobs,
        create_schedule=CreateSchedule(schedules=schedules, arm=arm, serves=ports.serves, clock=clock),
        change_schedule=ChangeSchedule(schedules=schedules, arm=arm, clock=clock),
        remove_schedule=RemoveSchedule(schedules=schedules, arm=arm),
        preview_timing=PreviewTiming(clock=clock),
        request_job=RequestJob(jobs=jobs, serves=ports.serves),
        watch_job=WatchJob(jobs=jobs, pause=ports.pause),
        end_job=EndJob(jobs=jobs, stopper=ports.stopper, clock=clock),
        retry_job=RetryJob(jobs=jobs, new_id=lambda prefix: fresh_id(prefix, clock()), clock=clock),
        gauges=ports.gauges,
        clock=clock,
        checks=checks or {},
    )


def bootstrap(settings: ApiSettings | None = None, edge: Edge | None = None) -> Scheduler:
    """The API's side of the scheduler over MongoDB, EventBridge Scheduler and SQS."""
    known = settings or ApiSettings()
    mongo = database(known) if edge is None else edge.mongo
    ports = Ports(
        schedules=MongoSchedules(mongo, system_clock),
        jobs=MongoJobs(mongo, outbox_of(mongo, known)),
        clockwork=clockwork_of(known),
        stopper=MarkedStops(mongo, Stops(known.work_bucket)),
        serves=serving(queues_of(known)),
        gauges=MongoGauges(mongo, system_clock),
    )
    return wire(ports, {"mongodb": mongo.ping})


def _fire(mongo: Mongo, outbox: Outbox, work_bucket: str) -> FireSchedule:
    return FireSchedule(
        schedules=MongoSchedules(mongo, system_clock),
        firings=MongoFirings(mongo, outbox),
        stopper=MarkedStops(mongo, Stops(work_bucket)),
        clock=system_clock,
    )


def start_job() -> FireSchedule:
    """The starter of due jobs."""
    settings = StartSettings()
    mongo = database(settings)
    return _fire(mongo, outbox_of(mongo, settings), settings.work_bucket)


def follow_job() -> FollowJob:
    """The keeper of jobs' counts; it tells nothing, so its outbox has no way out."""
    mongo = database(FollowSettings())
    return FollowJob(jobs=MongoJobs(mongo, Outbox(mongo, "scheduler")), clock=system_clock)


def remove_owner() -> RemoveOwner:
    """The remover of the schedules of people who left."""
    return RemoveOwner(schedules=MongoSchedules(database(FollowSettings()), system_clock))


def sweep() -> Sweep:
    """Everything that the sweeper does in a minute."""
    settings = TickSettings()
    mongo = database(settings)
    outbox = outbox_of(mongo, settings, Claims(settings.work_bucket))
    jobs, swept = MongoJobs(mongo, outbox), MongoSweptJobs(mongo, outbox, system_clock)
    stopper, clockwork = MarkedStops(mongo, Stops(settings.work_bucket)), clockwork_of(settings)
    arm = ArmSchedule(schedules=MongoSchedules(mongo, system_clock), clockwork=clockwork, clock=system_clock)
    walked = MongoSweptSchedules(mongo)
    ends = EndOverdue(
        swept=swept, end=EndJob(jobs=jobs, stopper=stopper, clock=system_clock), stopper=stopper, clock=system_clock
    )
    repairs = Reconcile(swept=walked, clockwork=clockwork, arm=arm, clock=system_clock)
    fire = _fire(mongo, outbox, settings.work_bucket)
    return Sweep(
        parts={
            "relay": outbox.relay,
            "missed runs": FireMissed(swept=walked, fire=fire, clock=system_clock),
            "waiting jobs": BeginWaiting(swept=swept, jobs=jobs),
            "overdue jobs": ends.expire,
            "marks": ends.mark,
            "unarmed schedules": repairs.arm_unarmed,
            "kept schedules": repairs.kept,
            "stranger schedules": repairs.strangers,
        }
    )


def redrive_letters() -> RedriveLetters:
    """The mover of dead letters."""
    settings = RedriveSettings()
    return RedriveLetters(
        letters=SqsDeadLetters(settings.queue_url_prefix, settings.redriven_queues),
        redrives=MongoRedrives(database(settings)),
        pause=asyncio.sleep,
        clock=system_clock,
    )
