"""The AWS emulator: MiniStack in an environment of its own, IAM enforced, its state kept between runs."""

import shutil
import urllib.error
import urllib.request
from pathlib import Path

from local.cloud.config import HOST, PREFIX, LocalConfig
from local.cloud.environment import clean_environment
from local.cloud.processes import Service, remove_behind

NAME = "ministack"
PROBE_SECONDS = 2
STOP_SECONDS = 60
# Ready only after what was saved is loaded; LocalStack has no such address, only its health.
READY_PATHS = ("/_ministack/ready", "/_localstack/health")


def _home(config: LocalConfig) -> Path:
    return config.state_dir / NAME


def _marker(config: LocalConfig) -> Path:
    return _home(config) / "saved-in-full"


def answers(endpoint: str) -> bool:
    """Whether an emulator is there and ready."""
    for path in READY_PATHS:
        try:
            with urllib.request.urlopen(endpoint + path, timeout=PROBE_SECONDS) as answer:  # noqa: S310 - configured
                return bool(answer.status == 200)  # noqa: PLR2004 - OK
        except urllib.error.HTTPError:
            continue
        except OSError:
            return False
    return False


def take_snapshot(config: LocalConfig, *, usable: bool) -> bool:
    """Use what the last run saved; False, and nothing left of it, when that run did not end properly.

    The emulator saves when it is asked to stop; after a kill only its S3 objects are there, which fit nothing.
    After an interrupted apply it may hold what Terraform's state does not know: not usable either.
    """
    whole = usable and _marker(config).exists()
    if not whole:
        for part in ("state", "s3"):
            shutil.rmtree(_home(config) / part, ignore_errors=True)
    _marker(config).unlink(missing_ok=True)
    clear_workspaces(config)
    (_home(config) / "tmp").mkdir(parents=True)
    return whole


def clear_workspaces(config: LocalConfig) -> None:
    """Delete what the functions were unpacked into: some 80 MB for each copy that ran, and it stays behind."""
    remove_behind(_home(config) / "tmp")


def mark_saved(config: LocalConfig) -> None:
    """Note that the emulator ended by itself, so what it saved is complete."""
    if (_home(config) / "state").is_dir():
        _marker(config).write_text("", encoding="ascii")


def service(config: LocalConfig) -> Service:
    """How to run it for this local cloud."""
    home = _home(config)
    return Service(
        name=NAME,
        command=(str(config.ministack_dir / "bin" / "python"), "-m", "ministack"),
        environment=clean_environment(
            home,
            AUTH="true",
            BIND_HOST=HOST,
            GATEWAY_PORT=str(config.aws_port),
            IOT_MTLS_ENABLED="0",
            MINISTACK_HOST=HOST,
            MINISTACK_REGION=config.region,
            PERSIST_STATE="1",
            REDIS_HOST=HOST,
            REDIS_PORT=str(config.valkey_port),
            S3_DATA_DIR=str(home / "s3"),
            S3_PERSIST="1",
            SFTP_ENABLED="0",
            STATE_DIR=str(home / "state"),
        ),
        port=config.aws_port,
        setting=PREFIX + "AWS_PORT",
        mend=f"run `make setup` to install it, or set {PREFIX}AWS_ENDPOINT_URL to an emulator of yours",
        is_ready=lambda: answers(config.endpoint),
    )
