"""Import one door as Lambda would and print the modules that came with it, as a JSON list.

    python -m scripts.doors pricing.handlers.api [--artifacts build/artifacts]

Only the standard library, the layer and the house's zip are on the path; the environment holds the
row's variables with values that lead nowhere.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from scripts.function_table import Row, read_table

ROOT = Path(__file__).resolve().parents[1]
IMPORT_SECONDS = 120
LONG_AGO = 315_532_800
"""1980: the date that the zips' entries bear."""

IMPORT = """
import importlib, json, sys
sys.path += sys.argv[2:]
door = importlib.import_module(sys.argv[1])
assert callable(door.handler), "the door has no handler"
print()
print(json.dumps(sorted(sys.modules)))
"""

# A public key of a pair whose private half was never kept.
PUBLIC_KEY = """\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtK/loM323y+CovpCA4lu
mX6flOiKY37vsc62eKQ9vlK6rrX1jTwoaJJdPmMciGf8qbaYxHgF/fyIy4Q0k111
Yy4wagUS6JU584nxioVkV1XLWzeCRY+LZe87f5KYiXwYdHxLNrWelZSrl7kIfuMr
o6dtjKm8aMzy+kzRBkGdc9HGG9dXBMtIXfxnyEuK9C5SM1NqidbQ4wd5MmhmkSQr
Y7/aOZt6U4S1VFTijvDsQGhuH18xQlu3fuhnlSRZzdtn4qqA7pcHDqgI22qFIi3V
L3p21NBL6uhzBrKGRZUcNxw4+ToXD1M5u0hVr87TRdcMHGpBmVioQrFqqhaRaJEk
uQIDAQAB
-----END PUBLIC KEY-----
"""

VALUES = {
    "GEMINI_MODEL": "gemini-2.5-flash",
    "OMNIPRICEX_ENVIRONMENT": "dev",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "RATE_LIMITS": "{}",
    "REDRIVEN_QUEUES": "[]",
    "SCANNER_LANES": "4",
    "SCANNER_MIN_DELAY_SECONDS": "1",
    "ALERT_PAUSE_MINUTES": "15",
    "SCANNER_USER_AGENT": "OmniPriceX/0.1 (+https://omnipricex.invalid)",
    "SIGNING_KEYS": json.dumps({"key": PUBLIC_KEY}),
    "TOKEN_ISSUER": "https://api.invalid",
    "VALKEY_URL": "rediss://valkey.invalid:6379",
}
ABSENT = frozenset({"GEMINI_SECRET_ARN", "SCANNER_CONNECT_TO"})
"""Variables that an environment leaves out unless it asks for more."""


class DoorFailed(Exception):
    """A door cannot be imported from its artefacts alone."""


def unpack(artifacts: Path, house: str, folder: Path) -> list[str]:
    """Lay the layer and the house out with files dated 1980; returns what Lambda puts on the path."""
    for name, target in (("layer", folder / "opt"), (house, folder / "task")):
        with zipfile.ZipFile(artifacts / f"{name}.zip") as archive:
            archive.extractall(target)
    for path in folder.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    return [str(folder / "task"), str(folder / "opt" / "python")]


def environment(row: Row) -> dict[str, str]:
    """The row's variables, and those that Lambda itself sets, with values that lead nowhere."""
    own = {name: _value(name) for name in (row.common | row.own) - ABSENT}
    own["POWERTOOLS_SERVICE_NAME"] = row.house
    own["MONGODB_DATABASE"] = f"omnipricex_{row.house}"
    return {**own, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_NAME": row.name}


def _value(name: str) -> str:
    if name in VALUES:
        return VALUES[name]
    if name.endswith("_ARN"):
        return f"arn:aws:service:us-east-1:000000000000:{name.lower()}"
    return f"https://{name.lower().replace('_', '-')}.invalid" if name.endswith("_URL") else name.lower()


def imported_modules(row: Row, path: list[str]) -> list[str]:
    """Import the row's door in a fresh interpreter; returns what is in `sys.modules` afterwards."""
    # -B: a module without valid bytecode must not get some by the way.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", IMPORT, row.module, *path],
        check=False,
        capture_output=True,
        text=True,
        timeout=IMPORT_SECONDS,
        env=environment(row),
    )
    if done.returncode:
        raise DoorFailed(f"{row.module}: {done.stderr.strip().splitlines()[-1]}")
    modules: list[str] = json.loads(done.stdout.splitlines()[-1])
    return modules


def main() -> int:
    """Import the named door; returns the exit code."""
    parser = argparse.ArgumentParser(description="Import one door from its artefacts alone.")
    parser.add_argument("module", help="for example pricing.handlers.api")
    parser.add_argument("--artifacts", type=Path, default=ROOT / "build" / "artifacts")
    arguments = parser.parse_args()
    row = next((row for row in read_table() if row.module == arguments.module), None)
    if row is None:
        print(f"doors: no row of terraform/functions.tf has the door {arguments.module}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        try:
            modules = imported_modules(row, unpack(arguments.artifacts, row.house, Path(folder)))
        except (DoorFailed, FileNotFoundError) as error:
            print(f"doors: {error}", file=sys.stderr)
            return 1
    print(json.dumps(modules))
    return 0


if __name__ == "__main__":
    sys.exit(main())
