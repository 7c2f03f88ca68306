"""The embedded MongoDB: SecantusDB, a process of its own that speaks the real wire protocol."""

import shutil
import sys
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from local.cloud.config import HOST, PREFIX, LocalConfig
from local.cloud.environment import clean_environment
from local.cloud.processes import Service

NAME = "mongodb"
PROBE_MILLISECONDS = 500


def answers(uri: str) -> bool:
    """Whether a MongoDB is there and ready."""
    client: MongoClient[dict[str, object]] = MongoClient(
        uri,
        serverSelectionTimeoutMS=PROBE_MILLISECONDS,
        connectTimeoutMS=PROBE_MILLISECONDS,
    )
    try:
        client.admin.command("ping")
    except PyMongoError:
        return False
    finally:
        client.close()
    return True


def service(config: LocalConfig) -> Service:
    """How to run it for this local cloud."""
    home = config.state_dir / NAME
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    beside_python = Path(sys.executable).with_name("secantusd-py")
    program = str(beside_python) if beside_python.exists() else shutil.which("secantusd-py") or str(beside_python)
    return Service(
        name=NAME,
        command=(
            program,
            *("--host", HOST, "--port", str(config.mongodb_port)),
            *("--storage-path", str(home / "data")),
            *("--cache-size", "256M"),
            "--sync-on-commit",
        ),
        environment=clean_environment(home),
        port=config.mongodb_port,
        setting=PREFIX + "MONGODB_PORT",
        mend=f"run `make setup` to install it, or set {PREFIX}MONGODB_URI to a MongoDB of yours",
        is_ready=lambda: answers(config.mongodb),
    )
