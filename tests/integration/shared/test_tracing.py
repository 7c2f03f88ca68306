"""Spans, recorded in memory and sent to a collector."""

import os
import subprocess
import sys

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from shared.runtime import tracing
from tests.fakes.otlp_collector import collecting

PROGRAM = """
from shared.runtime.observability import span, unit
with unit(), span("request", kind="server"):
    with span("work"):
        pass
"""


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "tracer", lambda: provider.get_tracer("test"))
    monkeypatch.setattr(tracing, "recording", lambda: True)
    return exporter


def test_a_message_carries_its_senders_span_to_the_consumer(recorded: InMemorySpanExporter) -> None:
    with tracing.span("POST /pricing/runs", kind="server"):
        carried = tracing.traceparent()
    with tracing.span("pricing.run-requested", kind="consumer", parent=carried), tracing.span("write"):
        pass

    request, write, consume = recorded.get_finished_spans()
    assert request.context is not None
    assert {span.context.trace_id for span in (request, write, consume) if span.context} == {request.context.trace_id}
    assert consume.parent is not None
    assert consume.parent.span_id == request.context.span_id
    assert consume.kind is trace.SpanKind.CONSUMER


def test_a_failing_step_is_recorded_as_failed(recorded: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="broken"), tracing.span("work"):
        raise ValueError("broken")

    failed = recorded.get_finished_spans()[0]
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.events[0].name == "exception"


def test_a_process_sends_its_spans_to_the_configured_collector() -> None:
    with collecting() as collector:
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            check=True,
            env=os.environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "POWERTOOLS_SERVICE_NAME": "pricing"},
        )

    outer = next(span for span in collector.spans if span.name == "request")
    inner = next(span for span in collector.spans if span.name == "work")
    assert (outer.service, inner.trace_id, inner.parent_id) == ("pricing", outer.trace_id, outer.span_id)


def test_a_collector_that_is_gone_holds_nothing_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        check=False,
        timeout=20,
        capture_output=True,
        env=os.environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
    )

    assert done.returncode == 0
