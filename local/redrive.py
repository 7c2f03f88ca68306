"""List or move dead letters of the local cloud, as an operator does with the deployed function."""

import argparse
import getpass
import json

from rich.console import Console

from local.cloud.stack import Stack

ROW = "scheduler-redrive"


def redrive(stack: Stack, console: Console, options: argparse.Namespace) -> int:
    """Ask the redrive function and show its answer; returns the exit code."""
    asked = {
        "queue": options.queue,
        "requested_by": getpass.getuser(),
        "dry_run": not options.move,
        "reason": options.reason,
        "type": options.type,
        "organisation_id": options.organisation,
        "older_than": options.older_than,
        "rate_per_second": options.rate,
        "limit": options.limit,
    }
    answer = stack.require_running().functions.invoke(ROW, asked)
    console.print_json(json.dumps(answer.payload))
    return 1 if answer.failed else 0
