"""Write what other programs rely on: an OpenAPI file for each house, a JSON Schema for each message and for policies.

They are checked in, so that a change of a promise shows in the diff; a test compares them with the code.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI

import assistant.api.app
import assistant.bootstrap
import assistant.settings
import auth.api.app
import auth.bootstrap
import auth.settings
import pricing.api.app
import pricing.bootstrap.api
import pricing.settings
import products.api.app
import products.bootstrap
import products.settings
import scheduler.api.app
import scheduler.bootstrap
import scheduler.settings
from pricing.adapters.policy_text import policy_schema
from shared.contracts.catalogue import MESSAGES

ROOT = Path(__file__).resolve().parent.parent
# Nothing connects while an app is built, so any text will do.
COMMON = {
    "omnipricex_environment": "documentation",
    "mongodb_secret_arn": "none",
    "mongodb_database": "documentation",
    "valkey_url": "valkey://none",
    "rate_limits": "{}",
}

BUS = {"event_bus_name": "none"}


def _auth() -> FastAPI:
    keys = {"signing_keys": "{}", "token_issuer": "none", "signing_key_arn": "none"}
    settings = auth.settings.ApiSettings.model_validate(COMMON | BUS | keys)
    return auth.api.app.build_app(auth.bootstrap.bootstrap(settings))


def _products() -> FastAPI:
    settings = products.settings.ApiSettings.model_validate(COMMON | BUS)
    return products.api.app.build_app(products.bootstrap.bootstrap(settings))


def _pricing() -> FastAPI:
    names = (
        "decide_queue_url",
        "publish_queue_url",
        "reports_queue_url",
        "roll_ups_queue_url",
        "simulations_queue_url",
        "pages_queue_url",
        "work_bucket",
        "stored_pages_function",
        "trial_function",
        "write_shop_function",
        "sealing_key_arn",
        "mail_from",
    )
    settings = pricing.settings.ApiSettings.model_validate(
        COMMON | BUS | dict.fromkeys(names, "none") | {"scanner_lanes": 1}
    )
    return pricing.api.app.build_app(pricing.bootstrap.api.bootstrap(settings))


def _scheduler() -> FastAPI:
    schedules = ("schedule_group", "schedule_role_arn", "schedule_dlq_arn", "due_queue_arn")
    queues = ("scan_requests_queue_url", "runs_due_queue_url", "reports_queue_url", "pulls_queue_url")
    names = (*schedules, *queues, "work_bucket")
    settings = scheduler.settings.ApiSettings.model_validate(COMMON | BUS | dict.fromkeys(names, "none"))
    return scheduler.api.app.build_app(scheduler.bootstrap.bootstrap(settings))


def _assistant() -> FastAPI:
    settings = assistant.settings.ApiSettings.model_validate(COMMON | BUS | {"questions_queue_url": "none"})
    return assistant.api.app.build_app(assistant.bootstrap.bootstrap(settings))


APPS: dict[str, Callable[[], FastAPI]] = {
    "assistant": _assistant,
    "auth": _auth,
    "pricing": _pricing,
    "products": _products,
    "scheduler": _scheduler,
}


def documents() -> dict[Path, str]:
    """Every generated file with its text."""
    openapi: dict[str, object] = {f"docs/openapi/{house}.json": build().openapi() for house, build in APPS.items()}
    schemas: dict[str, object] = {
        f"events/schemas/{name}.json": message.model_json_schema() for name, message in MESSAGES.items()
    }
    policies: dict[str, object] = {"docs/policy.schema.json": policy_schema()}
    return {
        ROOT / path: json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        for path, document in (openapi | schemas | policies).items()
    }


def main() -> int:
    """Write every file, and remove those that nothing generates any more."""
    wanted = documents()
    for folder in ("docs/openapi", "events/schemas"):
        for path in (ROOT / folder).glob("*.json"):
            if path not in wanted:
                path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(wanted)} files written")
    if "--release" in sys.argv[1:]:
        _release()
    return 0


def _release() -> None:
    """Make the present schemas those that every later one is compared with."""
    folder = ROOT / "events" / "released"
    folder.mkdir(exist_ok=True)
    for path in (ROOT / "events" / "schemas").glob("*.json"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    print("events/released holds the present schemas")


if __name__ == "__main__":
    sys.exit(main())
