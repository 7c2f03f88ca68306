"""The outbox: no fact without its change, no change without its fact, each sent at least once."""

from collections.abc import Callable

import pytest

from shared.contracts.pricing import ScanPlanned
from shared.runtime.mongo import Mongo, Session
from shared.runtime.outbox import BusUnavailable, Outbox
from tests.builders.pricing import MONDAY
from tests.fakes.cloud import FakeCloud
from tests.fakes.runs import Run


def a_fact(event_id: str, pages: int = 1) -> ScanPlanned:
    return ScanPlanned(
        id=event_id, occurred_at=MONDAY, correlation_id="job", organisation_id="org", job_id="job", pages=pages
    )


@pytest.fixture
def mongo(store: Callable[[str], Mongo]) -> Mongo:
    return store("pricing")


@pytest.fixture
def outbox(mongo: Mongo, cloud: FakeCloud) -> Outbox:
    assert cloud.told == []
    return Outbox(mongo, "bus", "pricing")


def add(run: Run, mongo: Mongo, outbox: Outbox, *events: ScanPlanned, crash: bool = False) -> None:
    async def work(session: Session) -> None:
        await mongo.collection("runs").insert_one({"_id": events[0].id}, session=session)
        await outbox.add(events, session)
        if crash:
            raise KeyError("the worker died")

    run(mongo.transaction(work))


def waiting(run: Run, mongo: Mongo) -> int:
    found: int = run(mongo.collection("outbox").count_documents({}))
    return found


def test_what_is_rolled_back_is_never_told(run: Run, mongo: Mongo, outbox: Outbox, cloud: FakeCloud) -> None:
    with pytest.raises(KeyError):
        add(run, mongo, outbox, a_fact("e1"), crash=True)

    assert run(outbox.relay()) == 0
    assert (waiting(run, mongo), cloud.told) == (0, [])
    assert run(mongo.collection("runs").count_documents({})) == 0


def test_a_fact_goes_out_once_with_its_id_type_and_source(
    run: Run, mongo: Mongo, outbox: Outbox, cloud: FakeCloud
) -> None:
    add(run, mongo, outbox, a_fact("e1"))

    counts = [run(outbox.relay()) for _ in range(2)]

    (entry,) = cloud.told
    assert counts == [1, 0]
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("bus", "pricing", "pricing.scan-planned")
    assert ScanPlanned.model_validate_json(entry["Detail"]) == a_fact("e1")


@pytest.mark.parametrize("fault", ["down", "refused"])
def test_a_bus_that_fails_loses_nothing(fault: str, run: Run, mongo: Mongo, outbox: Outbox, cloud: FakeCloud) -> None:
    add(run, mongo, outbox, a_fact("e1"))
    cloud.down, cloud.refused = ({"events"}, set()) if fault == "down" else (set(), {"e1"})
    run(outbox.relay_quietly())
    kept = waiting(run, mongo)
    cloud.down, cloud.refused = set(), set()

    assert (kept, run(outbox.relay()), waiting(run, mongo)) == (1, 1, 0)


def test_a_relay_that_fails_says_so(run: Run, mongo: Mongo, outbox: Outbox, cloud: FakeCloud) -> None:
    add(run, mongo, outbox, a_fact("e1"))
    cloud.refused = {"e1"}

    with pytest.raises(BusUnavailable):
        run(outbox.relay())


def test_a_fact_that_the_bus_refuses_keeps_no_other_back(
    run: Run, mongo: Mongo, outbox: Outbox, cloud: FakeCloud
) -> None:
    add(run, mongo, outbox, *(a_fact(f"e{place:02}") for place in range(12)))
    cloud.refused = {"e00"}

    with pytest.raises(BusUnavailable):
        run(outbox.relay())

    assert (len(cloud.told), waiting(run, mongo)) == (11, 1)


def test_a_fact_that_waits_already_stays_as_it_is(run: Run, mongo: Mongo, outbox: Outbox, cloud: FakeCloud) -> None:
    add(run, mongo, outbox, a_fact("e1", pages=1))

    async def again(session: Session) -> None:
        await outbox.add([a_fact("e1", pages=2)], session)

    run(mongo.transaction(again))
    run(outbox.relay())

    assert [event["pages"] for event in cloud.events()] == [1]


def test_many_facts_go_out_in_requests_that_the_bus_takes(
    run: Run, mongo: Mongo, outbox: Outbox, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    put = cloud.client("events").put_events
    monkeypatch.setattr("shared.runtime.aws.client", lambda _service: Counting(sizes, put))
    add(run, mongo, outbox, *(a_fact(f"e{place:02}") for place in range(23)))

    assert run(outbox.relay()) == 23
    assert sizes == [10, 10, 3]


class Counting:
    """A bus that counts the entries of each request."""

    def __init__(self, sizes: list[int], put: Callable[..., dict[str, object]]) -> None:
        self._sizes, self._put = sizes, put

    def put_events(self, **parameters: list[object]) -> dict[str, object]:
        self._sizes.append(len(parameters["Entries"]))
        return self._put(**parameters)
