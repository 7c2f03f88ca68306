import os
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from local.cloud import mongodb, valkey
from local.cloud.config import HOST, LocalConfig
from local.cloud.errors import MissingProgram, NotReady, PortTaken
from local.cloud.processes import Service, Supervisor, port_is_free, remove_behind


@pytest.fixture
def config(tmp_path: Path) -> LocalConfig:
    return LocalConfig.isolated(tmp_path / "cloud")


@pytest.fixture
def supervisor(config: LocalConfig) -> Iterator[Supervisor]:
    supervisor = Supervisor(config.state_dir, ready_timeout_seconds=30)
    yield supervisor
    for name in (mongodb.NAME, valkey.NAME):
        supervisor.stop(name, seconds=10)


@pytest.mark.parametrize("module", [mongodb, valkey])
def test_a_store_comes_up_is_found_again_and_ends(module: object, config: LocalConfig, supervisor: Supervisor) -> None:
    service: Service = module.service(config)  # type: ignore[attr-defined]  # both modules have it

    assert supervisor.start(service)
    assert not supervisor.start(service)
    later = Supervisor(config.state_dir, ready_timeout_seconds=30)
    assert later.running(service.name) is not None

    assert later.stop(service.name)
    assert port_is_free(service.port)
    assert later.running(service.name) is None


def test_stored_data_outlives_a_restart(config: LocalConfig, supervisor: Supervisor) -> None:
    service = valkey.service(config)
    supervisor.start(service)
    _say(config.valkey_port, b"SET kept yes\r\n")
    supervisor.stop(service.name)

    supervisor.start(service)

    assert b"yes" in _say(config.valkey_port, b"GET kept\r\n")


def test_a_taken_port_is_refused_in_one_line_and_nothing_is_left(config: LocalConfig, supervisor: Supervisor) -> None:
    with socket.create_server((HOST, config.valkey_port)), pytest.raises(PortTaken) as refusal:
        supervisor.start(valkey.service(config))

    assert str(config.valkey_port) in str(refusal.value)
    assert "OMNIPRICEX_LOCAL_VALKEY_PORT" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert supervisor.running(valkey.NAME) is None


def test_a_missing_program_is_named_with_its_mend(config: LocalConfig, supervisor: Supervisor) -> None:
    service = replace(valkey.service(config), command=("no-such-valkey",))

    with pytest.raises(MissingProgram, match=r"no-such-valkey is missing; run `make setup`"):
        supervisor.start(service)

    assert supervisor.running(valkey.NAME) is None


def test_a_service_that_ends_at_once_is_told_with_its_last_words(config: LocalConfig, supervisor: Supervisor) -> None:
    service = replace(
        valkey.service(config), command=(sys.executable, "-c", "print('bad option'); raise SystemExit(2)")
    )

    with pytest.raises(NotReady, match="bad option"):
        supervisor.start(service)


def test_a_service_that_never_answers_is_ended(config: LocalConfig) -> None:
    hasty = Supervisor(config.state_dir, ready_timeout_seconds=0.3)
    silent = (sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)")

    with pytest.raises(NotReady, match="did not answer"):
        hasty.start(replace(valkey.service(config), command=silent))

    pid = int(hasty.log_of(valkey.NAME).read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_whatever_was_started_here_is_known_by_name_until_it_ends(config: LocalConfig, supervisor: Supervisor) -> None:
    supervisor.start(valkey.service(config))
    assert supervisor.started == supervisor.all_running() == [valkey.NAME]

    supervisor.stop(valkey.NAME)

    assert supervisor.started == supervisor.all_running() == []


def test_a_folder_is_gone_at_once_and_its_files_soon(tmp_path: Path) -> None:
    folder = tmp_path / "workspaces"
    folder.mkdir()
    (folder / "function.py").write_text("")

    remove_behind(folder)

    assert not folder.exists()
    deadline = time.monotonic() + 20
    while any(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(tmp_path.iterdir())


def _say(port: int, command: bytes) -> bytes:
    with socket.create_connection((HOST, port), timeout=5) as connection:
        connection.sendall(command)
        return connection.recv(100)
