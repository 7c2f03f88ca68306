"""Start services, wait until they answer, and stop exactly what was started."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from local.cloud.config import HOST
from local.cloud.errors import MissingProgram, NotReady, PortTaken
from local.cloud.identity import started_at

POLL_SECONDS = 0.05
# Children of this program by pid, whoever stops them: an ended child is known as such only once it is reaped.
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A program to run beside us: how to start it, and when it is up."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    port: int
    setting: str
    mend: str
    is_ready: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is written down about a started process, enough to know it again."""

    name: str
    pid: int
    started: str
    port: int

    @property
    def lives(self) -> bool:
        """Whether this very process still runs."""
        return started_at(self.pid) == self.started


def port_is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def remove_behind(folder: Path) -> None:
    """Delete a folder without making anyone wait: moved aside at once, removed by a process of its own."""
    if not folder.is_dir():
        return
    aside = Path(tempfile.mkdtemp(prefix="removed-", dir=folder.parent))
    folder.rename(aside / folder.name)
    # The shell ends at once, so that nobody has a child to wait for.
    behind = ["/bin/sh", "-c", 'rm -rf -- "$1" >/dev/null 2>&1 &', "sh", str(aside)]
    subprocess.run(behind, stdin=subprocess.DEVNULL, start_new_session=True, check=True)


class Supervisor:
    """Starts and stops the services of one state folder, across runs of this program."""

    def __init__(self, state_dir: Path, *, ready_timeout_seconds: float) -> None:
        self._folder = state_dir / "processes"
        self._logs = state_dir / "logs"
        self._timeout = ready_timeout_seconds
        self.started: list[str] = []

    def log_of(self, name: str) -> Path:
        """Where a service writes what it says."""
        return self._logs / f"{name}.log"

    def running(self, name: str) -> Record | None:
        """The living process of a service, if we started one."""
        try:
            record = Record(**json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return record if record.lives else None

    def all_running(self) -> list[str]:
        """The services that we started, in this run or an earlier one, and that still live."""
        return [path.stem for path in sorted(self._folder.glob("*.json")) if self.running(path.stem)]

    def start(self, service: Service) -> bool:
        """Have the service up; False when it was up already. A failed start leaves nothing behind."""
        if self.running(service.name):
            self._wait(service)
            return False
        if not shutil.which(service.command[0]):
            raise MissingProgram(f"{service.name}: {service.command[0]} is missing; {service.mend}")
        if not port_is_free(service.port):
            raise PortTaken(
                f"{service.name}: port {service.port} is taken by another program; "
                f"end that program, or set {service.setting} to another port"
            )
        self._spawn(service)
        try:
            self._wait(service)
        except BaseException:
            self.stop(service.name, seconds=2)
            raise
        self.started.append(service.name)
        return True

    def stop(self, name: str, *, seconds: float = 30) -> bool:
        """End a service that we started, politely first; True when it was there and ended by itself in time."""
        record = self.running(name)
        ended = False
        if record:
            with contextlib.suppress(ProcessLookupError):
                os.kill(record.pid, signal.SIGTERM)
            ended = _gone_within(record, seconds)
            # The service leads its own group: workers that outlived it, or all of it when it did not end, go too.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(record.pid, signal.SIGKILL)
            _gone_within(record, 5)
        _reap()
        self.started = [other for other in self.started if other != name]
        (self._folder / f"{name}.json").unlink(missing_ok=True)
        return ended

    def _spawn(self, service: Service) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log_of(service.name).open("wb") as log:
            process = subprocess.Popen(
                service.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(service.environment),
                cwd=self._folder.parent,
                start_new_session=True,
            )
        _CHILDREN[process.pid] = process
        started = started_at(process.pid) or ""
        record = Record(name=service.name, pid=process.pid, started=started, port=service.port)
        (self._folder / f"{service.name}.json").write_text(json.dumps(asdict(record)), encoding="utf-8")

    def _wait(self, service: Service) -> None:
        deadline = time.monotonic() + self._timeout
        while not service.is_ready():
            log = self.log_of(service.name)
            if not self.running(service.name):
                raise NotReady(f"{service.name} ended at once ({_last_words(log)}); its log is {log}")
            if time.monotonic() > deadline:
                raise NotReady(f"{service.name} did not answer within {self._timeout:.0f} s; its log is {log}")
            time.sleep(POLL_SECONDS)


def _gone_within(record: Record, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while record.lives:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _reap() -> None:
    for pid, child in list(_CHILDREN.items()):
        if child.poll() is not None:
            del _CHILDREN[pid]


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
