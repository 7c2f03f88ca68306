"""The outbox: no message without its change, no change without its message, each sent at least once."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pymongo.errors import ServerSelectionTimeoutError

from shared.contracts.jobs import JobPlanned
from shared.contracts.pricing import RunRequested
from shared.kernel.errors import Unavailable
from shared.runtime import aws, outbox_rows
from shared.runtime.claims import Claims
from shared.runtime.inbox import Inbox
from shared.runtime.mongo import Mongo, Session
from shared.runtime.observability import span, traceparent
from shared.runtime.outbox import BusUnavailable, Outbox
from shared.runtime.queues import Queue
from tests.builders.pricing import MONDAY
from tests.fakes.cloud import FakeCloud
from tests.fakes.runs import Run


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


def a_fact(event_id: str, items: int = 1, aggregate: str | None = None) -> JobPlanned:
    return JobPlanned(
        id=event_id,
        occurred_at=MONDAY,
        correlation_id="job",
        organisation_id="org",
        job_id="job",
        items=items,
        aggregate=aggregate,
    )


def a_command(event_id: str, run_id: str = "run") -> RunRequested:
    return RunRequested(id=event_id, occurred_at=MONDAY, correlation_id="run", organisation_id="org", run_id=run_id)


@dataclass
class House:
    """A house with an outbox."""

    run: Run
    mongo: Mongo
    cloud: FakeCloud
    clock: Clock

    def outbox(self, *, claims: bool = True) -> Outbox:
        queues = {"decide": Queue("decide"), "pages": Queue("pages.fifo")}
        bucket = Claims("work") if claims else None
        return Outbox(self.mongo, "pricing", bus="bus", queues=queues, claims=bucket, clock=self.clock)

    def add(self, *events: Any, to: str | None = None, group: str | None = None) -> None:
        async def work(session: Session) -> None:
            await self.outbox().add(events, session, to=to, group=group)

        self.run(self.mongo.transaction(work))

    def relay(self) -> int:
        sent: int = self.run(self.outbox().relay())
        return sent

    def told(self) -> list[str]:
        return [event["id"] for event in self.cloud.events()]

    def asked(self) -> list[str]:
        return [message["id"] for message in self.cloud.messages("decide")]

    def waiting(self) -> int:
        found: int = self.run(self.mongo.collection("outbox").count_documents({}))
        return found


@pytest.fixture
def house(store: Callable[[str], Mongo], run: Run, cloud: FakeCloud) -> House:
    return House(run, store("pricing"), cloud, Clock())


def test_what_is_rolled_back_is_never_told_or_asked(house: House) -> None:
    async def work(session: Session) -> None:
        await house.mongo.collection("runs").insert_one({"_id": "run"}, session=session)
        await house.outbox().add([a_fact("e1")], session)
        await house.outbox().add([a_command("c1")], session, to="decide")
        raise KeyError("the worker died")

    with pytest.raises(KeyError):
        house.run(house.mongo.transaction(work))

    assert house.relay() == 0
    assert (house.waiting(), house.told(), house.asked()) == (0, [], [])
    assert house.run(house.mongo.collection("runs").count_documents({})) == 0


def test_a_crash_after_the_commit_and_before_the_sending_loses_nothing(house: House) -> None:
    house.add(a_fact("e1"))
    house.add(a_command("c1"), to="decide")

    counts = [house.relay(), house.relay()]

    (entry,) = house.cloud.told
    assert counts == [2, 0]
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("bus", "pricing", "jobs.job-planned")
    assert JobPlanned.model_validate_json(entry["Detail"]) == a_fact("e1")
    assert house.cloud.messages("decide") == [a_command("c1").model_dump(mode="json", exclude_none=True)]


class Killed(BaseException):
    """The process is gone."""


def test_a_crash_after_the_sending_and_before_the_mark_sends_twice_and_has_its_effect_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.add(a_fact("e1"))

    async def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(outbox_rows.OutboxRows, "left", die)
        with pytest.raises(Killed):
            house.run(house.outbox().relay())
    still_leased = house.relay()
    house.clock.pass_by(seconds=61)

    assert (still_leased, house.relay(), house.told()) == (0, 1, ["e1", "e1"])
    assert effects(house, house.told()) == 1


def effects(house: House, deliveries: Sequence[str]) -> int:
    """How often a consumer with an inbox acts on deliveries."""
    inbox = Inbox(house.mongo, "consumer", house.clock)

    async def act(session: Session) -> None:
        change = {"$inc": {"acts": 1}}
        await house.mongo.collection("runs").update_one({"_id": "acts"}, change, upsert=True, session=session)

    for event_id in deliveries:
        house.run(inbox.once(event_id, "org", act))
    counted: dict[str, int] = house.run(house.mongo.collection("runs").find_one({"_id": "acts"}))
    return counted["acts"]


def test_a_relay_that_dies_ten_times_loses_nothing_and_the_effect_is_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.add(*(a_fact(f"e{place}") for place in range(3)))

    async def die(*_: object) -> None:
        raise Killed

    for _ in range(10):
        with monkeypatch.context() as dying:
            dying.setattr(outbox_rows.OutboxRows, "left", die)
            with pytest.raises(Killed):
                house.run(house.outbox().relay())
        house.clock.pass_by(seconds=61)

    house.relay()
    assert (house.waiting(), set(house.told())) == (0, {"e0", "e1", "e2"})
    assert effects(house, house.told()) == 3


def test_two_relays_at_once_send_each_message_once(house: House) -> None:
    house.add(*(a_fact(f"e{place:03}") for place in range(60)))

    async def both() -> list[int]:
        return list(await asyncio.gather(house.outbox().relay(), house.outbox().relay()))

    sent = house.run(both())

    assert sum(sent) == 60
    assert sorted(house.told()) == [f"e{place:03}" for place in range(60)]


@pytest.mark.parametrize("fault", ["down", "refused"])
@pytest.mark.parametrize("to", [None, "decide"])
def test_a_destination_that_fails_loses_nothing(fault: str, to: str | None, house: House) -> None:
    house.add(a_command("c1"), to=to)
    house.cloud.down, house.cloud.refused = ({"events", "sqs"}, set()) if fault == "down" else (set(), {"c1"})
    house.run(house.outbox().relay_quietly())
    kept = house.waiting()
    house.cloud.down, house.cloud.refused = set(), set()
    house.clock.pass_by(minutes=16)

    assert kept == 1
    assert eventually(house.relay, house.clock) == 1
    assert house.waiting() == 0


def eventually(relay: Callable[[], int], clock: Clock) -> int:
    """What a relay sends once the service is believed to be well again."""
    aws.remote.cache_clear()
    clock.pass_by(seconds=1)
    return relay()


def test_a_relay_that_fails_says_so(house: House) -> None:
    house.add(a_fact("e1"))
    house.cloud.refused = {"e1"}

    with pytest.raises(BusUnavailable):
        house.relay()


def test_a_database_that_is_gone_is_unavailable_to_the_relay_and_nothing_to_a_request(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise ServerSelectionTimeoutError("nobody answers")

    monkeypatch.setattr(outbox_rows.OutboxRows, "take", gone)

    house.run(house.outbox().relay_quietly())
    with pytest.raises(Unavailable):
        house.relay()


def test_a_poison_row_keeps_no_other_back_and_is_tried_less_and_less_often_until_it_is_parked(house: House) -> None:
    house.add(*(a_fact(f"e{place:02}") for place in range(12)))
    house.cloud.refused = {"e00"}

    with pytest.raises(BusUnavailable):
        house.relay()
    assert (len(house.told()), house.waiting()) == (11, 1)
    assert house.relay() == 0
    for _ in range(outbox_rows.REFUSALS_UNTIL_PARKED - 1):
        house.clock.pass_by(seconds=outbox_rows.LONGEST_PAUSE_SECONDS)
        with pytest.raises(BusUnavailable):
            house.relay()

    house.clock.pass_by(days=30)
    assert house.relay() == 0
    waiting = house.run(outbox_rows.OutboxRows(house.mongo, house.clock).waiting())
    assert (waiting.count, waiting.parked) == (1, 1)


def test_messages_of_one_aggregate_leave_in_the_order_they_were_told_in(house: House) -> None:
    order = ["z", "a", "m", "b", "y"]
    for name in order:
        house.add(a_fact(name, aggregate="job/1"), a_fact(f"{name}-other", aggregate="job/2"))

    house.relay()

    assert [one for one in house.told() if "-" not in one] == order
    assert [one for one in house.told() if "-" in one] == [f"{name}-other" for name in order]


def test_one_refused_message_holds_back_the_later_ones_of_its_aggregate_only(house: House) -> None:
    house.add(a_fact("a1", aggregate="job/a"), a_fact("a2", aggregate="job/a"), a_fact("b1", aggregate="job/b"))
    house.add(a_fact("a3", aggregate="job/a"), a_fact("free"))
    house.cloud.refused = {"a1"}

    with pytest.raises(BusUnavailable):
        house.relay()
    before = sorted(house.told())
    # A second relay does not overtake what the first could not send.
    assert house.relay() == 0
    house.cloud.refused = set()
    house.clock.pass_by(minutes=16)
    house.relay()

    assert before == ["b1", "free"]
    assert [one for one in house.told() if one.startswith("a")] == ["a1", "a2", "a3"]


def test_a_queue_that_does_not_answer_holds_back_neither_the_bus_nor_counts_against_its_messages(
    house: House,
) -> None:
    house.add(a_command("c1"), to="decide")
    house.add(a_fact("e1"))
    house.cloud.down = {"sqs"}

    with pytest.raises(BusUnavailable):
        house.relay()

    row = house.run(house.mongo.collection("outbox").find_one({}))
    assert (house.told(), row["_id"], row["refusals"], row["taken_by"]) == (["e1"], "c1", 0, None)


def test_a_request_that_is_refused_as_a_whole_is_sent_one_by_one_to_find_the_bad_message(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.add(*(a_command(f"c{place}") for place in range(5)), to="decide")
    send = house.cloud.client("sqs").send_message_batch

    class Strict:
        """A queue that refuses a whole request for one bad message."""

        def send_message_batch(self, **asked: Any) -> Any:
            if any('"c3"' in entry["MessageBody"] for entry in asked["Entries"]):
                raise ClientError({"Error": {"Code": "InvalidMessageContents"}}, "SendMessageBatch")
            return send(**asked)

    monkeypatch.setattr("shared.runtime.aws.client", lambda _service: Strict())

    with pytest.raises(BusUnavailable):
        house.relay()

    assert sorted(house.asked()) == ["c0", "c1", "c2", "c4"]
    assert house.waiting() == 1


def test_a_message_that_waits_already_stays_as_it_is(house: House) -> None:
    house.add(a_fact("e1", items=1))
    house.add(a_fact("e1", items=2))

    house.relay()

    assert [event["items"] for event in house.cloud.events()] == [1]


def test_many_messages_go_out_in_requests_that_are_taken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    put = house.cloud.client("events").put_events
    monkeypatch.setattr("shared.runtime.aws.client", lambda _service: Counting(sizes, put))
    house.add(*(a_fact(f"e{place:02}") for place in range(23)))

    assert house.relay() == 23
    assert sizes == [10, 10, 3]


class Counting:
    """A bus that counts the entries of each request."""

    def __init__(self, sizes: list[int], put: Callable[..., dict[str, object]]) -> None:
        self._sizes, self._put = sizes, put

    def put_events(self, **parameters: list[object]) -> dict[str, object]:
        self._sizes.append(len(parameters["Entries"]))
        return self._put(**parameters)


def test_a_fifo_queue_gets_each_messages_group_and_an_id_that_it_takes_once(house: House) -> None:
    house.add(a_command("c1"), to="pages", group="shop.example")

    house.relay()

    (entry,) = house.cloud.sent
    assert (entry["MessageGroupId"], entry["MessageDeduplicationId"]) == ("shop.example", "c1")


@pytest.mark.parametrize("to", [None, "decide"])
def test_a_body_of_1_2_megabytes_travels_by_reference(to: str | None, house: House) -> None:
    large = a_command("c1", run_id="x" * 1_200_000)
    house.add(large, to=to)

    assert house.run(house.outbox(claims=False).relay()) == 0
    assert house.relay() == 1

    (body,) = house.cloud.messages("decide") if to else house.cloud.events()
    claim = body["claim"]
    assert {"id", "type", "organisation_id", "occurred_at", "correlation_id", "version"} <= body.keys()
    assert (body["type"], "run_id" in body, claim["size"] > 1_200_000) == ("pricing.run-requested", False, True)
    assert RunRequested.model_validate_json(house.cloud.objects[claim["key"]]) == large


def test_the_relay_says_how_much_waits_and_for_how_long(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, float] = {}
    monkeypatch.setattr("shared.runtime.outbox.emit", lambda name, value, *_: told.update({name: value}))
    house.add(a_fact("e1"))
    house.cloud.refused = {"e1"}
    house.clock.pass_by(seconds=90)

    with pytest.raises(BusUnavailable):
        house.relay()

    assert told == {"OutboxWaiting": 1, "OutboxOldest": 90.0, "OutboxParked": 0}


def test_a_message_belongs_to_the_trace_in_which_it_was_stored(house: House) -> None:
    async def request() -> str | None:
        with span("request", kind="server"):

            async def work(session: Session) -> None:
                await house.outbox().add([a_fact("e1")], session)

            await house.mongo.transaction(work)
            return traceparent()

    here = house.run(request())
    house.relay()

    (event,) = house.cloud.events()
    assert here is not None
    assert event["traceparent"] == here


def test_organisations_take_turns_when_more_waits_than_may_leave(house: House) -> None:
    """One organisation asks for two thousand things at once; of fifty others each asks for ten, later."""
    crowd = [("org_busy", place) for place in range(2000)]
    others = [(f"org_{one:03}", place) for one in range(50) for place in range(10)]
    outbox = house.outbox()
    for wave in (crowd, others):
        facts = [
            a_fact(f"{organisation}/{place}").model_copy(update={"organisation_id": organisation})
            for organisation, place in wave
        ]
        house.add(*facts)
        house.clock.pass_by(seconds=1)

    while house.run(outbox.relay(limit=200)):
        pass

    order = [told["organisation_id"] for told in house.cloud.events()]
    last = {organisation: place for place, organisation in enumerate(order)}
    waits = [place for organisation, place in last.items() if organisation != "org_busy"]
    assert len(order) == len(crowd) + len(others)
    # Without the busy one the last of them would leave as number 500.
    assert max(waits) < 2 * len(others)
    assert max(waits) < 2 * min(waits)
