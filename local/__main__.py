"""The local cloud from the command line: `python -m local run|stop|status|invoke|redrive|dev|doctor`."""

import argparse
import json
import sys
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console

from local.cloud import ministack
from local.cloud.config import LocalConfig
from local.cloud.errors import LocalCloudError
from local.cloud.progress import Steps
from local.cloud.stack import TITLES, Stack
from local.dev import serve
from local.doctor import doctor
from local.redrive import redrive
from local.run import run

INTERRUPTED = 130


class BadEvent(LocalCloudError):
    """The event's text is not JSON."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description="OmniPriceX's local cloud.")
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("run", help="start it, run the main job, stay until Ctrl-C")
    start.add_argument("--detach", action="store_true", help="leave it running in the background")
    start.add_argument("--no-job", action="store_true", help="without the main job")
    commands.add_parser("stop", help="stop what run started, and nothing else")
    commands.add_parser("status", help="what runs, and where")
    commands.add_parser("doctor", help="what this machine has and lacks")
    call = commands.add_parser("invoke", help="run one function with an event")
    call.add_argument("function", help="the function's row, such as products-api")
    call.add_argument("event", type=Path, help="a file with the event as JSON, - for standard input")
    again = commands.add_parser("redrive", help="list a queue's dead letters, or move them back")
    again.add_argument("queue", help="the queue's row, such as pricing-decide")
    again.add_argument("--move", action="store_true", help="move them; without it they are only listed")
    again.add_argument("--reason", help="only those that were quarantined for this reason")
    again.add_argument("--type", help="only messages of this type")
    again.add_argument("--organisation", help="only those of this organisation")
    again.add_argument("--older-than", help="only those sent before this time, as 2026-11-23T06:00:00Z")
    again.add_argument("--rate", type=float, default=10.0, help="how many to move in a second")
    again.add_argument("--limit", type=int, default=100, help="how many to move at most")
    dev = commands.add_parser("dev", help="serve all HTTP APIs with hot reload against the same stores")
    dev.add_argument("--port", type=int, default=8000)
    return parser


def _invoke(stack: Stack, console: Console, function: str, event: Path) -> int:
    text = sys.stdin.read() if str(event) == "-" else event.read_text(encoding="utf-8")
    try:
        given = json.loads(text)
    except ValueError as error:
        raise BadEvent(f"{event} is not JSON: {error}") from None
    answer = stack.require_running().functions.invoke(function, given)
    Console(stderr=True).print(answer.log, style="dim", markup=False, highlight=False, soft_wrap=True)
    console.print_json(json.dumps(answer.payload))
    return 1 if answer.failed else 0


def _stop(stack: Stack, console: Console) -> int:
    if not stack.down():
        console.print("nothing that we started is running")
    return 0


def _status(stack: Stack, console: Console) -> int:
    for name in dict.fromkeys([*TITLES, *stack.supervisor.all_running()]):
        record = stack.supervisor.running(name)
        told = f"process {record.pid}, port {record.port}" if record else "not running"
        console.print(f"  {TITLES.get(name, name)}: {told}", highlight=False)
    if stack.supervisor.running(ministack.NAME):
        console.print(f"  API: {stack.outputs.api_url}", highlight=False, soft_wrap=True)
    return 0


def _dispatch(options: argparse.Namespace, console: Console) -> int:
    config = LocalConfig()
    stack = Stack(config, Steps(console))
    match options.command:
        case "run":
            return run(stack, detach=options.detach, job=not options.no_job)
        case "stop":
            return _stop(stack, console)
        case "status":
            return _status(stack, console)
        case "invoke":
            return _invoke(stack, console, options.function, options.event)
        case "redrive":
            return redrive(stack, console, options)
        case "dev":
            return serve(stack, options.port)
        case _:
            return doctor(config, console)


def main() -> int:
    """Do what the command line asks; a failure is one line and exit code 1."""
    complaints = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        return _dispatch(_parser().parse_args(), Console())
    except ValidationError as error:
        fault = error.errors()[0]
        complaints.print(f"setting {fault['loc'][0]}: {fault['msg']}", style="red", markup=False)
    except (LocalCloudError, OSError, ValueError) as error:
        complaints.print(str(error), style="red", markup=False)
    except KeyboardInterrupt:
        complaints.print("stopped")
        return INTERRUPTED
    return 1


if __name__ == "__main__":
    sys.exit(main())
