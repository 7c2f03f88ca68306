"""The embedded metric format, as CloudWatch's specification has it."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.metrics import MOST_VALUES, emit, written

NAMES = st.sampled_from(["Latency", "Errors", "Messages"])
ROUTES = st.sampled_from(["read", "write"])


@pytest.fixture(autouse=True)
def _nothing_waits() -> Iterator[None]:
    written("test")
    yield
    written("test")


@given(st.lists(st.tuples(NAMES, st.floats(0, 1e6), ROUTES), max_size=300))
def test_every_measurement_is_written_once_in_a_valid_line(measured: list[tuple[str, float, str]]) -> None:
    written("test")
    for name, value, route in measured:
        emit(name, value, "Milliseconds", route=route)

    documents = [json.loads(line) for line in written("pricing")]

    found: list[tuple[str, float, str]] = []
    for document in documents:
        directive = document["_aws"]["CloudWatchMetrics"][0]
        assert directive["Namespace"] == "OmniPriceX"
        assert isinstance(document["_aws"]["Timestamp"], int)
        for dimension in directive["Dimensions"][0]:
            assert isinstance(document[dimension], str)
        for metric in directive["Metrics"]:
            values = document[metric["Name"]]
            values = values if isinstance(values, list) else [values]
            assert len(values) <= MOST_VALUES
            assert metric["Unit"] == "Milliseconds"
            found += [(metric["Name"], value, document["route"]) for value in values]
    assert sorted(found) == sorted(measured)
    assert written("pricing") == []


def test_each_set_of_dimensions_has_a_line_of_its_own() -> None:
    emit("Decisions", 3, reason="HOLD_FLOOR")
    emit("Decisions", 5, reason="BEAT_LOWEST")
    emit("Waiting", 1)

    documents = [json.loads(line) for line in written("pricing")]

    assert {(document.get("reason"), document.get("Decisions")) for document in documents} == {
        ("HOLD_FLOOR", 3),
        ("BEAT_LOWEST", 5),
        (None, None),
    }
    assert all(document["service"] == "pricing" for document in documents)
