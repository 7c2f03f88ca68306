"""W3C traces over the OpenTelemetry API: one trace from the first call to the last worker.

Without a configured collector nothing is recorded, and the ids still travel: every message and every log line
names its trace. With `OTEL_EXPORTER_OTLP_ENDPOINT` set, spans go there as OTLP; the SDK is loaded only then.
"""

import random
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from pydantic_settings import BaseSettings

type Kind = Literal["internal", "server", "consumer", "producer", "client"]

KINDS: dict[Kind, SpanKind] = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "consumer": SpanKind.CONSUMER,
    "producer": SpanKind.PRODUCER,
    "client": SpanKind.CLIENT,
}
# A collector that does not answer must not hold a request back.
EXPORT_SECONDS = 1.0
_TRACEPARENT = re.compile(r"00-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})")
_XRAY = re.compile(r"Root=1-(?P<time>[0-9a-f]{8})-(?P<unique>[0-9a-f]{24})(?:;Parent=(?P<parent>[0-9a-f]{16}))?")


class TelemetrySettings(BaseSettings):
    """Where spans go; without an address they go nowhere."""

    otel_exporter_otlp_endpoint: str | None = None
    powertools_service_name: str = "omnipricex"


def traceparent() -> str | None:
    """The present span as the W3C header; none outside of a span."""
    here = trace.get_current_span().get_span_context()
    if not here.is_valid:
        return None
    return f"00-{here.trace_id:032x}-{here.span_id:016x}-{here.trace_flags:02x}"


def trace_id() -> str | None:
    """The present trace; none outside of a span."""
    here = trace.get_current_span().get_span_context()
    return f"{here.trace_id:032x}" if here.is_valid else None


def traceparent_of_gateway(header: str | None) -> str | None:
    """The W3C form of API Gateway's `X-Amzn-Trace-Id`, so that its trace and ours are one."""
    found = _XRAY.search(header or "")
    if found is None:
        return None
    return f"00-{found['time']}{found['unique']}-{found['parent'] or secrets.token_hex(8)}-01"


@contextmanager
def span(name: str, *, kind: Kind = "internal", parent: str | None = None, **attributes: Any) -> Iterator[Span]:  # noqa: ANN401 - what OTel takes
    """A step of the trace; `parent` is a `traceparent` from outside, else the step belongs to the present one."""
    before = _parent(parent)
    if not recording():
        # Only ids travel: the step is its parent's, or the first of a trace.
        here = trace.get_current_span(before)
        here = here if here.get_span_context().is_valid else _named()
        token = contexts.attach(trace.set_span_in_context(here, before))
        try:
            yield here
        finally:
            contexts.detach(token)
        return
    here = tracer().start_span(name, context=before, kind=KINDS[kind], attributes=attributes)
    token = contexts.attach(trace.set_span_in_context(here, before))
    try:
        yield here
    except BaseException as error:
        here.record_exception(error)
        here.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        contexts.detach(token)
        here.end()


def export() -> None:
    """Send what was recorded, before Lambda freezes the process."""
    if recording():
        flush = getattr(trace.get_tracer_provider(), "force_flush", lambda _: None)
        flush(int(EXPORT_SECONDS * 1000))


def _parent(traceparent: str | None) -> contexts.Context:
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found is None:
        return contexts.get_current()
    told = SpanContext(
        trace_id=int(found["trace"], 16),
        span_id=int(found["span"], 16),
        is_remote=True,
        trace_flags=TraceFlags(int(found["flags"], 16)),
    )
    return trace.set_span_in_context(NonRecordingSpan(told), contexts.Context())


def _named() -> Span:
    """A span that is recorded nowhere and still has ids, for messages and log lines."""
    ids = SpanContext(
        trace_id=random.getrandbits(128) or 1,  # a name, not a secret
        span_id=random.getrandbits(64) or 1,
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    return NonRecordingSpan(ids)


@cache
def recording() -> bool:
    """Whether spans go anywhere; where they do not, making them costs a tenth of a call for nothing."""
    tracer()
    return hasattr(trace.get_tracer_provider(), "force_flush")


@cache
def tracer() -> trace.Tracer:
    """The tracer of this process; makes the exporter when one is configured and none is there."""
    settings = TelemetrySettings()
    if settings.otel_exporter_otlp_endpoint is not None and not hasattr(trace.get_tracer_provider(), "force_flush"):
        _export_to_collector(settings.powertools_service_name)
    return trace.get_tracer("omnipricex")


def _export_to_collector(service: str) -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - costs its own
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": service, "service.namespace": "omnipricex"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=EXPORT_SECONDS)))
    trace.set_tracer_provider(provider)
