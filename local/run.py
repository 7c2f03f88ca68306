"""`make run`: the local cloud up, the first administrator in, the main job done, and what to try next."""

import os
import re
import signal
import sys
import threading
import time

from rich.console import Console

from local.administrator import Administrator, ensure_administrator
from local.cloud.config import HOUSES
from local.cloud.stack import Stack
from local.job import run as main_job


def run(stack: Stack, *, detach: bool, job: bool) -> int:
    """Bring it up, run the job, and stay until Ctrl-C unless nobody watches; returns the exit code."""
    console = stack.steps.console
    started = time.monotonic()
    stack.up()
    try:
        with stack.steps, stack.steps.step("First administrator"):
            administrator = ensure_administrator(stack)
        if job:
            console.print(main_job(stack))
        _print_addresses(console, stack, administrator)
        console.print(f"[bold]Ready in {time.monotonic() - started:.0f} s.[/]", highlight=False)
        if detach or "CI" in os.environ or not sys.stdout.isatty():
            console.print("It runs in the background; `make stop` ends it.")
            return 0
        console.print("Ctrl-C ends it; what it holds is kept for the next `make run`.")
        threading.Event().wait()
    except KeyboardInterrupt:
        # A second, impatient Ctrl-C would cost the snapshot.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stack.down()
    except BaseException:
        stack.undo()
        raise
    return 0


def _without_password(uri: str) -> str:
    return re.sub(r"://[^/@]*@", "://…@", uri)


def _print_addresses(console: Console, stack: Stack, administrator: Administrator) -> None:
    api = stack.outputs.api_url
    rows = {
        "API": api,
        **{f"  {house} documentation": f"{api}/{house}/docs" for house in HOUSES},
        "AWS endpoint": stack.config.endpoint,
        "MongoDB": _without_password(stack.config.mongodb),
        "Valkey": _without_password(stack.config.valkey),
        "Logs": stack.config.state_dir / "logs",
        "Sign in as": f"{administrator.email}  {administrator.password}",
    }
    console.print()
    for name, value in rows.items():
        console.print(f"{name:<26}{value}", soft_wrap=True, highlight=False, markup=False)
    console.print()
    console.print("Try next:", style="bold")
    body = f'{{"email":"{administrator.email}","password":"{administrator.password}"}}'
    console.print(
        f"  curl -s {api}/auth/sign-in -H 'content-type: application/json' -d '{body}'", soft_wrap=True, markup=False
    )
    console.print("  make invoke FUNCTION=products-api EVENT=events/samples/http_api_v2_get.json")
    console.print("  make dev      the same APIs with hot reload")
