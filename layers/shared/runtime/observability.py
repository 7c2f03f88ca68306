"""What a function says of itself: JSON log lines, embedded metrics and spans, with no secret in any of them."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.utilities.typing import LambdaContext
from opentelemetry.trace import Span

from shared.runtime import tracing
from shared.runtime.deadline import before_the_end_of
from shared.runtime.metrics import emit, written
from shared.runtime.tracing import Kind, traceparent, traceparent_of_gateway

__all__ = ["bind", "emit", "invocation", "logger", "span", "traceparent", "traceparent_of_gateway", "unit"]

HIDDEN = "«hidden»"
SECRET_KEYS = frozenset(
    {"access_token", "authorization", "client_secret", "cookie", "password", "refresh_token", "secret", "uri"}
)
# Credentials in addresses, tokens, and e-mail addresses, wherever in a line they stand.
SECRETS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^\s/@\"]+@"
    r"|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"
    r"|(?P<bearer>[Bb](?:earer|asic) )[\w.~+/=-]{8,}"
    r"|(?P<address>[\w.+-]+)@(?P<domain>[\w-]+(?:\.[\w-]+)+)"
)


def _hidden(found: re.Match[str]) -> str:
    if found["scheme"]:
        return f"{found['scheme']}{HIDDEN}@"
    if found["domain"]:
        return f"{HIDDEN}@{found['domain']}"
    return f"{found['bearer'] or ''}{HIDDEN}"


def _serialised(line: Any) -> str:  # noqa: ANN401 - a record of Powertools' own kind, a dict
    for key in SECRET_KEYS & line.keys():
        line[key] = HIDDEN
    return SECRETS.sub(_hidden, orjson.dumps(line, default=str).decode())


logger = Logger(logger_formatter=LambdaPowertoolsFormatter(json_serializer=_serialised, use_rfc3339=True, utc=True))
"""Logs events, not prose. The service name and level come from POWERTOOLS_* variables."""


def bind(**keys: object) -> None:
    """Put keys on every line that this unit of work logs from now on; other units at the same time are untouched."""
    logger.thread_safe_append_keys(**keys)


@contextmanager
def unit() -> Iterator[None]:
    """A unit of work: a request, a message, a tick. It begins with no keys, and its metrics are written at its end."""
    logger.thread_safe_clear_keys()
    try:
        yield
    finally:
        flush()
        logger.thread_safe_clear_keys()


_started: list[str] = []


@contextmanager
def invocation(context: LambdaContext) -> Iterator[None]:
    """The unit of work of one Lambda invocation; the first of a process counts as a cold start."""
    with unit(), before_the_end_of(context):
        bind(**keys_of(context))
        yield


def keys_of(context: LambdaContext) -> dict[str, object]:
    """What every line of an invocation says of it; the first invocation of a process is counted here."""
    cold = not _started
    if cold:
        _started.append(context.aws_request_id)
        emit("ColdStart", 1, function=context.function_name)
    return {"request_id": context.aws_request_id, "function": context.function_name, "cold_start": cold}


def flush() -> None:
    """Write the metrics that wait, and send the spans."""
    for line in written(logger.service):
        sys.stdout.write(line + "\n")
    tracing.export()


@contextmanager
def span(name: str, *, kind: Kind = "internal", parent: str | None = None, **attributes: Any) -> Iterator[Span]:  # noqa: ANN401 - what OTel takes
    """A step of the trace, whose id stands on every line that is logged within it."""
    with tracing.span(name, kind=kind, parent=parent, **attributes) as here:
        bind(trace_id=f"{here.get_span_context().trace_id:032x}")
        yield here
