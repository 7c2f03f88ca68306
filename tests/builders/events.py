"""Lambda events: the samples of `events/samples`, and requests and messages made in their likeness."""

import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "events" / "samples"

type LambdaEvent = dict[str, Any]


def sample(name: str) -> LambdaEvent:
    """One file of `events/samples`."""
    event: LambdaEvent = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return event


def body_of(event: LambdaEvent) -> dict[str, Any]:
    """The message in the first record of an SQS event."""
    message: dict[str, Any] = json.loads(event["Records"][0]["body"])
    return message


def with_bodies(event: LambdaEvent, bodies: Sequence[str | Mapping[str, Any]]) -> LambdaEvent:
    """The SQS event with a record for each body, named record-0, record-1 and so on."""
    made = copy.deepcopy(event)
    made["Records"] = [
        copy.deepcopy(event["Records"][0])
        | {"messageId": f"record-{place}", "body": body if isinstance(body, str) else json.dumps(body)}
        for place, body in enumerate(bodies)
    ]
    return made


def identity(scopes: str, organisation_id: str = "org", user_id: str = "usr") -> dict[str, str]:
    """What the authorizer proves of a caller with these scopes."""
    return {"organisation_id": organisation_id, "user_id": user_id, "roles": "pricing_manager", "scopes": scopes}


def http_request(
    method: str,
    path: str,
    *,
    proved: Mapping[str, str] | None,
    body: str | None = None,
    query: str = "",
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> LambdaEvent:
    """A request as API Gateway sends it (payload 2.0)."""
    event = sample("http_api_v2_get")
    context = event["requestContext"]
    context["http"] |= {"method": method, "path": path}
    del context["authorizer"]
    if proved is not None:
        context["authorizer"] = {"lambda": dict(proved)}
    event |= {"rawPath": path, "rawQueryString": query}
    event.pop("queryStringParameters")
    if body is not None:
        event |= {"body": body, "headers": event["headers"] | {"content-type": content_type}}
    event["headers"] = event["headers"] | dict(headers or {})
    return event
