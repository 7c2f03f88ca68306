"""Traces: the same id from the first call to the last worker, recorded or not."""

import re

import pytest

from shared.runtime.tracing import span, trace_id, traceparent, traceparent_of_gateway

HEADER = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
TOLD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_outside_of_a_span_there_is_no_trace() -> None:
    assert traceparent() is None
    assert trace_id() is None


def test_a_span_has_an_id_even_when_nothing_records_it() -> None:
    with span("work"):
        assert HEADER.fullmatch(traceparent() or "")


def test_steps_within_a_span_are_of_one_trace() -> None:
    with span("outer"):
        outer = trace_id()
        with span("inner"):
            assert trace_id() == outer
        assert trace_id() == outer


def test_a_trace_goes_on_from_what_a_message_carries() -> None:
    with span("consume", parent=TOLD):
        assert trace_id() == "0af7651916cd43dd8448eb211c80319c"


def test_a_message_without_a_trace_begins_one_of_its_own() -> None:
    with span("first", parent=None):
        first = trace_id()
    with span("second", parent="nonsense"):
        assert trace_id() not in {None, first}


def test_the_gateways_trace_becomes_ours() -> None:
    header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"

    assert traceparent_of_gateway(header) == "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"
    assert HEADER.fullmatch(traceparent_of_gateway("Root=1-5759e988-bd862e3fe1be46a994272793") or "")
    assert traceparent_of_gateway("garbage") is None
    assert traceparent_of_gateway(None) is None


def test_a_failing_step_leaves_the_trace_as_it_was() -> None:
    with pytest.raises(ValueError, match="broken"), span("work"):
        raise ValueError("broken")

    assert traceparent() is None
