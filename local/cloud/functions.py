"""Run deployed functions directly, as an operator would."""

import base64
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from mypy_boto3_lambda import LambdaClient

from local.cloud.config import LocalConfig
from local.cloud.errors import LocalCloudError
from local.cloud.outputs import Outputs

# A function may run for minutes, and a second try would run it twice.
PATIENT = Config(read_timeout=330, retries={"total_max_attempts": 1})
MIGRATION = "-migrate"
# Events that start a function and ask nothing of it; a worker gets an empty batch.
NO_WORK: dict[str, object] = {"Records": []}
FIRST_EVENTS: dict[str, dict[str, object]] = {
    "pricing-questions": {"tool": "market_summary", "organisation_id": "none"},
    "pricing-write-shop": {
        "action": "read",
        "organisation_id": "none",
        "shop": {"kind": "WOOCOMMERCE", "url": "https://none.example", "sealed": "§"},
        "products": [],
    },
    "products-prices": {"action": "read", "organisation_id": "none", "product_ids": ["none"]},
}


class UnknownFunction(LocalCloudError):
    """No row of the function table has this name."""


class MigrationFailed(LocalCloudError):
    """A house's database could not be prepared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a function gave back."""

    payload: Any
    failed: bool
    log: str


def first_event(row: str) -> dict[str, object]:
    """An event that starts a function and changes nothing."""
    if not row.endswith("-api"):
        return FIRST_EVENTS.get(row, NO_WORK)
    path = f"/{row.removesuffix('-api')}/health"
    http = {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "localhost"},
        "requestContext": {"http": http, "requestId": "first", "stage": "$default"},
        "isBase64Encoded": False,
    }


class Functions:
    """The deployed functions by their rows in the function table."""

    def __init__(self, config: LocalConfig, outputs: Outputs) -> None:
        self._names = outputs.functions
        credentials = config.credentials
        self._client: LambdaClient = boto3.client(
            "lambda",
            endpoint_url=config.endpoint,
            region_name=config.region,
            aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
            config=PATIENT,
        )

    def invoke(self, row: str, event: object) -> Answer:
        """Call one function and wait for its answer."""
        answer = self._client.invoke(FunctionName=self._name(row), Payload=json.dumps(event).encode(), LogType="Tail")
        text = answer["Payload"].read().decode()
        return Answer(
            payload=json.loads(text) if text else None,
            failed="FunctionError" in answer,
            log=base64.b64decode(answer.get("LogResult", "")).decode(errors="replace"),
        )

    def environment(self, row: str) -> dict[str, str]:
        """The variables that Terraform gave one function."""
        configuration = self._client.get_function_configuration(FunctionName=self._name(row))
        return dict(configuration.get("Environment", {}).get("Variables", {}))

    def migrate(self) -> int:
        """Have each house prepare its database; returns how many did."""
        rows = [row for row in self._names if row.endswith(MIGRATION)]
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda row: self.invoke(row, {}), rows))
        for row, answer in zip(rows, answers, strict=True):
            if answer.failed:
                raise MigrationFailed(f"{row} failed: {json.dumps(answer.payload)[:300]}")
        return len(rows)

    def warm(self, rows: Sequence[str]) -> None:
        """Start functions before they are needed, one after another, with events that ask for nothing."""
        for row in rows:
            self.invoke(row, first_event(row))

    def _name(self, row: str) -> str:
        if row not in self._names:
            raise UnknownFunction(f"there is no function {row!r}; there are: {', '.join(sorted(self._names))}")
        return self._names[row]
